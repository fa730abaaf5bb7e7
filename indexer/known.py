"""What is known of a centre's addresses from earlier visits."""

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.library.visits import Address


@dataclass(frozen=True, slots=True)
class Known:
    """The addresses of one centre as they were last had; `centre` is its id."""

    centre: str
    addresses: Mapping[str, Address]

    def at(self, url: str) -> Address | None:
        """What came of an address; None where it was never asked."""
        return self.addresses.get(url)

    def new(self, url: str, page: str | None = None) -> Address:
        """An address that was never asked; `page` is the landing page that leads to it."""
        return Address(url, self.centre, f"{self.centre} {url}", page=page)

    def of_page(self, url: str, page: Address) -> Address:
        """A file that a landing page leads to."""
        return self.at(url) or self.new(url, page.url)

    def place(self, url: str) -> str:
        """The place in the library of what an address gave."""
        return self.addresses[url].place if url in self.addresses else url

    def fetched(self, url: str) -> bool:
        """Whether an address was ever had."""
        return url in self.addresses and self.addresses[url].fetched is not None

    def elsewhere(self, url: str, page: Address) -> bool:
        """Whether a list or another page leads to a file of the page."""
        others = (each.files for each in self.addresses.values() if each.url != page.url)
        file = self.at(url)
        return url != page.url and (
            (file is not None and file.page is None) or any(url in files for files in others)
        )

    def sound(self, address: Address) -> bool:
        """Whether an address and the files it leads to were all had."""
        all_ = [address, *(self.at(url) for url in address.files)]
        return all(a and a.fetched and not a.fault and not a.gone for a in all_)

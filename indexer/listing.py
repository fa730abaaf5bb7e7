"""A centre's lists: which of them are asked, and what each names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corpus.centres import Centre, SourceSpec
from corpus.centres.types import SourceKind
from corpus.sources.adapters import list_source
from corpus.sources.types import Listed
from corpus.web.answers import Validators
from corpus.web.client import PoliteClient
from indexer.events import ListPage
from indexer.folder import list_folder


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of one centre.

    Args:
        centre: whose.
        client: asks.
        kept: ETag, Last-Modified and bytes of their pages as they were last had, by address.
        nice_key: for the NICE syndication API.
    """

    centre: Centre
    client: PoliteClient
    kept: Mapping[str, tuple[str | None, str | None, bytes]]
    nice_key: str | None = None

    def specs(self) -> list[SourceSpec]:
        """Those to be asked; the NICE API only with a key, or where there is nothing else."""
        usable = [s for s in self.centre.source if s.kind is not SourceKind.NICE or self.nice_key]
        return usable or list(self.centre.source)

    def listed(self, spec: SourceSpec, pages: list[ListPage]) -> list[Listed]:
        """What a list names; pages of it that are new are added to `pages`.

        Raises:
            CorpusError: it cannot be had, or not be understood.
        """
        if spec.kind is SourceKind.FOLDER:
            return list_folder(spec)
        return list(list_source(spec, self._asking(pages), nice_key=self.nice_key))

    def _asking(self, pages: list[ListPage]) -> Callable[..., bytes]:
        """Fetches a page of a list, from what was kept where it has not changed."""

        def ask(url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
            etag, modified, body = self.kept.get(url, (None, None, b""))
            answer = self.client.get(
                url,
                known=Validators(etag, modified),
                headers=headers,
                delay_s=self.centre.politeness.delay_s,
            )
            if answer.data is None:
                return body
            pages.append(ListPage(url, answer.validators, answer.data))
            return answer.data

        return ask

"""No request reaches a private, loopback or link-local address."""

from collections.abc import Sequence

import httpx
import pytest

from corpus.errors import FetchError, Forbidden
from corpus.web.client import Manners, PoliteClient
from corpus.web.guard import GuardedTransport, is_public, resolve
from corpus.web.pace import Retries

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - refused here
    "255.255.255.255", "224.0.0.1", "192.0.2.1",
    "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
    "ff02::1", "2001:db8::1",
]  # fmt: skip
#: Forms of loopback that the system's resolver takes for an address.
FORMS = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "0"]


class Web:
    """Answers every request, and remembers where each went."""

    def __init__(self, location: str | None = None) -> None:
        self.reached: list[httpx.Request] = []
        self._location = location

    def carry(self) -> httpx.BaseTransport:
        def answer(request: httpx.Request) -> httpx.Response:
            self.reached.append(request)
            if self._location and request.headers["host"] == "first.example":
                return httpx.Response(302, headers={"Location": self._location})
            return httpx.Response(200, content=b"here")

        return httpx.MockTransport(answer)


def _client(web: Web, answers: dict[str, list[str]], allowed: Sequence[str] = ()) -> PoliteClient:
    def resolver(host: str, _: int) -> list[str]:
        return answers.get(host) or [host.strip("[]")]

    transport = GuardedTransport(allowed=allowed, resolver=resolver, carry=web.carry)
    manners = Manners("test", Retries(attempts=1), delay_s=0.0, obey_robots=False)
    return PoliteClient(manners, transport=transport)


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public(address: str) -> None:
    assert not is_public(address)
    web = Web()
    host = f"[{address}]" if ":" in address else address
    with _client(web, {}) as client, pytest.raises(Forbidden, match="public internet"):
        client.get(f"http://{host}/x")
    with _client(web, {"name.example": [address]}) as client, pytest.raises(Forbidden):
        client.get("https://name.example/x")
    assert not web.reached


@pytest.mark.parametrize("host", FORMS)
def test_other_forms_of_loopback(host: str) -> None:
    web = Web()
    transport = GuardedTransport(resolver=resolve, carry=web.carry)
    manners = Manners("test", Retries(attempts=1), delay_s=0.0, obey_robots=False)
    with PoliteClient(manners, transport=transport) as client, pytest.raises(FetchError):
        client.get(f"http://{host}/x")
    assert not web.reached


def test_one_private_address_among_public_ones_is_enough() -> None:
    web = Web()
    answers = {"name.example": ["93.184.216.34", "10.0.0.1"]}
    with _client(web, answers) as client, pytest.raises(Forbidden):
        client.get("http://name.example/")


@pytest.mark.parametrize(
    "location",
    ["http://169.254.169.254/latest", "http://localhost/", "//127.0.0.1/", "http://[::1]/"],
)
def test_a_redirect_to_a_private_address(location: str) -> None:
    web = Web(location)
    answers = {"first.example": ["93.184.216.34"], "localhost": ["127.0.0.1"]}
    with _client(web, answers) as client, pytest.raises(Forbidden):
        client.get("http://first.example/")
    assert len(web.reached) == 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://first.example/", "gopher://x/"])
def test_a_redirect_to_another_kind_of_address(location: str) -> None:
    web = Web(location)
    with (
        _client(web, {"first.example": ["93.184.216.34"]}) as client,
        pytest.raises(Forbidden, match="http or https"),
    ):
        client.get("http://first.example/")


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    asked = []

    def rebinding(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    web = Web()
    manners = Manners("test", Retries(attempts=1), delay_s=0.0, obey_robots=False)
    transport = GuardedTransport(resolver=rebinding, carry=web.carry)
    with PoliteClient(manners, transport=transport) as client:
        client.get("https://name.example/x")
        with pytest.raises(Forbidden):
            client.get("https://name.example/x")
    (request,) = web.reached
    assert request.url.host == "93.184.216.34"
    assert request.headers["host"] == "name.example"
    assert request.extensions["sni_hostname"] == "name.example"


def test_what_the_settings_allow() -> None:
    web = Web()
    with _client(web, {}, allowed=["127.0.0.1:8080"]) as client:
        client.get("http://127.0.0.1:8080/x")
        with pytest.raises(Forbidden, match="public"):
            client.get("http://127.0.0.1:8081/x")
    assert len(web.reached) == 1


def test_two_names_of_one_address_share_no_connection() -> None:
    web = Web()
    made = []

    def carry() -> httpx.BaseTransport:
        made.append(web.carry())
        return made[-1]

    transport = GuardedTransport(resolver=lambda *_: ["93.184.216.34"], carry=carry)
    with httpx.Client(transport=transport) as client:
        for name in ("a.example", "b.example", "a.example"):
            client.get(f"https://{name}/")
    assert len(web.reached) == 3
    assert len({id(each) for each in transport._carriers.values()}) == 2  # noqa: SLF001

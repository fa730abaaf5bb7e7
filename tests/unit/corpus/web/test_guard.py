"""Every way known to us of reaching inside by a web address, each refused, and what passes."""

from collections.abc import Callable, Sequence

import httpx
import pytest

from corpus.errors import FetchError, Forbidden
from corpus.web.client import Manners, PoliteClient
from corpus.web.guard import GuardedTransport, is_public, resolve
from corpus.web.pace import Retries

PUBLIC = "93.184.215.14"
PUBLIC_6 = "2606:2800:21f:cb07::1"
MANNERS = Manners("test", Retries(attempts=1), delay_s=0.0, obey_robots=False)


class Carrier:
    """Makes what would carry requests, and keeps what each of them was given."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response] | None = None) -> None:
        self.seen: list[httpx.Request] = []
        self.made = 0
        self._answer = answer or (lambda _: httpx.Response(200, content=b"here"))

    def __call__(self) -> httpx.BaseTransport:
        self.made += 1
        return httpx.MockTransport(self._handle)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        return self._answer(request)


def names(**known: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver of these names; what is no name stands for itself."""
    return lambda host, _: known.get(host.split(".")[0], [host])


def ask(url: str, guard: GuardedTransport) -> bytes:
    with PoliteClient(MANNERS, transport=guard, sleep=lambda _: None) as client:
        return client.get(url).data or b""


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1/", id="loopback"),
        pytest.param("http://127.255.255.254/", id="loopback, its far end"),
        pytest.param("http://localhost/", id="loopback by name"),
        pytest.param("http://user@127.0.0.1/", id="loopback behind a user name"),
        pytest.param("http://127.0.0.1.:80/", id="loopback with a dot after it"),
        pytest.param("http://2130706433/", id="loopback as one decimal number"),
        pytest.param("http://0x7f000001/", id="loopback in hexadecimal"),
        pytest.param("http://0x7f.1/", id="loopback, hexadecimal and short"),
        pytest.param("http://017700000001/", id="loopback in octal"),
        pytest.param("http://0177.0.0.1/", id="loopback, octal and dotted"),
        pytest.param("http://127.1/", id="loopback, short"),
        pytest.param("http://127。0。0。1/", id="loopback with ideographic dots"),
        pytest.param("http://①②⑦.0.0.1/", id="loopback in circled digits"),
        pytest.param("http://0.0.0.0/", id="this host"),
        pytest.param("http://0/", id="this host, short"),
        pytest.param("http://10.0.0.1/", id="private 10/8"),
        pytest.param("http://172.16.0.1/", id="private 172.16/12"),
        pytest.param("http://172.31.255.254/", id="private 172.16/12, its far end"),
        pytest.param("http://192.168.1.1/", id="private 192.168/16"),
        pytest.param("http://169.254.169.254/latest/", id="cloud metadata"),
        pytest.param("http://100.64.0.1/", id="carrier-grade NAT"),
        pytest.param("http://192.0.0.8/", id="protocol assignments"),
        pytest.param("http://198.18.0.1/", id="benchmarking"),
        pytest.param("http://224.0.0.1/", id="multicast"),
        pytest.param("http://255.255.255.255/", id="broadcast"),
        pytest.param("http://[::1]/", id="IPv6 loopback"),
        pytest.param("http://[::]/", id="IPv6 unspecified"),
        pytest.param("http://[::ffff:127.0.0.1]/", id="IPv4-mapped"),
        pytest.param("http://[::ffff:a9fe:a9fe]/", id="IPv4-mapped cloud metadata"),
        pytest.param("http://[::ffff:0:7f00:1]/", id="IPv4-translated"),
        pytest.param("http://[::127.0.0.1]/", id="IPv4-compatible"),
        pytest.param("http://[fe80::1]/", id="link-local"),
        pytest.param("http://[fe80::1%25lo]/", id="link-local with a zone"),
        pytest.param("http://[fec0::1]/", id="site-local"),
        pytest.param("http://[fc00::1]/", id="unique local fc00::"),
        pytest.param("http://[fd12:3456::1]/", id="unique local fd00::"),
        pytest.param("http://[ff02::1]/", id="IPv6 multicast"),
        pytest.param("http://[64:ff9b::7f00:1]/", id="NAT64"),
        pytest.param("http://[64:ff9b:1::7f00:1]/", id="NAT64, local use"),
        pytest.param("http://[2002:7f00:1::]/", id="6to4"),
        pytest.param("http://[2001:0:7f00:1::]/", id="Teredo"),
        pytest.param("http://[2001:db8::1]/", id="documentation"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("ftp://93.184.215.14/x", id="ftp"),
        pytest.param("gopher://93.184.215.14/x", id="gopher"),
        pytest.param("data:text/plain,x", id="data"),
        pytest.param("//127.0.0.1/", id="no scheme"),
    ],
)
def test_refused_as_it_stands(url: str) -> None:
    carrier = Carrier()
    # The system's own resolver: every host here is a number, or resolved without asking anybody.
    with pytest.raises(FetchError):
        ask(url, GuardedTransport(resolver=resolve, carry=carrier))
    assert not carrier.seen


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["10.1.2.3"], id="a private one"),
        pytest.param([PUBLIC, "127.0.0.1"], id="a public one, then a private one"),
        pytest.param([PUBLIC, "::1"], id="a public one, then a private IPv6 one"),
        pytest.param(["169.254.169.254", PUBLIC], id="a private one, then a public one"),
    ],
)
def test_refused_by_the_addresses_of_its_name(addresses: list[str]) -> None:
    carrier = Carrier()
    with pytest.raises(Forbidden, match="not in the public internet") as caught:
        ask("https://inside.example/", GuardedTransport(resolver=names(inside=addresses),
                                                        carry=carrier))  # fmt: skip
    assert not carrier.seen
    assert caught.value.cure == "If it is yours, allow it: EVIDENCE_ALLOW_HOSTS=inside.example"


@pytest.mark.parametrize(
    "target",
    [
        pytest.param("http://127.0.0.1/", id="an address"),
        pytest.param("http://inside.example/", id="a name"),
        pytest.param("//inside.example/", id="a name without scheme"),
        pytest.param("http://[::ffff:7f00:1]/", id="IPv4 in IPv6"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("ftp://site.example/x", id="ftp"),
        pytest.param("http://0177.0.0.1/", id="octal"),
    ],
)
def test_a_redirect_is_judged_again(target: str) -> None:
    carrier = Carrier(lambda _: httpx.Response(302, headers={"Location": target}))
    guard = GuardedTransport(resolver=names(site=[PUBLIC], inside=["192.168.0.9"]), carry=carrier)
    with pytest.raises(FetchError):
        ask("https://site.example/", guard)
    assert [request.url.host for request in carrier.seen] == [PUBLIC]


def test_a_robots_txt_that_leads_inside_is_refused_too() -> None:
    carrier = Carrier(lambda _: httpx.Response(302, headers={"Location": "http://127.0.0.1/"}))
    guard = GuardedTransport(resolver=names(site=[PUBLIC]), carry=carrier)
    manners = Manners("test", Retries(attempts=1), delay_s=0.0)
    with (
        PoliteClient(manners, transport=guard) as client,
        pytest.raises(FetchError, match="not in the public internet"),
    ):
        client.get("https://site.example/report.pdf")
    assert [request.url.path for request in carrier.seen] == ["/robots.txt"]


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    """DNS rebinding: the name leads inside the moment after it was judged."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    carrier = Carrier()
    guard = GuardedTransport(resolver=lambda *_: next(answers), carry=carrier)
    assert ask("https://rebinding.example/", guard) == b"here"
    assert [request.url.host for request in carrier.seen] == [PUBLIC]
    with pytest.raises(Forbidden):
        ask("https://rebinding.example/", guard)
    assert len(carrier.seen) == 1


@pytest.mark.parametrize("address", [PUBLIC, PUBLIC_6])
def test_the_name_stays_in_host_and_in_the_tls_handshake(address: str) -> None:
    carrier = Carrier()
    ask("https://site.example:8443/a?b=c", GuardedTransport(resolver=names(site=[address]),
                                                            carry=carrier))  # fmt: skip
    (request,) = carrier.seen
    assert request.url.host == address
    assert (request.url.port, request.url.raw_path) == (8443, b"/a?b=c")
    assert request.headers["host"] == "site.example:8443"
    assert request.extensions["sni_hostname"] == "site.example"


def test_two_names_on_one_address_share_no_connection_and_one_name_shares_its_own() -> None:
    carrier = Carrier()
    guard = GuardedTransport(resolver=names(one=[PUBLIC], two=[PUBLIC]), carry=carrier)
    with PoliteClient(MANNERS, transport=guard) as client:
        for url in ("https://one.example/", "https://two.example/", "https://one.example/b"):
            client.get(url)
    assert len(carrier.seen) == 3
    assert carrier.made == 2


@pytest.mark.parametrize(
    ("allowed", "passes"),
    [
        pytest.param("intranet.example", True, id="by name"),
        pytest.param("Intranet.Example", True, id="by name in other letters"),
        pytest.param("intranet.example:8080", True, id="by name and port"),
        pytest.param("intranet.example:80", False, id="another port"),
        pytest.param("example", False, id="a part of the name"),
        pytest.param("10.0.0.7", False, id="its address, under a name"),
    ],
)
def test_an_allowed_host_may_be_private(allowed: str, *, passes: bool) -> None:
    guard = GuardedTransport(
        allowed=[allowed], resolver=names(intranet=["10.0.0.7"]), carry=Carrier()
    )
    if passes:
        assert ask("http://intranet.example:8080/", guard) == b"here"
    else:
        with pytest.raises(Forbidden):
            ask("http://intranet.example:8080/", guard)


def test_a_name_without_address_is_told() -> None:
    def fails(*_: object) -> list[str]:
        raise OSError("Name or service not known")

    with pytest.raises(FetchError, match=r"The host gone.example has no address: Name or service"):
        ask("https://gone.example/", GuardedTransport(resolver=fails, carry=Carrier()))
    with pytest.raises(FetchError, match=r"The host gone.example has no address\."):
        ask("https://gone.example/", GuardedTransport(resolver=lambda *_: [], carry=Carrier()))


@pytest.mark.parametrize(
    "address", [PUBLIC, PUBLIC_6, "2002:5db8:d70e::1", "64:ff9b::5db8:d70e", f"::ffff:{PUBLIC}"]
)
def test_public_addresses_are_public_however_they_are_wrapped(address: str) -> None:
    assert is_public(address)

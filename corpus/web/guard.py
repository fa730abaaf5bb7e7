"""No request reaches a private, loopback or link-local address, whatever its name says.

Names are resolved here, every address is judged, and the connection is made to the address
that was judged: a name that resolves otherwise a moment later (DNS rebinding) changes nothing.
Each redirect is a request of its own and is judged again. Proxies of the environment are not
used: behind one, the address connected to would be the proxy's to choose.
"""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Final

import httpx

from corpus.errors import FetchError, Forbidden

Resolver = Callable[[str, int], Sequence[str]]
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_6TO4: Final = ipaddress.ip_network("2002::/16")
#: IPv6's only global unicast space. Python calls some of the rest global (::127.0.0.1, fec0::/10).
_GLOBAL_IPV6: Final = ipaddress.ip_network("2000::/3")
_PROTOCOLS: Final = ipaddress.ip_network("192.0.0.0/24")  # IETF protocol assignments: no websites


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host name, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).split("%")[0] for entry in found))


def is_public(address: str) -> bool:
    """Whether a numeric address lies in the public internet.

    IPv4 addresses wrapped in IPv6 (mapped, 6to4, NAT64) are judged as the IPv4 they reach.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in _6TO4:
            return is_public(str(ipaddress.IPv4Address(int(ip) >> 80 & 0xFFFFFFFF)))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        return ip.is_global and ip in _GLOBAL_IPV6
    return ip.is_global and not ip.is_multicast and ip not in _PROTOCOLS


class GuardedTransport(httpx.BaseTransport):
    """Connects to the judged address and to no other.

    Args:
        allowed: hosts (names or addresses, with or without port) that may be private.
        resolver: gives a host's addresses; the system's unless given.
        carry: makes what carries requests to one host; HTTP over the network unless given.
    """

    def __init__(
        self,
        *,
        allowed: Collection[str] = (),
        resolver: Resolver = resolve,
        carry: Callable[[], httpx.BaseTransport] | None = None,
    ) -> None:
        self._allowed = {host.lower() for host in allowed}
        self._resolver = resolver
        context = ssl.create_default_context()
        self._carry = carry or (lambda: httpx.HTTPTransport(verify=context, trust_env=False))
        # One for each host name: a TLS connection of one name never serves another.
        self._carriers: dict[str, httpx.BaseTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Judge where the request goes and send it there.

        Raises:
            Forbidden: the host has an address that may not be reached.
            FetchError: the host has no address.
        """
        url = request.url
        if url.scheme not in {"http", "https"}:
            raise Forbidden(f"{url} is no http or https address.")
        address = self._judged(url.host, url.port or (443 if url.scheme == "https" else 80))
        carrier = self._carrier(url.host)
        pinned = httpx.Request(
            request.method,
            url.copy_with(host=address),
            headers=request.headers,  # Host is the name that was asked for
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        return carrier.handle_request(pinned)

    def _carrier(self, host: str) -> httpx.BaseTransport:
        with self._lock:
            if host not in self._carriers:
                self._carriers[host] = self._carry()
            return self._carriers[host]

    def _judged(self, host: str, port: int) -> str:
        """The address to connect to; all addresses of the host must be allowed."""
        try:
            addresses = self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"The host {host} has no address: {error}.") from error
        if not addresses:
            raise FetchError(f"The host {host} has no address.")
        free = {host.lower(), f"{host.lower()}:{port}"} & self._allowed
        for address in addresses:
            if not free and not is_public(address):
                raise Forbidden(
                    f"{host} leads to {address}, which is not in the public internet.",
                    cure="If it is yours, allow it: EVIDENCE_ALLOW_HOSTS=" + host,
                )
        return addresses[0]

    def close(self) -> None:
        """Close every connection."""
        for carrier in self._carriers.values():
            carrier.close()

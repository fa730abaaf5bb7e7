"""Who is let in: keys, origins and rates, decided for each request before anything answers it.

Deny by default. A site key opens the search from its own origins only; other sites' pages are
answered only where the owner named them; secret keys come in the Authorization header.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.requests import HTTPConnection

from api.keys.secrets import KeyText
from api.keys.store import KeyStore
from api.keys.types import Key, KeyKind, utc_now
from api.languages import N_
from api.limits.counters import Counters, Limit, Standing
from api.limits.rates import Rate
from api.refusals import Refusal, exceeded, foreign, unknown
from api.settings import Settings
from corpus.home import Home

API: Final = "/v1/"
#: Addresses a site key opens: the widget's, the frame's, and what visitors say of answers.
SITE_DOORS: Final = frozenset({"/v1/search", "/v1/feedback", "/embed"})
#: Pages with a door of their own: whoever has an admin key signs in there.
DESK: Final = "/desk"
#: Wrong keys of one visitor before none of theirs is looked at.
GUESSES: Final = (Rate(10, "minute"), Rate(100, "day"))
SECRET_KINDS: Final = (KeyKind.API, KeyKind.ADMIN)


@dataclass(frozen=True, slots=True)
class Admission:
    """Who was let in: the key shown, the origin that may read the answer, how the limits stand."""

    key: Key | None
    origin: str | None
    standings: Sequence[Standing]


class Doorkeeper:
    """Decides who is let in. Safe to share by threads and, through its files, by workers."""

    def __init__(self, settings: Settings) -> None:
        home = Home(settings.home)
        self.keys = KeyStore(home.keys)
        self._counters = Counters(home.counters)
        self._settings = settings

    def reads_files(self, request: HTTPConnection) -> bool:
        """Whether a key has to be looked up for a request, or the request counted."""
        shown = "authorization" in request.headers or _key_parameter(request) is not None
        return shown or bool(self._settings.visitor_rates)

    def admit(self, request: HTTPConnection, *, cost: int) -> Admission:
        """Let a request in, and count it.

        Raises:
            Refusal: 401, 403 or 429.
            KeysUnusable: a key was shown and cannot be looked up.
        """
        key = self._key(request)
        if key is None and not (self._settings.anonymous or self._is_desk(request)):
            raise unknown(N_("This library answers only those who show a key."))
        origin = self.readable_by(request, key)
        standings = self._counters.charge(self._limits(request, key), cost)
        if key is not None:
            self.keys.used(key, utc_now())
        if any(each.wait_s for each in standings):
            raise exceeded(standings, origin)
        return Admission(key, origin, standings)

    def preflight(self, request: HTTPConnection) -> str:
        """The origin that a browser asks for before it sends a request; raises Refusal."""
        origin = self.readable_by(request, self._site_key(request))
        if origin is None:
            raise foreign(request.headers.get("origin", ""))
        return origin

    def identify(self, text: str, kinds: Collection[KeyKind], request: HTTPConnection) -> Key:
        """The key somebody shows, if it is good and one of these kinds.

        Raises:
            Refusal: 401 where it is not, 429 after too many wrong ones of this visitor.
            KeysUnusable: it cannot be looked up.
        """
        guesses = [
            Limit(f"guesses-{rate.window}", f"guess:{self._visitor(request)}", rate)
            for rate in GUESSES
        ]
        if wait := max((each.wait_s for each in self._counters.look(guesses)), default=0):
            raise Refusal(
                HTTPStatus.TOO_MANY_REQUESTS,
                N_("Too many wrong keys came from this address."),
                N_("Try again in {wait} seconds, with the right key."),
                values={"wait": wait},
                headers={"Retry-After": str(wait)},
            )
        shown = KeyText.read(text)
        key = self.keys.find(shown) if shown else None
        fault = N_("The key is not known.") if key is None else key.fault(utc_now())
        if key is None or fault or key.kind not in kinds:
            self._counters.charge(guesses)
            raise unknown(fault or N_("A key of this kind does not open this."))
        return key

    def readable_by(self, request: HTTPConnection, key: Key | None) -> str | None:
        """The other origin that may read the answer, for CORS; None where nobody else may.

        Raises:
            Refusal: 403, a page of an origin asks that the key or the owner does not allow.
        """
        sent = request.headers.getlist("origin")
        origin = sent[0] if len(sent) == 1 else ", ".join(sent)
        own = _is_own(request, origin, self._settings.public_url)
        if key is not None and key.scope is not None:
            if origin in key.scope.origins:
                return origin
            framed = request.scope["path"] == "/embed" and not sent  # the frame's ancestors decide
            if own or framed:
                return None
            raise foreign(origin)
        allowed = self._settings.cors_origins
        if not sent or own:
            return None
        if "*" in allowed:
            return "*"
        if origin in allowed:
            return origin
        if request.scope["path"].startswith(API):
            raise foreign(origin)
        return None

    def is_own_form(self, request: HTTPConnection) -> bool:
        """Whether a page of this service sends a form; one that does not say so is another's."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origins = request.headers.getlist("origin")
        return len(origins) == 1 and _is_own(request, origins[0], self._settings.public_url)

    def _is_desk(self, request: HTTPConnection) -> bool:
        path = request.scope["path"]
        return self._settings.desk and (path == DESK or path.startswith(f"{DESK}/"))

    def framed_by(self, key: Key | None) -> tuple[str, ...]:
        """The origins whose pages may show `/embed` in a frame, besides this service's own."""
        return key.scope.origins if key and key.scope else self._settings.cors_origins

    def _key(self, request: HTTPConnection) -> Key | None:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer":  # a proxy's own sign-in, say
            return self._site_key(request)
        if _key_parameter(request) is not None:
            raise Refusal(
                HTTPStatus.BAD_REQUEST,
                N_("Two keys were shown."),
                N_("Show one: a site key or a secret."),
            )
        return self.identify(secret.strip(), SECRET_KINDS, request)

    def _site_key(self, request: HTTPConnection) -> Key | None:
        text = _key_parameter(request)
        if text is None:
            return None
        shown = KeyText.read(text)
        if shown is not None and shown.kind is not KeyKind.SITE:
            raise unknown(N_("A secret key does not belong in an address."))
        key = self.identify(text, (KeyKind.SITE,), request)
        if request.scope["path"] not in SITE_DOORS:
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "A site key opens the search and feedback on it only.",
                "Use an API key, in the Authorization header, from a program of yours.",
            )
        return key

    def _limits(self, request: HTTPConnection, key: Key | None) -> list[Limit]:
        limits = []
        if key is not None:
            bucket = f"key:{key.key_id}"
            limits = [
                Limit("key-minute", bucket, Rate(key.quota.per_minute, "minute")),
                Limit("key-day", bucket, Rate(key.quota.per_day, "day")),
            ]
        rates = self._settings.visitor_rates
        if rates and (key is None or key.scope is not None):
            bucket = f"visitor:{self._visitor(request)}"
            limits += [Limit(f"visitor-{rate.window}", bucket, rate) for rate in rates]
        return limits

    def _visitor(self, request: HTTPConnection) -> str:
        host = request.client.host if request.client else ""
        try:
            address = ip_address(host)
        except ValueError:  # a socket file, a test
            return self._counters.disguise(host)
        if isinstance(address, IPv6Address):
            # A household has a whole /64; each of its addresses would else be a visitor.
            host = str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
        return self._counters.disguise(host)


def _key_parameter(request: HTTPConnection) -> str | None:
    """The `key` of an address where it is a credential; of several, all: none is right."""
    path = request.scope["path"]
    if path not in SITE_DOORS and not path.startswith(API):
        return None
    query = request.scope["query_string"].decode("latin-1")
    found = parse_qs(query, keep_blank_values=True).get("key")
    return None if found is None else " ".join(found)


def _is_own(request: HTTPConnection, origin: str, public_url: str | None) -> bool:
    """Whether the service's own page asks; a form's Origin is "null" under no-referrer."""
    if request.headers.get("sec-fetch-site") == "same-origin":
        return True
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    hosts = {request.headers.get("host", "").casefold()}
    if public_url is not None:
        hosts.add(urlsplit(public_url).netloc.casefold())
    return host in hosts - {""}

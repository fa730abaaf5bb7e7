"""Who is not let in: the status, and what they are told of the cause and the cure."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from api.languages import N_
from api.limits.counters import Standing
from corpus.errors import filled

#: What to tell of a limit, by its window.
_EXCEEDED: Final = {
    "minute": N_("More was asked than the limit allows: {quota} a minute."),
    "hour": N_("More was asked than the limit allows: {quota} an hour."),
    "day": N_("More was asked than the limit allows: {quota} a day."),
}


class Refusal(Exception):
    """A request is not let in: the status, and what to tell, with places for `values`."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        cure: str,
        *,
        values: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        origin: str | None = None,
        standings: Sequence[Standing] = (),
    ) -> None:
        super().__init__(filled(detail, values))
        self.status = status
        self.detail = detail
        self.cure = cure
        self.values = values
        self.headers = dict(headers or {})
        self.origin = origin  # the origin that may read the refusal
        self.standings = standings


def exceeded(standings: Sequence[Standing], origin: str | None) -> Refusal:
    """429: more was asked than one of these limits allows; the longest to wait for is told."""
    longest = max(standings, key=lambda each: each.wait_s)
    rate, wait = longest.limit.rate, longest.wait_s
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        _EXCEEDED[rate.window],
        N_("Ask again in {wait} seconds."),
        values={"quota": rate.quota, "wait": wait},
        headers={"Retry-After": str(wait)},
        origin=origin,
        standings=standings,
    )


def foreign(origin: str) -> Refusal:
    """403: pages of an origin may not ask; empty where the page does not say its own."""
    told = N_("The site {origin!r} may not ask here.")
    unsaid = N_("A page that does not say where it is from may not ask here.")
    return Refusal(
        HTTPStatus.FORBIDDEN,
        told if origin else unsaid,
        N_("Its owner needs a site key that names this origin exactly: scheme, host and port."),
        values={"origin": origin[:100]},
    )


def unknown(detail: str) -> Refusal:
    """401: who asks shows no key, or none that opens this; `detail` says which."""
    return Refusal(
        HTTPStatus.UNAUTHORIZED,
        detail,
        N_("Ask whoever runs this service for a key (`evidence keys create`)."),
        headers={"WWW-Authenticate": 'Bearer realm="evidence"'},
    )

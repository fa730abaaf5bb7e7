"""What endpoints are given: the searcher to use, who asks, and what is kept where.

Nothing here waits for anything, so it is done in the event loop: a thread for each of these
would take longer than an answer that is kept.
"""

from email.utils import format_datetime
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Response

from api.admission import Doorkeeper
from api.feedback.errors import FeedbackOff
from api.feedback.store import FeedbackStore
from api.keys.types import Key, KeyKind
from api.repeats import Repeats
from search.index.generations import made_at
from search.searcher import Searcher


async def searcher(request: Request) -> Searcher:
    """The searcher over the newest generation."""
    found: Searcher = request.app.state.source.current()
    request.state.generation = found.generation  # for the log
    return found


async def site(request: Request) -> str:
    """Where the service is reached, as addresses that leave it begin; no slash at its end."""
    return (request.app.state.public_url or str(request.base_url)).rstrip("/")


async def keeper(request: Request) -> Doorkeeper:
    """Who decides who is let in."""
    found: Doorkeeper = request.app.state.keeper
    return found


async def repeats(request: Request) -> Repeats:
    """The bodies of answers that are kept."""
    found: Repeats = request.app.state.repeats
    return found


async def feedback(request: Request) -> FeedbackStore:
    """Where judgements are kept; raises FeedbackOff."""
    found: FeedbackStore | None = request.app.state.feedback
    if found is None:
        raise FeedbackOff(
            "No feedback is kept here.", cure="Whoever runs this service turned it off."
        )
    return found


async def shown_key(request: Request) -> Key | None:
    """The key the request was let in with; None where it was let in without."""
    found: Key | None = request.state.key
    return found


async def librarian(key: "ShownKey") -> Key:
    """The admin key a request was let in with.

    Raises:
        HTTPException: 401 without a key, 403 with one of another kind.
    """
    if key is None:
        headers = {"WWW-Authenticate": 'Bearer realm="evidence"'}
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "Only librarians may do this.", headers)
    if key.kind is not KeyKind.ADMIN:
        raise HTTPException(HTTPStatus.FORBIDDEN, "Only an admin key opens this.")
    return key


Keeper = Annotated[Doorkeeper, Depends(keeper)]
Feedback = Annotated[FeedbackStore, Depends(feedback)]
Kept = Annotated[Repeats, Depends(repeats)]
ShownKey = Annotated[Key | None, Depends(shown_key)]
Librarian = Annotated[Key, Depends(librarian)]
AnySearcher = Annotated[Searcher, Depends(searcher)]
Site = Annotated[str, Depends(site)]


class Freshness:
    """Lets clients keep an answer for as long as the generation it came from is the one in use.

    Asked by endpoints, not before them: a wrong question is refused whatever its client keeps.
    An endpoint that makes its own response puts the `headers` on it.
    """

    def __init__(self, request: Request, response: Response, searcher: Searcher) -> None:
        tag = f'W/"{searcher.generation}-{_release()}"'
        made = format_datetime(made_at(searcher.generation), usegmt=True)
        kept = request.headers.get("if-none-match")
        since = request.headers.get("if-modified-since")
        # Dates are compared as they are: after a roll-back the older index is the newer answer.
        self._kept = since == made if kept is None else tag in map(str.strip, kept.split(","))
        self.headers = {"ETag": tag, "Last-Modified": made, "Cache-Control": "no-cache"}
        self._response = response

    def confirm(self) -> None:
        """Tag the answer.

        Raises:
            HTTPException: 304, where the client has it already.
        """
        if self._kept:
            raise HTTPException(HTTPStatus.NOT_MODIFIED, headers=self.headers)
        self._response.headers.update(self.headers)


@cache
def _release() -> str:
    """This program's; a file is read for it."""
    return version("what-works-evidence-search")


async def freshness(request: Request, response: Response, searcher: AnySearcher) -> Freshness:
    """How fresh the answer to a request is."""
    return Freshness(request, response, searcher)


Fresh = Annotated[Freshness, Depends(freshness)]

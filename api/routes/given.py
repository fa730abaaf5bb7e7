"""What pages about reports are given besides the searcher."""

from typing import Annotated

from fastapi import Depends, Request

from api.holdings import Holdings
from api.originals import Originals


async def originals(request: Request) -> Originals:
    """The files reports were read from."""
    found: Originals = request.app.state.originals
    return found


async def holdings(request: Request) -> Holdings:
    """What the library holds."""
    found: Holdings = request.app.state.holdings
    return found


TheOriginals = Annotated[Originals, Depends(originals)]
TheHoldings = Annotated[Holdings, Depends(holdings)]

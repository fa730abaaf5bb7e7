"""Rating schemes as data: each level in its centre's words, and where it stands in common."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from corpus.errors import RegistryError
from corpus.findings import Direction

SCHEMES: Final = Path(__file__).parents[1] / "data" / "schemes.toml"


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return pattern


_Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
_Strict: Final = ConfigDict(extra="forbid")


@validated(frozen=True, slots=True, config=_Strict)
class Level:
    """A level of evidence: native words, and its place in common (0 to 5).

    `mark` is how many signs the centre draws for it, or which of its steps it is.
    """

    native: str
    match: _Pattern
    definition: str
    mark: Annotated[int, Field(ge=0)] | None = None
    strength: Annotated[int, Field(ge=0, le=5)] | None = None
    direction: Direction | None = None


@validated(frozen=True, slots=True, config=_Strict)
class CostLevel:
    """A level of cost (1 to 5)."""

    native: str
    match: _Pattern
    cost: Annotated[int, Field(ge=1, le=5)]
    mark: Annotated[int, Field(ge=1)] | None = None


@validated(frozen=True, slots=True, config=_Strict)
class Effect:
    """Words for what happened: a direction, and the size where the scheme states one."""

    native: str
    match: _Pattern
    direction: Direction
    impact: Annotated[int, Field(ge=-1, le=3)] | None = None


@validated(frozen=True, slots=True, config=_Strict)
class Months:
    """Months of progress below a number, and not below the band before."""

    native: str
    below: int
    direction: Direction
    impact: Annotated[int, Field(ge=-1, le=3)]


@validated(frozen=True, slots=True, config=_Strict)
class OnPage:
    """How a centre's pages state a part of the rating: its words are the group `words`."""

    part: Literal["evidence", "cost", "impact"]
    pattern: _Pattern


#: How a centre draws its levels: a row of signs, or steps of which one is trodden.
Sign = Literal["padlock", "pound", "plus", "lens", "emmie", "step"]


@validated(frozen=True, slots=True, config=_Strict)
class Scheme:
    """A rating scheme. `effect` is read from the evidence words, `impact` from the impact words.

    `sign` and `cost_sign` say how its centre draws its levels; None: in words only.
    """

    id: str
    centres: tuple[str, ...]
    name: str
    rates: str
    seen: str
    sources: tuple[str, ...]
    judgement: str
    sign: Sign | None = None
    cost_sign: Sign | None = None
    level: tuple[Level, ...] = ()
    cost: tuple[CostLevel, ...] = ()
    effect: tuple[Effect, ...] = ()
    impact: tuple[Effect, ...] = ()
    months: tuple[Months, ...] = ()
    page: tuple[OnPage, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    scheme: tuple[Scheme, ...]


_FILE: Final = TypeAdapter(_File)


@lru_cache(maxsize=4)
def load_schemes(path: Path = SCHEMES) -> tuple[Scheme, ...]:
    """Every scheme, in the file's order.

    Raises:
        RegistryError: with every fault of the file.
    """
    try:
        return _FILE.validate_python(tomllib.loads(path.read_text("utf-8"))).scheme
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(f"The schemes in {path} are no TOML: {error}.") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise RegistryError(f"The schemes in {path} have faults: {faults}.") from error

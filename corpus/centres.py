"""The registry of centres: one file people edit, validated whole."""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from corpus.errors import MetadataError

REGISTRY: Final = Path(__file__).parent / "data" / "centres.toml"


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre of the network. `member` says since when and whether it still is one."""

    id: str
    name: str
    policy_areas: tuple[str, ...]
    member: str
    home_url: str | None = None
    former_names: tuple[str, ...] = ()


_SHORT: Final = re.compile(r"\(([A-Z][A-Za-z]+)\)")
_REGISTRY: Final = TypeAdapter(tuple[Centre, ...])


def identify_centre(words: str) -> str:
    """The id of the centre with that id, name, former name or abbreviation; else the words."""
    folded = words.strip().casefold()
    for centre in load_centres():
        names = {centre.id, centre.name, *centre.former_names}
        names |= {short for name in names for short in _SHORT.findall(name)}
        if folded in {name.casefold() for name in names}:
            return centre.id
    return words.strip()


@lru_cache(maxsize=4)
def load_centres(path: Path = REGISTRY) -> tuple[Centre, ...]:
    """Every centre of the registry, in its order.

    Raises:
        MetadataError: with every fault of the file.
    """
    try:
        return _REGISTRY.validate_python(tomllib.loads(path.read_text("utf-8")).get("centre"))
    except tomllib.TOMLDecodeError as error:
        raise MetadataError(f"The registry {path} is no TOML: {error}.") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        )
        raise MetadataError(f"The registry {path} has faults: {faults}.") from error

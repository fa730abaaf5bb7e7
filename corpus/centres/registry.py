"""The registry of centres: one TOML file people edit, validated whole."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from corpus.centres.types import (
    Centre,
    Licence,
    Lookups,
    Membership,
    Politeness,
    Registry,
    SourceKind,
    SourceSpec,
)
from corpus.errors import RegistryError

REGISTRY: Final = Path(__file__).parents[1] / "data" / "centres.toml"
#: The setting that names another.
SETTING: Final = "EVIDENCE_REGISTRY"
_chosen: Final[ContextVar[Path | None]] = ContextVar("registry", default=None)

_SHORT: Final = re.compile(r"\(([A-Z][A-Za-z]+)\)")
_HOURS: Final = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"
_Address = Annotated[str, Field(pattern=r"^https?://[^/\s]+(/\S*)?$")]
_Words = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


_LOCAL: Final = frozenset({SourceKind.ADDRESSES, SourceKind.FOLDER})


class _Source(_Strict):
    kind: SourceKind
    url: _Words
    take: tuple[_Words, ...] = ()
    leave: tuple[_Words, ...] = ()
    files: tuple[_Words, ...] = ()
    pages: tuple[_Words, ...] = ()
    about: str | None = None
    set: str | None = None
    public: Annotated[str | None, Field(pattern=r"^https?://.*\{number\}")] = None
    verified: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "_Source":
        if self.kind is SourceKind.FOLDER and not Path(self.url).is_absolute():
            raise ValueError(f"url {self.url!r} must be an absolute path for kind 'folder'")
        if self.kind not in _LOCAL and not re.match(r"https?://[^/\s]+", self.url):
            raise ValueError(f"url {self.url!r} must be a web address for kind {self.kind.value!r}")
        if self.pages and self.kind is not SourceKind.LISTING:
            raise ValueError("`pages` is for kind 'listing' only")
        if (self.about or self.set) and self.kind is not SourceKind.OAI:
            raise ValueError("`about` and `set` are for kind 'oai' only")
        if (self.kind is SourceKind.NICE) != (self.public is not None):
            raise ValueError("kind 'nice', and no other, needs `public`")
        if self.kind is SourceKind.LISTING and not self.take:
            raise ValueError("kind 'listing' needs `take`: a page links to more than its reports")
        return self


class _Licence(_Strict):
    index: bool = True
    keep: bool = True
    show: bool = False
    text: str | None = None
    source: str | None = None


class _Politeness(_Strict):
    delay_s: Annotated[float, Field(ge=0.0, le=600)] = 2.0
    hours: Annotated[str | None, Field(pattern=_HOURS)] = None


class _Centre(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")]
    name: _Words
    member: _Words
    policy_areas: Annotated[tuple[_Words, ...], Field(min_length=1)]
    membership: Membership = Membership.CURRENT
    home_url: _Address | None = None
    former_names: tuple[_Words, ...] = ()
    rating_schemes: tuple[_Words, ...] = ()
    licence: _Licence = _Licence()
    politeness: _Politeness = _Politeness()
    source: tuple[_Source, ...] = ()
    notes: str | None = None


class _Lookups(_Strict):
    crossref: Annotated[str, Field(pattern=r"^https?://.*\{doi\}")] | None = None
    openalex: Annotated[str, Field(pattern=r"^https?://.*\{doi\}")] | None = None


class _Registry(_Strict):
    centre: Annotated[tuple[_Centre, ...], Field(min_length=1)]
    lookups: _Lookups = _Lookups()


def identify_centre(words: str) -> str:
    """The id of the centre with that id, name, former name or abbreviation; else the words."""
    folded = words.strip().casefold()
    for centre in load_centres():
        names = {centre.id, centre.name, *centre.former_names}
        names |= {short for name in names for short in _SHORT.findall(name)}
        if folded in {name.casefold() for name in names}:
            return centre.id
    return words.strip()


@contextmanager
def using_registry(path: Path) -> Iterator[None]:
    """Let everything inside, whatever its thread, read this registry where it names none."""
    token = _chosen.set(path)
    try:
        yield
    finally:
        _chosen.reset(token)


def load_centres(path: Path | None = None) -> tuple[Centre, ...]:
    """Every centre of the registry in use, in its order.

    That is the one named here, else by `using_registry`, else by EVIDENCE_REGISTRY, else the
    bundled one.

    Raises:
        RegistryError: with every fault of the file.
    """
    return load_registry(path or _in_use()).centre


def centre_names() -> Mapping[str, str]:
    """The centres of the registry in use in words, by their ids; raises RegistryError."""
    return _names(_in_use())


@lru_cache(maxsize=4)
def _names(path: Path) -> Mapping[str, str]:
    return {centre.id: centre.name for centre in load_centres(path)}


def _in_use() -> Path:
    if chosen := _chosen.get():
        return chosen
    named = os.environ.get(SETTING)
    return Path(named) if named else REGISTRY


@lru_cache(maxsize=4)
def load_registry(path: Path = REGISTRY) -> Registry:
    """The registry, validated whole.

    Raises:
        RegistryError: with every fault of the file.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RegistryError(
            f"The registry {path} cannot be opened: {error.strerror}.",
            cure="EVIDENCE_REGISTRY names it; unset, the bundled one is read.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryError(
            f"The registry {path} is no TOML: {error}.",
            cure="Mend it there and run `evidence centres check`.",
        ) from error
    faults = _duplicates(raw)
    try:
        read = _Registry.model_validate(raw)
    except ValidationError as error:
        told = [
            _told(fault, raw)
            for fault in error.errors(include_url=False)
            # Too short for its members' faults only, which are told themselves.
            if not (fault["type"] == "too_short" and fault["input"])
        ]
        faults = told + faults
    if faults:
        raise RegistryError(
            f"The registry {path} has {len(faults)} faults: {'; '.join(faults)}.",
            cure="Mend these and run `evidence centres check`; docs/gathering.md has the fields.",
        )
    return Registry(
        tuple(_centre(each) for each in read.centre), Lookups(**read.lookups.model_dump())
    )


def _centre(read: _Centre) -> Centre:
    plain = read.model_dump(exclude={"licence", "politeness", "source"})
    return Centre(
        **plain,
        licence=Licence(**read.licence.model_dump()),
        politeness=Politeness(**read.politeness.model_dump()),
        source=tuple(SourceSpec(**each.model_dump()) for each in read.source),
    )


def _duplicates(raw: dict[str, Any]) -> list[str]:
    """Ids, and names past or present, that two centres share: `identify_centre` needs one."""
    faults: list[str] = []
    holder: dict[str, str] = {}
    found = raw.get("centre")
    centres = found if isinstance(found, list) else []
    for each in centres:
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            continue
        former = each.get("former_names")
        names = [each["id"], each.get("name"), *(former if isinstance(former, list) else [])]
        for name in {n.casefold() for n in names if isinstance(n, str)}:
            first = holder.setdefault(name, each["id"])
            if first != each["id"] or (name == each["id"].casefold() and _count(centres, name) > 1):
                faults.append(f"centre {each['id']!r}: {name!r} names centre {first!r} too")
    return list(dict.fromkeys(faults))


def _count(centres: list[Any], name: str) -> int:
    return sum(1 for c in centres if isinstance(c, dict) and str(c.get("id")).casefold() == name)


def _told(fault: Any, raw: dict[str, Any]) -> str:  # noqa: ANN401 - pydantic's own dictionary
    """A fault in a person's words, with the centre's id rather than its number."""
    place = list(fault["loc"])
    where = ""
    match place:
        case ["centre", int() as number, *rest]:
            centre = raw["centre"][number]
            name = centre.get("id") if isinstance(centre, dict) else None
            where = f"centre {name!r}" if name else f"centre no. {number + 1}"
            place = rest
    path = ".".join(f"no. {p + 1}" if isinstance(p, int) else str(p) for p in place)
    said = str(fault["msg"]).removeprefix("Value error, ")
    return ": ".join(part for part in (where, path, said) if part)

"""Settings of indexing and gathering: variables of the environment (EVIDENCE_…), read on call."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from corpus.centres import REGISTRY
from corpus.wrong_settings import wrong_settings
from search.index.address import Address, parse_address


class IndexSettings(BaseSettings):
    """Where the index goes, and who makes it; docs/settings.md describes both."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", extra="ignore", frozen=True)

    engine: Annotated[Address | None, NoDecode] = Field(
        None, description="The PostgreSQL database that keeps the index; none: it is in the home."
    )

    ray: str | None = Field(
        None, description="The Ray cluster that reads and encodes; none: this machine does."
    )

    device: str | None = Field(
        None, description="What encodes for an index, as torch names it; none: the processor."
    )

    @field_validator("ray", "device", mode="after")
    @classmethod
    def _or_none(cls, value: str | None) -> str | None:
        return value or None

    @field_validator("engine", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        return (parse_address(value) if value else None) if isinstance(value, str) else value


def load_index_settings(**given: Any) -> IndexSettings:  # noqa: ANN401 - values of any field
    """Read the settings; raises SettingError, which never shows a password."""
    try:
        return IndexSettings(**given)
    except ValidationError as error:
        raise wrong_settings(error) from error


class GatherSettings(BaseSettings):
    """How reports are gathered; docs/settings.md describes each."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", extra="ignore", frozen=True)

    registry: Path = Field(REGISTRY, description="The registry of centres.")
    contact: str = Field(
        "no contact given",
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="Who answers for our requests: an address sites can write to.",
    )
    allow_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Hosts that may be private addresses, separated by commas."
    )
    nice_key: SecretStr | None = Field(None, description="Key of the NICE syndication API.")

    @field_validator("allow_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


def load_gather_settings(**given: Any) -> GatherSettings:  # noqa: ANN401 - values of any field
    """Read the settings; what is given by name wins over the environment.

    Raises:
        SettingError: with every wrong value.
    """
    try:
        return GatherSettings(**given)
    except ValidationError as error:
        raise wrong_settings(error) from error

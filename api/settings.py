"""The service's settings: environment variables beginning with EVIDENCE_, read on call."""

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.keys.errors import WrongKeyOptions
from api.keys.origins import parse_origin
from api.limits.rates import Rate, parse_rates
from api.logs import LogFormat
from corpus.centres import REGISTRY
from corpus.home import default_home
from corpus.wrong_settings import wrong_settings
from search.index.address import Address, parse_address

#: What one visitor may ask where others than this machine's user can reach the service.
OPEN_RATES: Final = (Rate(60, "minute"), Rate(2_000, "day"))


class Settings(BaseSettings):
    """How the service runs; docs/settings.md describes each."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="Library, index and caches.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    reranker: str | None = Field(
        None, description="Model that `evidence reranker` prepared; none: no reranker."
    )
    engine: Annotated[Address | None, NoDecode] = Field(
        None,
        description="The PostgreSQL database that keeps the index; none: it is in the home.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other sites whose pages may call the API, separated by commas."
    )

    registry: Path = Field(REGISTRY, description="The registry of centres.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="Where others reach the service; permalinks and feeds begin with it.",
    )
    anonymous: bool = Field(
        default=True, description="Whether the library answers those who show no key."
    )
    visitor_rate: Annotated[tuple[Rate, ...] | None, NoDecode] = Field(
        None,
        description='What one visitor may ask without a key or through a site key: "60/minute, '
        '2000/day", or "none".',
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded-For and -Proto count, "
        "separated by commas.",
    )
    feedback: bool = Field(
        default=True, description="Whether visitors may say what they think of answers."
    )

    workers: int = Field(1, ge=1, le=64, description="Processes that answer, over one index.")
    log_format: LogFormat = Field(LogFormat.PLAIN, description="How the log is written.")
    log_clients: bool = Field(
        default=False, description="Name the address of whoever asks in the log."
    )
    log_questions: bool = Field(default=False, description="Name what was asked in the log.")
    metrics_token: str | None = Field(
        None,
        min_length=16,
        description="Who sends it as a bearer token may read /metrics; none: there is no /metrics.",
    )
    desk: bool = Field(
        default=False, description="Whether there is a librarian's desk at /desk, for admin keys."
    )

    @property
    def site(self) -> str:
        """Where the service is reached as far as the settings know; no slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def visitor_rates(self) -> tuple[Rate, ...]:
        """The rates of a visitor: none by default while only this machine reaches the service."""
        if self.visitor_rate is not None:
            return self.visitor_rate
        return () if self.public_url is None and _is_loopback(self.host) else OPEN_RATES

    @field_validator("engine", mode="before")
    @classmethod
    def _address(cls, value: object) -> object:
        return (parse_address(value) if value else None) if isinstance(value, str) else value

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("cors_origins")
    @classmethod
    def _exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            return tuple(each if each == "*" else parse_origin(each) for each in value)
        except WrongKeyOptions as error:
            raise ValueError(f"{error} {error.cure}") from error

    @field_validator("visitor_rate", mode="before")
    @classmethod
    def _rates(cls, value: object) -> object:
        return parse_rates(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            ip_network(each)  # raises ValueError that names it
        return value


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(**given: Any) -> Settings:  # noqa: ANN401 - values of any field
    """Read the settings; what is given by name wins over the environment.

    Raises:
        SettingError: with every wrong value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        raise wrong_settings(error) from error

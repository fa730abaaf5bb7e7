"""The service's settings: environment variables beginning with EVIDENCE_, read on call."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.logs import LogFormat
from corpus.errors import SettingError
from corpus.home import default_home


class Settings(BaseSettings):
    """How the service runs; docs/settings.md describes each."""

    model_config = SettingsConfigDict(env_prefix="EVIDENCE_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="Library, index and caches.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    reranker: str | None = Field(
        None, description="Model that `evidence reranker` prepared; none: no reranker."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other sites whose pages may call the API, separated by commas."
    )

    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="Where others reach the service; permalinks and feeds begin with it.",
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

    @property
    def site(self) -> str:
        """Where the service is reached as far as the settings know; no slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


def load_settings(**given: Any) -> Settings:  # noqa: ANN401 - values of any field
    """Read the settings; what is given by name wins over the environment.

    Raises:
        SettingError: with every wrong value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = "; ".join(
            f"EVIDENCE_{str(fault['loc'][0]).upper()} is {fault['input']!r}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SettingError(f"Wrong settings: {faults}.", cure="See docs/settings.md.") from error

"""Settings: variables of the environment that begin with EVIDENCE_, read on call."""

import os
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from corpus.wrong_settings import wrong_settings

PREFIX: Final = "evidence_"


class Environment(BaseModel):
    """Settings that share the environment; each reads the variables of its own fields."""

    model_config = ConfigDict(extra="ignore", frozen=True, validate_default=True)

    @classmethod
    def read(cls, **given: Any) -> Self:  # noqa: ANN401 - values of any field
        """Read the settings; what is given by name wins over the environment.

        Raises:
            SettingError: with every wrong value, those of secrets not shown.
        """
        variables = {name.lower(): value for name, value in os.environ.items()}
        found = {
            name: variables[PREFIX + name]
            for name in cls.model_fields
            if PREFIX + name in variables
        }
        try:
            return cls(**(found | given))
        except ValidationError as error:
            raise wrong_settings(error) from error

"""Rates: so many questions in a minute, an hour or a day."""

import re
from dataclasses import dataclass
from typing import Final

WINDOWS: Final = {"minute": 60, "hour": 3_600, "day": 86_400}  # seconds
_RATE: Final = re.compile(r"([1-9]\d{0,8})\s*/\s*(minute|hour|day)")


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `quota` units in any `window_s` seconds; a plain question is one unit."""

    quota: int
    window: str

    @property
    def window_s(self) -> int:
        """Its length in seconds."""
        return WINDOWS[self.window]


def parse_rates(text: str) -> tuple[Rate, ...]:
    """Rates as a setting has them: "60/minute, 2000/day"; "none" for no limit.

    Raises:
        ValueError: it is no list of rates.
    """
    if text.strip().casefold() == "none":
        return ()
    found = [_RATE.fullmatch(part.strip().casefold()) for part in text.split(",")]
    rates = tuple(Rate(int(match[1]), match[2]) for match in found if match)
    if len(rates) != len(found) or len({rate.window for rate in rates}) != len(rates):
        raise ValueError('must be like "60/minute, 2000/day", or "none"')
    return rates

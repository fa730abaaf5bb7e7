"""Where Debian's Chromium is."""

import shutil
from typing import Final

#: The one without windows first: in the other a window's toolbar is a page by itself, and opening
#: it takes four times as long as the page that is tested.
_NAMES: Final = ("chromium-headless-shell", "chromium")


def chromium() -> str | None:
    """The command's path; None where there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)

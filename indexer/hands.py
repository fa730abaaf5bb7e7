"""Who reads and encodes for a build, by its settings."""

from indexer.oncall import OnCall
from indexer.workforce import Processes, Workforce


def hands(workers: int, ray: str | None) -> Workforce:
    """Those of a setting.

    Args:
        workers: processes of this machine.
        ray: the Ray cluster to work on, "local" for one on this machine; None for none.

    Raises:
        SettingError: Ray is not installed.
    """
    here = Processes(workers)
    if ray is None:
        return here
    return OnCall(ray, here)

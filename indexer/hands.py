"""Who reads and encodes for a build, by its settings."""

from corpus.errors import SettingError
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
    try:
        from indexer.fleet import Fleet  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise SettingError(
            f"EVIDENCE_RAY names a cluster, and {error.name} is not installed.",
            cure='Run `pip install "ray[data]"` (the extra `ray`).',
        ) from error
    return Fleet(ray, here)

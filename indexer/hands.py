"""Who reads and encodes for a build, by its settings."""

from typing import Final

from corpus.errors import SettingError
from indexer.accelerators import Accelerators
from indexer.workforce import Processes, Workforce

PROCESSOR: Final = "cpu"


def hands(workers: int, ray: str | None, device: str | None = None) -> Workforce:
    """Those of a setting.

    Args:
        workers: processes of this machine.
        ray: the Ray cluster to work on, "local" for one on this machine; None for none.
        device: what encodes, as torch names it; None or "cpu": the processor.

    Raises:
        SettingError: Ray is not installed, or a device is to encode for it.
        EncoderError: there is no such device.
    """
    here = Processes(workers)
    if device == PROCESSOR:
        device = None
    if device and ray:
        raise SettingError(
            "A device (--device, EVIDENCE_DEVICE) and a Ray cluster (EVIDENCE_RAY) are both to "
            "encode.",
            cure="Leave one of them out: a cluster encodes on its processors.",
        )
    if device:
        return Accelerators(device, here)
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

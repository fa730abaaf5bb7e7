"""Who reads and encodes for a build, by its settings."""

from typing import Final

from corpus.errors import SettingError
from indexer.accelerators import Accelerators
from indexer.oncall import OnCall
from indexer.workforce import Processes, Workforce

PROCESSOR: Final = "cpu"


def hands(workers: int, ray: str | None, device: str | None = None) -> Workforce:
    """Those of a setting.

    Args:
        workers: processes of this machine.
        ray: the Ray cluster to work on, "local" for one on this machine; None for none.
        device: what encodes, as torch names it; None or "cpu": the processor.

    Raises:
        SettingError: a device is to encode for a cluster, or Ray is not installed.
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
    return OnCall(ray, here)

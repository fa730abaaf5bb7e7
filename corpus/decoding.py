"""Bytes of unknown encoding as text."""

from typing import Final

from charset_normalizer import from_bytes

from corpus.errors import NotAReport

_WESTERN: Final = "cp1252"
_SURER: Final = 0.1  # coherence by which another encoding must read better than the Western one


def decode(data: bytes) -> str:
    """Bytes as text: UTF-8 where it is, the likeliest encoding otherwise.

    Where little text leaves it open, Windows' Western encoding counts as the likeliest: it is
    what British spreadsheets are saved in, and where "£" has no other meaning.

    Raises:
        NotAReport: no encoding fits.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = from_bytes(data)
        best = found.best()
        if best is None:
            raise NotAReport(
                "The text's encoding cannot be told.", cure="Save it as UTF-8 and add it again."
            ) from error
    for each in found:
        as_good = each.chaos <= best.chaos and each.coherence > best.coherence - _SURER
        if as_good and _WESTERN in each.could_be_from_charset:
            return data.decode(_WESTERN)
    return str(best)

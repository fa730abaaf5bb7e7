"""Bytes of unknown encoding as text."""

from charset_normalizer import from_bytes

from corpus.errors import NotAReport


def decode(data: bytes) -> str:
    """Bytes as text: UTF-8 where it is, the likeliest encoding otherwise.

    Raises:
        NotAReport: no encoding fits.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        best = from_bytes(data).best()
        if best is None:
            raise NotAReport(
                "The text's encoding cannot be told.", cure="Save it as UTF-8 and add it again."
            ) from error
        return str(best)

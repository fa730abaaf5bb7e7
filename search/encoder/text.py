"""Text as an encoder takes it."""


def encodable(text: str) -> str:
    """The text with lone surrogates, which no tokeniser accepts, replaced by "?"."""
    return text.encode("utf-8", "replace").decode("utf-8")

"""Where sentences begin and end."""

from sentencex import get_sentence_boundaries


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of a text, in order, trimmed of white space, none empty.

    Abbreviations, decimals, addresses and quotations are kept whole by `sentencex`.
    """
    spans = []
    for boundary in get_sentence_boundaries("en", text):
        start, end = boundary["start_index"], boundary["end_index"]
        sentence = text[start:end]
        start += len(sentence) - len(sentence.lstrip())
        end = start + len(sentence.strip())
        if end > start:
            spans.append((start, end))
    return spans

"""What is printed on a page of a report: its number, and its text for those who see no picture."""

from dataclasses import dataclass

from api.places import Range, parts_of, within
from corpus.types import Passage


@dataclass(frozen=True, slots=True)
class Printed:
    """A part of a page's text; of the passage asked for, what is before and after the sentence."""

    heading: str | None
    before: str
    sentence: str = ""
    after: str = ""
    here: bool = False


def label_of(passages: tuple[Passage, ...], number: int) -> str | None:
    """What is printed on the page as its number."""
    for passage in passages:
        pages = dict.fromkeys(span.page for span in passage.spans)
        if number in pages:
            return dict(zip(pages, passage.page_labels, strict=True))[number]
    return None


def printed_on(
    passages: tuple[Passage, ...], number: int, asked: Passage | None, sentence: Range | None
) -> list[Printed]:
    """The page's text, passage by passage, headings where they change."""
    found = []
    section: tuple[str, ...] = ()
    for passage in passages:
        for part in parts_of(passage):
            if part.page != number:
                continue
            heading = (
                passage.section[-1] if passage.section and passage.section != section else None
            )
            section = passage.section
            text = passage.text[part.start : part.end]
            if passage is not asked:
                found.append(Printed(heading, text))
                continue
            start, end = within(part, sentence) or (len(text), len(text))
            printed = Printed(heading, text[:start], text[start:end], text[end:], here=True)
            found.append(printed)
    return found

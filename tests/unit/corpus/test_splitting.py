from collections.abc import Sequence

import pytest

from corpus.passages import PassageRules, context_of, embedded_text, split_document
from corpus.passages.units import LONGEST_RUN, units_of
from corpus.types import Block, BlockKind, Document, DocumentType, Page

H, P, LI, T, F, R = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.TABLE,
    BlockKind.FOOTNOTE,
    BlockKind.REFERENCES,
)


def _page(number: int, *parts: tuple[BlockKind, str]) -> Page:
    text, blocks = "", []
    for kind, words in parts:
        text += "\n\n" if text else ""
        blocks.append(Block(len(text), len(text) + len(words), kind, 1 if kind is H else 0))
        text += words
    return Page(number, None, text, tuple(blocks))


def _split(
    *pages: Page, target: int = 60, document_type: DocumentType = DocumentType.PDF
) -> list[tuple[BlockKind, tuple[int, ...], str]]:
    def count(texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    passages = split_document(
        Document(document_type, pages),
        report_id="r",
        rules=PassageRules(max_tokens=120, target_tokens=target, min_tokens=4),
        count_tokens=count,
        context="Title",
    )
    return [(p.kind, tuple(s.page for s in p.spans), p.text) for p in passages]


def test_a_paragraph_over_a_page_break_is_one_passage_of_two_spans() -> None:
    first = _page(1, (P, "The programme cut reoffending among"), (F, "1 A note."))
    second = _page(2, (P, "young people by a tenth. It was cheap."))
    assert _split(first, second) == [
        (P, (1, 2), "The programme cut reoffending among\nyoung people by a tenth. It was cheap."),
        (F, (1,), "1 A note."),
    ]


def test_a_paragraph_over_a_column_break_keeps_its_sentence_whole() -> None:
    rest = "young people by a tenth " + "and more " * 20 + "so. It was a cheap one to run."
    page = _page(1, (P, "The programme cut reoffending among"), (P, rest))
    first, second = (text for _, _, text in _split(page, target=45))
    assert first.startswith("The programme cut reoffending among\n\nyoung people")
    assert second == "It was a cheap one to run."


@pytest.mark.parametrize("rest", ["\u00e9lan vital.", "(Smith, 2019) found it.", "a third of it."])
def test_what_begins_within_a_sentence_goes_on_from_the_page_before(rest: str) -> None:
    assert len(_split(_page(1, (P, "It is often said that")), _page(2, (P, rest)))) == 1


@pytest.mark.parametrize("other", ["Next it fell.", "l Expertise", "http://example.org/a"])
def test_capitals_bullets_and_addresses_go_on_from_nothing(other: str) -> None:
    pages = _page(1, (P, "Further information")), _page(2, (T, "Table 1"), (P, other))
    assert len(_split(*pages)) == 3
    found = _split(_page(1, (H, "Further information"), (P, other)))
    assert [text for _, _, text in found] == [other]


def test_a_guessed_heading_whose_sentence_goes_on_is_text() -> None:
    page = _page(1, (H, "Findings"), (H, "Tutoring helped pupils who"), (P, "had fallen behind."))
    whole = "Tutoring helped pupils who\n\nhad fallen behind."
    assert [text for _, _, text in _split(page)] == [whole]
    aims = _page(1, (H, "Aims"), (P, "to learn more."))
    assert [text for _, _, text in _split(aims)] == ["to learn more."]
    marked_up = _split(page, document_type=DocumentType.HTML)
    assert [text for _, _, text in marked_up] == ["had fallen behind."]


def test_paragraphs_that_never_end_a_sentence_do_not_pile_up() -> None:
    page = _page(1, *[(P, "word it")] * 40)
    found = units_of(Document(DocumentType.PDF, (page,)))
    assert [len(unit.spans) for unit in found] == [LONGEST_RUN, LONGEST_RUN, 40 - 2 * LONGEST_RUN]


def test_a_long_heading_elsewhere_shortens_no_passage() -> None:
    sentence = " ".join(["word"] * 110) + "."
    page = _page(1, (P, sentence), (H, "a " * 40), (P, "It was cheap."))
    assert [text for _, _, text in _split(page, target=110)] == [sentence, "It was cheap."]


@pytest.mark.parametrize("letter", ["a", "\uac00", "\U0001f600", "."])
def test_the_context_is_bounded_in_bytes_and_keeps_the_nearest_heading(letter: str) -> None:
    found = context_of(letter * 500, ["far", letter * 500, f"{letter} nearest"])
    assert len(found.encode()) <= 220
    assert found.startswith(letter)
    assert found.endswith("\n" + f"{letter} nearest")


def test_a_finished_paragraph_does_not_run_on() -> None:
    first = _page(1, (P, "It worked."))
    assert len(_split(first, _page(2, (H, "Next"), (P, "and so on.")))) == 2


def test_sections_are_not_mixed_and_name_their_headings() -> None:
    page = _page(1, (H, "Findings"), (P, "It helped."), (H, "Costs"), (P, "It was cheap."))
    assert [text for _, _, text in _split(page)] == ["It helped.", "It was cheap."]


def test_a_lone_heading_is_no_passage() -> None:
    assert _split(_page(1, (H, "Annex A"))) == []


def test_tables_and_references_stand_alone() -> None:
    page = _page(1, (P, "Before."), (T, "Table 1\na | b\n1 | 2"), (R, "Smith (2019)."))
    assert [kind for kind, _, _ in _split(page)] == [P, T, R]


def test_a_table_is_whole_up_to_the_limit_and_cut_between_rows_beyond() -> None:
    row = " | ".join(["1"] * 10)
    assert len(_split(_page(1, (T, "\n".join([row] * 6))), target=20)) == 1
    rows = [text.split("\n") for _, _, text in _split(_page(1, (T, "\n".join([row] * 10))))]
    assert [set(part) for part in rows] == [{row}, {row}]


def test_the_sentence_that_opens_a_list_goes_with_it() -> None:
    long = " ".join(["word"] * 12) + "."
    page = _page(1, (P, long), (P, "It needs:"), (LI, "• time enough for it"), (LI, "• money"))
    assert [text.split("\n")[0] for _, _, text in _split(page, target=14)] == [long, "It needs:"]


def test_a_very_long_word_is_cut_and_kept() -> None:
    texts = [text for _, _, text in _split(_page(1, (P, "x" * 10_000)))]
    assert "".join(texts) == "x" * 10_000
    assert max(map(len, texts)) <= 3_000


def test_title_and_headings_go_before_the_embedded_text() -> None:
    page = _page(1, (H, "Costs"), (P, "It was cheap."))
    passage = split_document(
        Document(DocumentType.PDF, (page,)),
        report_id="r",
        rules=PassageRules(),
        count_tokens=lambda texts: [len(text.split()) for text in texts],
        context="Title",
    )[0]
    assert embedded_text("Title", passage) == "Title\nCosts\nIt was cheap."

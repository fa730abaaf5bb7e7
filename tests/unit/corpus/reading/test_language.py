from pathlib import Path

import pytest

from corpus.reading.assemble import Part, one_page
from corpus.reading.language import languages_of
from corpus.reading.read import read_file
from corpus.types import BlockKind

WELSH = [
    "Mae mentora yn helpu rhai pobl ifanc i gadw draw o drafferth.",
    "Roedd y treialon yn fach, a chynhaliwyd pob un ond un dramor.",
    "Nid oedd gwahaniaeth rhwng y ddau grŵp ar ôl blwyddyn.",
    "Mae'r adroddiad hwn yn crynhoi'r dystiolaeth ar ddysgu darllen.",
    "Beth sy'n gweithio i leihau digartrefedd ymhlith teuluoedd?",
    "Cafodd disgyblion o gartrefi tlotach lai o fudd na'r lleill.",
    "Cost isel; effaith gymedrol; ansawdd y dystiolaeth yn gyfyngedig.",
    "Gofynnwyd i'r athrawon pa mor aml y byddent yn rhoi adborth.",
]
ENGLISH = [
    "Mentoring helps some young people to stay out of trouble.",
    "The trials were small, and all but one were held abroad.",
    "There was no difference between the two groups after a year.",
    "This report sums up the evidence on learning to read.",
    "What works to reduce homelessness among families?",
    "Pupils from poorer homes in Llanelli gained less than others did.",
    "Low cost; moderate impact; limited quality of the evidence.",
    "Councils in Gwynedd, Ynys Môn and Ceredigion took part in the survey.",
]


def _told(*texts: str, kind: BlockKind = BlockKind.PARAGRAPH) -> tuple[str, ...]:
    return languages_of([one_page([Part(text, kind) for text in texts])])


@pytest.mark.parametrize("text", WELSH)
def test_one_welsh_sentence_is_told(text: str) -> None:
    assert _told(text) == ("cy",)


@pytest.mark.parametrize("text", ENGLISH)
def test_one_english_sentence_is_told(text: str) -> None:
    assert _told(text) == ("en",)


def test_a_bilingual_document_has_both_the_most_used_first() -> None:
    assert _told(*WELSH, *ENGLISH[:3]) == ("cy", "en")
    assert _told(*ENGLISH * 5, *WELSH[:4]) == ("en", "cy")


def test_languages_taking_turns_are_both_told() -> None:
    turns = [text for pair in zip(WELSH, ENGLISH, strict=True) for text in pair]
    assert set(_told(*(text * 2 for text in turns))) == {"cy", "en"}


@pytest.mark.parametrize("text", ["", "Summary", "2019 2020 2021 12.5% £900", "Crynodeb"])
def test_too_little_text_tells_nothing(text: str) -> None:
    assert _told(text) == ()


def test_references_in_another_language_do_not_count() -> None:
    page = one_page(
        [
            *(Part(text, BlockKind.PARAGRAPH) for text in WELSH),
            Part("References", BlockKind.HEADING, 1),
            *(Part(text, BlockKind.PARAGRAPH) for text in ENGLISH * 2),
        ]
    )
    assert languages_of([page]) == ("cy",)


def test_a_foreign_quotation_makes_no_report_foreign() -> None:
    quotation = "Les essais étaient de petite taille et tous menés à l'étranger, sauf un seul."
    assert _told(*ENGLISH * 2, quotation * 2) == ("en",)


@pytest.mark.parametrize("name", ["x.txt", "x.md", "x.html"])
def test_every_kind_of_document_has_its_languages(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    text = "".join(f"<p>{line}</p>" for line in WELSH) if name == "x.html" else "\n".join(WELSH)
    file.write_text(f"<html><body>{text}</body></html>" if name == "x.html" else text, "utf-8")
    assert read_file(file, name=name).languages == ("cy",)

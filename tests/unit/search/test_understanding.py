"""What a question is taken to mean."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.index.lexical import LexicalHalf, open_lexical
from search.index.lexical_writing import LexicalEntry, write_lexical
from search.index.types import Ordinals
from search.index.variants import variants
from search.understanding import acronyms, as_typed, names_in, reading_words, understand

TEXTS = [
    "Mentoring and breakfast clubs change the behaviour and attainment of pupils in schools.",
    "Mentors met pupils; breakfast helped their attainment; randomised trials of programmes.",
    "A static model of school attainment and organisation.",
    "The static model again.",
    "Beverly ward.",
]


@pytest.fixture(scope="module")
def lexical(tmp_path_factory: pytest.TempPathFactory) -> LexicalHalf:
    folder = tmp_path_factory.mktemp("lexical")
    write_lexical((LexicalEntry(0, "", "", text) for text in TEXTS), folder)
    return open_lexical(folder, ranked=len(TEXTS))


def texts(ordinals: Ordinals) -> list[str]:
    return [TEXTS[ordinal] for ordinal in ordinals]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("does mentroing help", {"mentroing": "mentoring"}),  # swapped
        ("does mentering help", {"mentering": "mentoring"}),  # a vowel for another
        ("do breakfst clubs help", {"breakfst": "breakfast"}),  # left out
        ("do breakffast clubs help", {"breakffast": "breakfast"}),  # doubled
        ("randomsed trials", {"randomsed": "randomised"}),  # whole words, not stems
        ("which statin helps", {}),  # another word, not a slip
        ("does breakfast help in Statik", {}),  # a name
        ("does it help in MENTRING", {}),  # perhaps an acronym
        ("does behavior of pupils change", {}),  # the other spelling is no slip
        ("do cats help", {}),
        ("are beavers released", {}),  # "beverly" has a stem one slip off, and is far from it
    ],
)
def test_slips_are_mended(lexical: LexicalHalf, typed: str, meant: dict[str, str]) -> None:
    reading = understand(typed, lexical, texts)
    assert dict(reading.mended) == meant
    for word, stem in meant.items():
        assert reading.searched == reading.spelt == typed.replace(word, stem)
    assert reading.question == typed


def test_acronyms_are_written_out_as_they_are_written(lexical: LexicalHalf) -> None:
    reading = understand("What helps FSM pupils and SEND pupils?", lexical, texts)
    assert reading.searched.endswith(
        "(free school meals) (special educational needs and disabilities)"
    )
    assert reading.spelt == "What helps FSM pupils and SEND pupils?"
    assert understand("send mentors to pupils", lexical, texts).written_out == ()
    assert understand("free school meals (FSM)", lexical, texts).written_out == ()
    assert all(short.isupper() or short[:-1].isupper() for short in acronyms())


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("mentoring", True),
        ("knife crime in schools", True),
        ("does mentoring work", False),
        ("mentoring?", False),
        ("mentoring of young people leaving care and their later jobs", False),
    ],
)
def test_a_topic_asks_nothing(lexical: LexicalHalf, question: str, topic: bool) -> None:  # noqa: FBT001
    assert understand(question, lexical, texts).topic is topic


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What share of Kent's over-65s live alone?", ("Kent",)),
        ("How did Welsh pupils do in 2022, and in 2022 again?", ("Welsh", "2022")),
        ("Does CBT help in the UK?", ()),
        ("Do American Teachers Care Much", ()),
        ("how many live alone in kent", ()),
    ],
)
def test_names_are_places_people_and_years(question: str, names: tuple[str, ...]) -> None:
    assert names_in(question) == names
    assert as_typed(question).names == names


def test_a_report_mentions_a_name_by_its_beginning(tmp_path: Path) -> None:
    texts = ["Pupils in Hungary did well in 2022.", "Pupils in Kent did not."]
    write_lexical((LexicalEntry(row, "", "", text) for row, text in enumerate(texts)), tmp_path)
    half = open_lexical(tmp_path, ranked=2)
    assert half.mentioning("Hungarian", [0, 1]) == {0}
    assert half.mentioning("2022", [0]) == {0}
    assert half.mentioning("2021", [0]) == set()
    assert half.mentioning("Kent", [0, 1]) == {1}


def test_what_was_done_is_told(lexical: LexicalHalf) -> None:
    told = " ".join(reading_words(understand("mentroing of FSM pupils", lexical, texts)))
    assert "mentroing" in told
    assert "free school meals" in told
    assert reading_words(as_typed("mentroing")) == ()
    assert as_typed("mentroing").searched == "mentroing"


def test_either_spelling_finds_the_other(lexical: LexicalHalf) -> None:
    for british, american in (
        ("behaviour", "behavior"),
        ("randomised", "randomized"),
        ("programmes", "programs"),
        ("organisation", "organization"),
    ):
        one, other = lexical.search(british, 4), lexical.search(american, 4)
        assert one.ordinals.tolist() == other.ordinals.tolist() != []
        assert one.scores.tolist() == other.scores.tolist()
    assert "centre" in variants("center")
    assert "anemia" in variants("anaemia")


@given(st.text(max_size=80))
def test_any_question_is_read(lexical: LexicalHalf, question: str) -> None:
    assert understand(question, lexical, texts).question == question

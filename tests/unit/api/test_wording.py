"""What pages say of values, sentences and pages of a file."""

from api.routes.wording import AXES, DESIGNS, DIRECTIONS, KINDS, read_as, say, value_words
from corpus.findings import Direction, StudyDesign
from corpus.types import DocumentType
from search.evidence_map import Axis
from search.statement_types import Count, Range, StatementPart
from search.types import Reading


def test_every_value_has_its_words() -> None:
    tables = ((KINDS, DocumentType), (DIRECTIONS, Direction), (DESIGNS, StudyDesign), (AXES, Axis))
    for table, kind in tables:
        assert set(table) == set(kind)


def test_a_value_nobody_knows_is_shown_as_it_is() -> None:
    assert value_words("topic", "crime") == "crime"
    assert value_words("language", "ga") == "ga"
    assert value_words("language", "cy") == "Welsh"


def test_a_sentence_in_english_is_the_statement_s_own() -> None:
    part = StatementPart("{reports} from {centres}.", (), {
        "reports": Count(1, "report"), "centres": Count(1_200, "centre")
    })  # fmt: skip
    assert say(part) == part.words == "1 report from 1,200 centres."
    ranged = StatementPart("Published {range}.", (), {"range": Range(2010, 2012)})
    assert say(ranged) == ranged.words == "Published 2010 to 2012."
    named = StatementPart("No passage near it speaks of: {words}.", (), {"words": "a {b} to c"})
    assert say(named) == named.words == "No passage near it speaks of: a {b} to c."


def test_what_was_searched_for_besides_is_told() -> None:
    reading = Reading("q", "q", "q", (("mentroing", "mentoring"),), (("FSM", "free school meals"),))
    assert read_as(reading) == (
        "No passage has “mentroing”: “mentoring” was searched for.",
        "FSM was read as free school meals.",
    )

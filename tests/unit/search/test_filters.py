import numpy as np
import pytest

from corpus.types import DocumentType
from search.errors import InvalidQuery
from search.filters import check_filters, passes
from search.index.embedded import allowed_by
from search.index.types import Within
from search.types import Filters
from tests.builders import report

EEF = report("a", centre="eef", year=2019, topics=("education", "literacy"), nations=("Wales",))
UNDATED = report("b", centre=None, year=None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), (True, True)),
        (Filters(centres=("EEF",)), (True, False)),
        (Filters(centres=("nice", "eef")), (True, False)),
        (Filters(topics=("Literacy",)), (True, False)),
        (Filters(nations=("wales", "Scotland")), (True, False)),
        (Filters(nations=("England",)), (False, False)),
        (Filters(year_from=2019, year_to=2019), (True, False)),
        (Filters(year_from=2020), (False, False)),
        (Filters(year_to=2018), (False, False)),
        (Filters(document_types=(DocumentType.PDF,)), (True, True)),
        (Filters(document_types=(DocumentType.HTML,)), (False, False)),
        (Filters(centres=("eef",), year_from=2020), (False, False)),
        (Filters(reports=("b", "c")), (False, True)),
    ],
)
def test_filters_let_through_what_they_name(filters: Filters, expected: tuple[bool, bool]) -> None:
    assert (passes(EEF, filters), passes(UNDATED, filters)) == expected


def test_the_mask_follows_the_reports() -> None:
    allowed = allowed_by(Within(Filters(centres=("eef",))), (UNDATED, EEF), np.array([0, 1, 1, 0]))
    assert allowed is not None
    assert allowed.mask.tolist() == [False, True, True, False]
    assert allowed.report_rows.tolist() == [1]


def test_no_filter_is_no_mask() -> None:
    assert allowed_by(Within(), (EEF,), np.array([0])) is None


def test_years_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="2020"):
        check_filters(Filters(year_from=2020, year_to=2010))

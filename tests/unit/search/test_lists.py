"""When a library's lists of vectors do not fit it any more."""

from dataclasses import replace

import pytest

from corpus.passages import PassageRules
from search.index.layers import is_overdue
from search.index.lists import is_outgrown, lists_for
from search.index.manifest import FORMAT_VERSION, Counts, DenseInfo, Manifest
from tests.fakes import HashingEncoder


def _held(passages: int, dense: DenseInfo) -> Manifest:
    return Manifest(
        format_version=FORMAT_VERSION,
        generation="g",
        created="2026-11-27T00:00:00+00:00",
        encoder=HashingEncoder().spec,
        passage_rules=PassageRules(),
        counts=Counts(1, passages, passages),
        dense=dense,
        library_digest="d",
        content_digest="c",
        files={},
    )


@pytest.mark.parametrize("passages", [10_000, 40_000, 160_000])
def test_twice_as_many_lists_or_half_of_them_still_fit(passages: int) -> None:
    assert not is_outgrown(_held(passages, lists_for(40_000)))


@pytest.mark.parametrize("passages", [9_900, 161_500])
def test_more_than_twice_as_many_or_fewer_than_half_do_not(passages: int) -> None:
    assert is_outgrown(_held(passages, lists_for(40_000)))


def test_none_of_no_use_and_none_of_files() -> None:
    made = lists_for(100)
    for other in (replace(made, lists=0, probes=0), replace(made, kind="ivf-rabitq")):
        assert not is_outgrown(_held(1_000_000, other))
    assert is_outgrown(_held(1_000_000, made))


def test_files_lists_of_before_questions_told_how_many_are_due_to_be_arranged_anew() -> None:
    made = DenseInfo(kind="ivf-rabitq", recall=0.99, lists=649, probes=308)
    assert is_overdue(_held(105_483, made))
    assert not is_overdue(_held(105_483, replace(made, slope=21.0)))
    assert not is_overdue(_held(8_428, DenseInfo(kind="flat", recall=1.0)))
    assert not is_overdue(_held(40_000, replace(lists_for(40_000), probes=90)))  # in a database

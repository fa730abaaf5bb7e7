"""Which of many reports of one title are one."""

import random
import time
from collections.abc import Sequence

import pytest

from corpus.library.identity import SAME_TEXT, SKETCH, resemblance, same_reports
from corpus.library.states import Entry, Identity, Outcome


def _entry(name: str, sketch: Sequence[int]) -> Entry:
    return Entry(
        report_id=name,
        sha256=name,
        name="Executive summary",
        size=1,
        outcome=Outcome.READ,
        text_sha256=name,
        identity=Identity(tuple(sorted(sketch))),
    )


def _one_by_one(entries: Sequence[Entry]) -> dict[str, str]:
    """What comparing each with every earlier one finds."""
    kept: list[Entry] = []
    repeats = {}
    for entry in entries:
        for other in kept:
            if resemblance(entry.identity.sketch, other.identity.sketch) >= SAME_TEXT:
                repeats[entry.report_id] = other.report_id
                break
        else:
            kept.append(entry)
    return repeats


@pytest.mark.parametrize("hashes", [3, 40, 127, 128, 200, 400])
def test_reports_of_one_title_that_share_about_enough_are_found_as_by_comparing_all(
    hashes: int,
) -> None:
    """`hashes` of a text: of a short one all are kept."""
    draw = random.Random(hashes)
    entries = []
    for family in range(12):
        text = draw.sample(range(100_000), hashes)
        for member in range(12):
            changed = draw.randrange(round(hashes * 0.35) + 1)
            other = text[changed:] + draw.sample(range(100_000), changed)
            entries.append(_entry(f"{family}-{member}", sorted(set(other))[:SKETCH]))
    draw.shuffle(entries)
    expected = _one_by_one(entries)
    assert same_reports(entries) == expected
    assert 12 < len(expected) < len(entries) - 12  # some are one, some are not quite


def test_thousands_of_one_title_take_no_longer_than_as_many_of_others() -> None:
    draw = random.Random(0)
    entries = [_entry(str(n), draw.sample(range(2**56), SKETCH)) for n in range(3_000)]
    start = time.process_time()
    assert same_reports(entries) == {}
    assert time.process_time() - start < 10  # minutes, if each were compared with every other

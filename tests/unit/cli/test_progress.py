"""Progress where nobody watches: lines, of long stages more than one."""

import io

import pytest
from rich.console import Console

from cli import progress


def test_a_long_stage_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TELL_EVERY_S", 0.0)
    said = io.StringIO()
    with progress.TerminalProgress(Console(file=said)) as bars:
        bars.start("Reading reports", 3, "reports")
        bars.advance()
        bars.advance(2)
    lines = said.getvalue().splitlines()
    assert lines[:2] == [
        "Reading reports: 1 of 3 reports so far",
        "Reading reports: 3 of 3 reports so far",
    ]
    assert lines[2].startswith("Reading reports: 3 of 3 reports in ")


def test_a_short_one_tells_only_that_it_is_done() -> None:
    said = io.StringIO()
    with progress.TerminalProgress(Console(file=said)) as bars:
        bars.start("Adding", 1, "files")
        bars.advance()
    assert len(said.getvalue().splitlines()) == 1


def test_a_stage_that_comes_again_has_one_bar() -> None:
    said = io.StringIO()
    with progress.TerminalProgress(Console(file=said, force_terminal=True, width=200)) as bars:
        for _ in range(40):
            for stage in ("Encoding passages", "Writing passages"):
                bars.start(stage, 5, "passages")
                bars.advance(5)
    last = said.getvalue().rpartition("Encoding passages")[2]
    assert "200/200" in last.partition("Writing passages")[0]
    assert "200/200" in last.partition("Writing passages")[2]

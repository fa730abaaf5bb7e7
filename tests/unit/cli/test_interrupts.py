"""Ctrl-C: at once while modules are imported, with a word after that."""

import signal

import pytest

from cli.app import importing
from cli.main import EXIT_INTERRUPTED, main


def test_an_interrupt_among_imports_ends_the_process_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with importing():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupted_command_says_what_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cli.status.gather", interrupted)
    monkeypatch.setattr("sys.argv", ["evidence", "status"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == EXIT_INTERRUPTED
    assert "What was done so far is kept" in capsys.readouterr().err

"""Ctrl-C: at once while modules are imported, with a word after that."""

import signal
from pathlib import Path

import pytest

from cli.app import importing
from cli.main import EXIT_INTERRUPTED, main


@pytest.mark.parametrize(
    ("before", "meanwhile"),
    [
        (signal.default_int_handler, signal.SIG_DFL),
        (signal.SIG_IGN, signal.SIG_IGN),  # in the background of a script
    ],
)
def test_an_interrupt_among_imports_ends_the_process_at_once(
    before: signal.Handlers, meanwhile: signal.Handlers
) -> None:
    outside = signal.signal(signal.SIGINT, before)
    try:
        with importing():
            assert signal.getsignal(signal.SIGINT) is meanwhile
        assert signal.getsignal(signal.SIGINT) is before
    finally:
        signal.signal(signal.SIGINT, outside)


def test_an_interrupted_command_says_what_was_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "models").mkdir()
    monkeypatch.setattr("cli.status.gather", interrupted)
    monkeypatch.setattr("sys.argv", ["evidence", "status", "--home", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == EXIT_INTERRUPTED
    assert "What was done so far is kept" in capsys.readouterr().err

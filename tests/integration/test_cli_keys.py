"""`evidence keys` as a person types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli.keys  # noqa: F401 - registers its commands
from api.keys.secrets import KeyText
from api.keys.store import KeyStore
from cli.app import app
from cli.main import tell
from corpus.errors import EvidenceError
from corpus.home import Home

SITE = ("site", "--name", "A blog", "--origin", "https://a.org", "--centre", "eef")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "models").mkdir(parents=True)
    return tmp_path / "home"


def _run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments, "--home", str(home)])


def _create(home: Path, *arguments: str) -> KeyText:
    done = _run(home, "create", *arguments)
    assert done.exit_code == 0, done.output
    text = KeyText.read(done.stdout.strip())
    assert text, "standard output has the key alone"
    return text


def test_a_key_from_its_making_to_its_end(home: Path) -> None:
    text = _create(home, *SITE, "--greatest-k", "5", "--expires", "90d", "--per-minute", "7")
    shown = _run(home, "show", text.key_id).stdout
    assert "origins: https://a.org" in shown
    assert "centres: eef" in shown
    assert "7 a minute, 50000 a day" in shown
    assert text.secret not in shown
    assert "until" in _run(home, "list").stdout
    assert _run(home, "revoke", text.key_id).exit_code == 0
    assert "revoked" in _run(home, "list").stdout
    audit = _run(home, "audit").stdout.splitlines()
    assert [line.split()[4] for line in audit] == ["created", "revoked"]
    assert text.secret not in _run(home, "list", "--json").stdout
    assert json.loads(_run(home, "list", "--json").stdout)[0]["scope"]["greatest_k"] == 5


def test_an_expiry_is_the_end_of_its_day(home: Path) -> None:
    text = _create(home, "api", "--name", "A program", "--expires", "2099-03-31")
    expires = KeyStore(Home(home).keys).get(text.key_id).expires
    assert expires
    assert expires.isoformat() == "2099-04-01T00:00:00+00:00"


def test_a_centre_nobody_knows_is_noted(home: Path) -> None:
    done = _run(home, "create", "site", "--name", "x", "--origin", "https://a.org", "--centre=eeff")
    assert done.exit_code == 0
    assert "did you mean eef?" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("create", "site", "--name", "x"), "--origin"),
        (("create", "site", "--name", "x", "--origin", "a.org"), "https://example.org"),
        (("create", "api", "--name", "x", "--origin", "https://a.org"), "site keys"),
        (("create", "api", "--name", "x", "--greatest-k", "3"), "--origin"),
        (("create", "api", "--name", " "), "name"),
        (("create", "api", "--name", "x", "--expires", "soon"), "90d"),
        (("create", "api", "--name", "x", "--expires", "2020-01-01"), "later"),
        (("revoke", "0123456789"), "evidence keys list"),
        (("show", "0123456789"), "evidence keys list"),
    ],
)
def test_wrong_wishes_are_told_with_a_cure(
    home: Path, arguments: tuple[str, ...], cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = _run(home, *arguments).exception
    assert isinstance(error, EvidenceError)
    tell(error)
    assert cause in capsys.readouterr().err


def test_without_keys_lists_are_empty_and_nothing_is_made(home: Path) -> None:
    assert _run(home, "list").exit_code == 0
    assert _run(home, "audit").stdout == ""
    assert [each.name for each in home.iterdir()] == ["models"]

"""Words of commands from what was typed: never an option, a path or another command."""

import json
from pathlib import Path

import pytest

from api.desk import work
from api.desk.errors import WrongWork

HOME = Path("/srv/evidence")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Report (final).pdf", "Report (final).pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/srv/evidence/keys.db", "keys.db"),
        ("--home=elsewhere.pdf", "home_elsewhere.pdf"),
        ("-rf", "rf"),
        (".hidden.pdf", "hidden.pdf"),
        ("...", "upload"),
        ("", "upload"),
        ("a;touch b$(id)`id`|x.pdf", "a_touch b_(id)_id__x.pdf"),
        ("https://example.org/a.pdf", "a.pdf"),
        ("a\0b\nc.pdf", "a_b_c.pdf"),
        ("\u202efdp.exe", "_fdp.exe"),
        ("\ud800.pdf", "_.pdf"),
        ("Dŵr.pdf", "Dŵr.pdf"),
    ],
)
def test_a_file_s_name_is_a_name_and_nothing_else(name: str, plain: str) -> None:
    assert work.plain_name(name) == plain


def test_a_long_name_fits_on_a_disk(tmp_path: Path) -> None:
    name = work.plain_name("ŵ" * 500 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= work.LONGEST_NAME
    (tmp_path / name).touch()


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a b".replace(" ", "%20"),
        "HTTP://example.org:8080/x?q=1#p",
        "http://[::1]/",
    ],
)
def test_addresses_are_taken_as_they_are(address: str) -> None:
    assert work.web_address(f" {address}\n") == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "/etc/passwd",
        "--help",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "http:example.org",
        "https://exam ple.org",
        "https://example.org/a\nb",
        "https://example.org/\u202e",
        "https://example.org:99999/",
        "https://[::1/",
        "https://example.org/" + "a" * 2000,
    ],
)
def test_what_is_no_web_address_is_refused(text: str) -> None:
    with pytest.raises(WrongWork, match="no web address"):
        work.web_address(text)


def test_what_was_typed_stands_after_the_options() -> None:
    steps = [
        work.add_file(HOME, "a.pdf", described=True),
        work.add_address(HOME, "https://example.org", described=False),
        work.sync(HOME, "eef", Path("/srv/centres.toml")),
        work.remove(HOME, "--help"),
    ]
    for step, typed in zip(steps, ["a.pdf", "https://example.org", "eef", "--help"], strict=True):
        assert step.words[-2:] == ("--", typed)
        assert step.words[1:3] == ("--home", "/srv/evidence")
    assert "--" not in work.sync(HOME, None, Path("/srv/centres.toml")).words


def test_what_is_said_of_a_file_is_one_line_of_json() -> None:
    said = work.described("in/a.pdf", {"title": 'A "quoted"\nline', "year": 2020})
    assert said.count(b"\n") == 1
    assert json.loads(said) == {"file": "in/a.pdf", "title": 'A "quoted"\nline', "year": 2020}

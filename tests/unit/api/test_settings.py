"""Settings come from the environment when asked, and wrong ones are told by name."""

from pathlib import Path

import pytest

from api.serving import serve
from api.settings import Settings, load_settings
from corpus.errors import RegistryError, SettingError
from corpus.home import default_home


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"EVIDENCE_{name.upper()}", raising=False)


def test_the_defaults_keep_to_this_machine() -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.cors_origins == ()
    assert settings.home == default_home()


def test_the_environment_is_read_on_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_PORT", "9000")
    assert load_settings().port == 9000
    monkeypatch.setenv("EVIDENCE_PORT", "9001")
    assert load_settings().port == 9001


def test_what_is_given_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("EVIDENCE_PORT", "9000")
    monkeypatch.setenv("EVIDENCE_HOME", "elsewhere")
    settings = load_settings(port=9001, home=tmp_path)
    assert (settings.port, settings.home) == (9001, tmp_path)


def test_variables_of_other_commands_do_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_MODEL", "any")
    assert load_settings().port == 8000


@pytest.mark.parametrize("port", ["0", "65536", "eighty", ""])
def test_a_wrong_port_is_told_with_name_and_value(
    monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setenv("EVIDENCE_PORT", port)
    with pytest.raises(SettingError, match=f"EVIDENCE_PORT is '{port}'") as caught:
        load_settings()
    assert caught.value.cure


def test_a_wrong_value_given_by_name_is_told_too() -> None:
    with pytest.raises(SettingError, match="EVIDENCE_PORT is 0"):
        load_settings(port=0)


def test_origins_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_CORS_ORIGINS", "https://a.org, https://b.org,")
    assert load_settings().cors_origins == ("https://a.org", "https://b.org")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DESK", "perhaps", "EVIDENCE_DESK is 'perhaps': must be true or false."),
        ("PUBLIC_URL", "example.org", "must be an address that begins with https://"),
        ("VISITOR_RATE", "lots", "EVIDENCE_VISITOR_RATE is 'lots': must be like"),
    ],
)
def test_a_wrong_value_is_told_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"EVIDENCE_{name}", value)
    with pytest.raises(SettingError) as caught:
        load_settings()
    assert told in str(caught.value)


def test_a_wrong_registry_is_told_before_anything_listens(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, registry=tmp_path / "none.toml")
    with pytest.raises(RegistryError, match=r"none\.toml cannot be opened") as caught:
        serve(settings)
    assert caught.value.cure

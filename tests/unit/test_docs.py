"""Docs that would drift are held against the code."""

import re
from pathlib import Path

from api.app import create_app
from api.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented() -> None:
    told = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`EVIDENCE_{name.upper()}`" in told
        assert field.description


def test_every_endpoint_is_documented() -> None:
    told = (ROOT / "docs" / "http.md").read_text("utf-8")
    for path in create_app(load_settings()).openapi()["paths"]:
        assert path.replace("_id", "").replace("{report}", "{id}").replace(
            "{passage}", "{id}"
        ) in re.sub(r"\?q=…", "", told)


def test_links_between_documents_lead_somewhere() -> None:
    for file in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", file.read_text("utf-8")):
            assert (file.parent / link).exists(), f"{file.name} links to {link}"


def test_the_readme_shows_both_commands() -> None:
    told = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in told
    assert "make test" in told

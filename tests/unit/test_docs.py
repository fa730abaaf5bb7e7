"""Docs that would drift are held against the code."""

import re
from pathlib import Path

from api.app import create_app
from api.settings import Settings, load_settings
from corpus.assessment.schemes import load_schemes
from indexer.settings import GatherSettings, IndexSettings

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


def test_every_level_of_every_scheme_is_documented() -> None:
    told = (ROOT / "docs" / "ratings.md").read_text("utf-8")
    for scheme in load_schemes():
        assert f"`{scheme.id}`" in told
        for level in scheme.level:
            mapped = "not mapped" if level.strength is None else level.strength
            assert f"| {level.native} | {level.definition} | {mapped} |" in told
        for cost in scheme.cost:
            assert f"{cost.native} \u2192 {cost.cost}" in told


def test_every_setting_of_gathering_is_documented() -> None:
    told = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name, field in (GatherSettings.model_fields | IndexSettings.model_fields).items():
        assert f"`EVIDENCE_{name.upper()}`" in told
        assert field.description

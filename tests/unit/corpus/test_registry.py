"""The registry of centres: the shipped file, and files with faults."""

from pathlib import Path

import pytest

from corpus.centres import load_registry
from corpus.errors import RegistryError

SEED = {
    "nice", "eef", "college-of-policing", "ageing-better", "local-growth", "foundations",
    "wellbeing", "homelessness-impact", "taso", "youth-endowment-fund", "youth-futures",
    "money-and-pensions", "wales-public-policy", "what-works-scotland",
}  # fmt: skip


def test_the_shipped_registry_has_every_centre_and_a_list_for_each() -> None:
    registry = load_registry()
    assert {centre.id for centre in registry.centre} == SEED
    for centre in registry.centre:
        assert centre.source, centre.id
        assert centre.licence.text, centre.id
        assert not centre.licence.show, "no open licence was seen"


def test_all_faults_are_told_at_once_by_the_centres_id(tmp_path: Path) -> None:
    path = tmp_path / "centres.toml"
    path.write_text(
        '[[centre]]\nid = "first"\nname = "First"\nmember = "no"\npolicy_areas = ["x"]\n'
        'colour = "red"\n[[centre.source]]\nkind = "listing"\nurl = "https://a.example/"\n'
        '[[centre.source]]\nkind = "magic"\nurl = "https://a.example/"\n'
        '[[centre.source]]\nkind = "feed"\nurl = "ftp://a.example/"\n'
        '[[centre]]\nid = "Second!"\nname = "First"\npolicy_areas = []\n'
        '[centre.politeness]\nhours = "late"\n'
    )
    with pytest.raises(RegistryError) as caught:
        load_registry(path)
    told = str(caught.value)
    for part in (
        "centre 'first': colour", "needs `take`", "kind", "must be a web address",
        "centre 'Second!': id", "member", "policy_areas", "hours",
        "'first' names centre 'first' too",
    ):  # fmt: skip
        assert part in told, part
    assert caught.value.cure
    assert "evidence centres check" in caught.value.cure


@pytest.mark.parametrize("text", ["[[centre", "", "centre = 3"])
def test_a_file_that_is_no_registry(tmp_path: Path, text: str) -> None:
    path = tmp_path / "centres.toml"
    path.write_text(text)
    with pytest.raises(RegistryError):
        load_registry(path)
    with pytest.raises(RegistryError, match="cannot be opened"):
        load_registry(tmp_path / "absent.toml")

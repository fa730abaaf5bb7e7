"""Whatever reads settings tells what is wrong with them in the same plain words."""

import pytest

from api.settings import load_settings
from corpus.errors import SettingError
from indexer.settings import load_gather_settings, load_index_settings


def test_the_same_is_said_by_what_asks_and_by_what_indexes() -> None:
    told = set()
    for load in (load_settings, load_index_settings):
        with pytest.raises(SettingError) as caught:
            load(engine="library")
        told.add(str(caught.value))
    (only,) = told
    assert only.startswith("Wrong settings: EVIDENCE_ENGINE is wrong: must look like postgresql://")


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingError) as caught:
        load_settings(desk="perhaps", port=0)
    assert "EVIDENCE_DESK is 'perhaps': must be true or false" in str(caught.value)
    assert "EVIDENCE_PORT is 0: must be at least 1" in str(caught.value)


def test_a_setting_of_one_form_is_told_by_its_form() -> None:
    with pytest.raises(SettingError, match="EVIDENCE_CONTACT is 'Zoë': must be plain letters"):
        load_gather_settings(contact="Zoë")


def test_a_secret_is_not_told() -> None:
    with pytest.raises(
        SettingError, match="EVIDENCE_METRICS_TOKEN is wrong: must have 16"
    ) as caught:
        load_settings(metrics_token="hunter2")  # noqa: S106 - too short for one
    assert "hunter2" not in str(caught.value)

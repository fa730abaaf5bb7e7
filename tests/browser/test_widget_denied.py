"""The widget where its key does not let it search, in Chromium."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from api.keys.store import KeyStore
from api.keys.types import Quota, utc_now
from corpus.home import Home
from tests.browser.conftest import Visit
from tests.browser.hosts import site_key
from tests.browser.widgets import QUESTION, ask, element, watch_denied

pytestmark = pytest.mark.browser


def test_a_site_that_the_key_does_not_name_gets_nothing(
    visit: Visit, key: str, stranger: str
) -> None:
    page = visit(element(key), at=stranger)
    denied = watch_denied(page)
    widget = ask(page)
    expect(widget.locator("[part=status]")).to_contain_text("cannot be reached")  # as it seems
    assert len(denied) == 1
    assert widget.get_by_role("listitem").count() == 0
    expect(widget.get_by_role("link", name="Search on its own site")).to_be_visible()
    read = "key => fetch(key).then(answer => answer.text(), () => 'nothing')"
    assert page.evaluate(read, denied[0]) == "nothing"
    assert page.evaluate(read, denied[0].partition("&key=")[0]) == "nothing"
    assert httpx.get(denied[0], headers={"origin": stranger}).status_code == 403


def test_a_sandboxed_frame_has_no_origin_and_gets_nothing(
    visit: Visit, key: str, site: str
) -> None:
    inner = f"<script src='{site}/widget.js'></script>{element(key)}".replace('"', "&quot;")
    frame = f'<iframe sandbox="allow-scripts allow-forms" srcdoc="{inner}"></iframe>'
    page = visit(frame, head="<!-- -->")
    denied = watch_denied(page)
    widget = page.frame_locator("iframe").locator("evidence-search")
    widget.get_by_role("searchbox").fill(QUESTION)
    widget.get_by_role("button").click()
    expect(widget.locator("[part=status]")).to_contain_text("cannot be reached")
    assert len(denied) == 1
    assert httpx.get(denied[0], headers={"origin": "null"}).status_code == 403


def test_a_revoked_key_gets_nothing_more(visit: Visit, home: Path, host: str) -> None:
    key, text = site_key(home, host)
    page = visit(element(text))
    assert ask(page).get_by_role("listitem").count()
    KeyStore(Home(home).keys).revoke(key.key_id, who="bob", now=utc_now())
    assert ask(page).get_by_role("listitem").count() == 0


def test_a_spent_quota_is_told_with_the_wait(visit: Visit, home: Path, host: str) -> None:
    _, key = site_key(home, host, quota=Quota(1, 100))
    page = visit(element(key))
    ask(page)
    expect(ask(page).locator("[part=status]")).to_have_text(re.compile(r"Try again in \d+ seconds"))


def test_what_a_scope_leaves_out_is_told(visit: Visit, home: Path, host: str) -> None:
    _, key = site_key(home, host, centres=("eef",))
    widget = ask(visit(element(key, 'centre="nice"')))
    expect(widget.locator("[part=status]")).to_contain_text("may not use this search")

"""The librarian's desk in a real browser: by keyboard without and with JavaScript, and axe-core."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from api.keys.store import KeyStore
from corpus.home import Home
from tests.browser.conftest import Picture
from tests.browser.serving import serving
from tests.browser.watching import (
    WINDOWS,
    faults_in_modes,
    keep_picture,
    open_context,
)
from tests.desks import admin
from tests.once import copied

pytestmark = pytest.mark.browser

PAGES = ("", "/add", "/reports", "/sync", "/index", "/jobs", "/failures", "/questions", "/journal")
LONG_MS = 240_000  # a job on a busy machine


@pytest.fixture(scope="module")
def own(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to change, like the one the other tests share."""
    return copied(home, tmp_path_factory.mktemp("desk") / "home")


@pytest.fixture(scope="module")
def desk(own: Path) -> Iterator[str]:
    with serving(own, own / "server.log", {"EVIDENCE_DESK": "true"}) as address:
        yield address


@pytest.fixture(scope="module")
def key(own: Path) -> str:
    return admin(KeyStore(Home(own).keys))[1]


def press_to(page: Page, name: str, role: str = "link") -> None:
    """Reach something by Tab alone, and press Enter on it."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    expect(wanted).to_be_visible()
    _tab_to(page, wanted)
    page.keyboard.press("Enter")


def enter(page: Page, label: str, text: str) -> None:
    """Type into the box of that label, reached by Tab."""
    _tab_to(page, page.get_by_label(label))
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def _tab_to(page: Page, wanted: Locator) -> None:
    element = wanted.element_handle()  # looked up once: the page has many, and many Tabs go by
    for _ in range(80):
        page.keyboard.press("Tab")
        if element.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by Tab")


def sign_in(page: Page, key: str) -> None:
    page.goto("/desk")
    enter(page, "Your admin key", key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.mark.parametrize("scripts", [False, True], ids=["plain", "scripted"])
def test_the_whole_journey_by_keyboard_alone(
    browser: Browser, desk: str, key: str, picture: Picture, *, scripts: bool
) -> None:
    told: list[str] = []
    with open_context(browser, desk, java_script_enabled=scripts) as context:
        page = context.new_page()
        page.on("console", lambda said: told.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: told.append(str(error)))
        page.goto("/status")
        press_to(page, "For librarians: the desk")
        enter(page, "Your admin key", "ev_admin_guess")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("does not open the desk")
        told.clear()  # that the answer was 401
        sign_in(page, key)
        _correct(page, "2018" if scripts else "2017")
        _index(page)
        picture(page, f"desk-job-{'scripted' if scripts else 'plain'}")
        if not scripts:  # another job to wait for
            _withdraw_and_put_back(page)
        page.keyboard.press("Home")
        press_to(page, "Journal")
        expect(page.get_by_role("table")).to_contain_text("Corrected" if scripts else "Put back")
        press_to(page, "Sign out", "button")
        expect(page.get_by_label("Your admin key")).to_be_visible()
        page.goto("/desk/journal")
        expect(page.get_by_label("Your admin key")).to_be_visible()
    assert not [each for each in told if "status of 4" not in each], told


def _correct(page: Page, year: str) -> None:
    press_to(page, "Reports")
    enter(page, "Words of its title, centre, file or id", "walking buses")
    page.keyboard.press("Enter")
    press_to(page, "Walking buses to primary school")
    press_to(page, "Correct Year")
    enter(page, "What is right", "soon")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("1800 to 2100")
    expect(page.get_by_label("What is right")).to_have_value("soon")
    enter(page, "What is right", year)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Corrected.")
    row = page.get_by_role("row", name=re.compile("^Year"))
    expect(row).to_contain_text(f"{year} a person")
    expect(row).to_contain_text("2021 a metadata file")  # side by side


def _index(page: Page) -> None:
    press_to(page, "Bring the index up to date")
    press_to(page, "Bring the index up to date", "button")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Job")
    # looked at again by itself: nobody presses anything
    expect(page.get_by_role("status")).to_have_text("Done", timeout=LONG_MS)
    expect(page.locator("#output")).to_contain_text("evidence index")


def _withdraw_and_put_back(page: Page) -> None:
    page.goto("/desk/reports?q=hostile")
    press_to(page, "A title with <script>alert(1)</script> in it")
    press_to(page, "Withdraw this report")
    expect(page.get_by_role("heading", level=1)).to_have_text("Withdraw this report?")
    press_to(page, "Leave it as it is")
    press_to(page, "Withdraw this report")
    enter(page, "Why", "a test of it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Done", timeout=LONG_MS)
    page.goto("/desk/reports?q=hostile")
    press_to(page, "A title with <script>alert(1)</script> in it")
    expect(page.get_by_text("Removed: a test of it")).to_be_visible()
    press_to(page, "Put it back", "button")
    expect(page.get_by_role("status")).to_contain_text("Put back.")


def test_every_page_is_accessible(browser: Browser, desk: str, key: str) -> None:
    faults = []
    for window, options in WINDOWS.items():
        with open_context(browser, desk, bypass_csp=True, **options) as context:
            page = context.new_page()
            faults += _faults(page, "/desk", window)  # the sign-in form
            sign_in(page, key)
            report = _a_report(page)
            every = (*PAGES, report, f"{report}/withdraw", f"{report}/fields/topics", "/jobs/1")
            some = ("", "/add", "/failures", report, "/jobs/1")  # one of each make
            for path in every if window == "desk" else some:
                faults += _faults(page, f"/desk{path}", window)
    assert not faults, "\n".join(faults)


def _faults(page: Page, path: str, window: str) -> list[str]:
    page.goto(path)
    keep_picture(page, f"{path}-{window}")
    return [f"{path} {fault}" for fault in faults_in_modes(page, window)]


def _a_report(page: Page) -> str:
    page.goto("/desk/reports?q=walking")
    address = page.locator("tbody th a").first.get_attribute("href") or ""
    return address.removeprefix("/desk")


def test_a_job_is_looked_at_again_after_a_bad_moment(browser: Browser, desk: str) -> None:
    """A limit reached, or a service that begins anew, does not take the job's page away."""
    job = (
        '<p id="state" data-open>{}</p><pre id="output"></pre>'
        '<script src="/static/desk.js" type="module"></script>'
    )
    answers = iter([(200, "Waiting"), (503, ""), (429, ""), (200, "Running")])
    with open_context(browser, desk) as context:
        page = context.new_page()

        def answer(route: Route) -> None:
            status, state = next(answers, (200, "Running"))
            body = job.format(state) if state else "<h1>Service Unavailable</h1>"
            route.fulfill(status=status, body=body, content_type="text/html")

        page.route("**/desk/jobs/1", answer)
        page.clock.install()
        page.goto(f"{desk}/desk/jobs/1")
        expect(page.locator("#state")).to_have_text("Waiting")
        for _ in range(3):  # two bad moments, and a look after them
            with page.expect_response("**/desk/jobs/1"):
                page.clock.run_for(3_000)
        expect(page.locator("#state")).to_have_text("Running")
    assert next(answers, None) is None

"""The widget as a page embeds it, and as a person asks in it."""

import re

from playwright.sync_api import Locator, Page, expect

QUESTION = "Do walking buses make pupils arrive on time?"
SUGGESTED = ("Does mentoring reduce crime?", "Do walking buses work?", "Is class size worth it?")
DATALIST = f"<datalist>{''.join(f'<option>{each}</option>' for each in SUGGESTED)}</datalist>"


def element(key: str, more: str = "", inside: str = "") -> str:
    """The element, with a link for where no script runs; `more` are attributes."""
    link = '<a href="https://library.example/">Search the evidence</a>'
    return f'<evidence-search key="{key}" {more}>{inside}{link}</evidence-search>'


def ask(page: Page, question: str = QUESTION, nth: int = 0) -> Locator:
    """Ask in the widget; gives it once something was told."""
    widget = page.locator("evidence-search").nth(nth)
    widget.get_by_label("Ask what the evidence says").last.fill(question)
    widget.get_by_role("button").click()
    told = widget.locator("[part=status]")
    expect(told).not_to_have_text(re.compile("^$|Searching"))
    return widget


def watch_denied(page: Page) -> list[str]:
    """The addresses whose answers the browser keeps from the page, as they come."""
    denied: list[str] = []
    page.on("requestfailed", lambda request: denied.append(request.url))
    return denied

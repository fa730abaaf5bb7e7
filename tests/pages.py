"""Pages of the site, as a browser asks for them and a person reads them."""

from fastapi.testclient import TestClient
from lxml import html

BROWSER = {"accept": "text/html"}


def seen(client: TestClient, path: str, status: int = 200) -> html.HtmlElement:
    """The page at an address, which answers with that status."""
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"].startswith("text/html")
    return html.fromstring(answer.text)


def words(page: html.HtmlElement) -> str:
    """All that a page or a part of it says, white space folded."""
    return " ".join(page.text_content().split())

"""Comparing, centres, about, status, related and what machines look for, over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi.testclient import TestClient
from lxml import html

from api.app import create_app
from api.originals import Originals
from api.routes.about import SCALE
from api.settings import load_settings
from corpus.assessment.schemes import load_schemes
from corpus.centres import centre_names, load_centres
from corpus.library.library import Library
from corpus.library.visits import Address, Run
from tests.bookcase import HOSTILE, PDF, Bookcase, build_bookcase
from tests.pages import BROWSER, seen, words

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bookcase(tmp_path_factory: pytest.TempPathFactory) -> Bookcase:
    made = build_bookcase(tmp_path_factory.mktemp("home"))
    _gather(made.home)
    return made


def _gather(home: Path) -> None:
    """A library in which one file cannot be read, and one sync that failed in part."""
    with Library(home / "library") as library:
        report_id, _ = library.add(b"%PDF-1.7 x", path="/srv/secret/bad.pdf", name="bad.pdf")
        entry = next(each for each in library.readings.unread() if each.report_id == report_id)
        library.readings.fail(entry, "bad.pdf is damaged: /srv/secret/bad.pdf cannot be opened.")
        reason = "https://example.org/x answered 500 Internal Server Error."
        with library.recording():
            for number in (1, 2):
                address = Address(f"https://example.org/{number}", "eef", "p", fault=reason)
                library.visits.put(address)
            library.visits.put(
                Address("https://example.org/3", "eef", "p", fetched="2026-05-06T00:00:00")
            )
            started = "2026-05-06T07:08:09+00:00"
            run = Run(
                started, ("eef",), failures=(("https://example.org/1", reason),), finished=started
            )
            library.visits.put_run(library.visits.start_run(run), run)


@pytest.fixture(scope="module")
def client(bookcase: Bookcase) -> Iterator[TestClient]:
    settings = load_settings(
        home=bookcase.home, public_url="https://evidence.example/find", visitor_rate="none"
    )
    with TestClient(create_app(settings, bookcase), raise_server_exceptions=False) as client:
        yield client


def cells(page: html.HtmlElement, name: str) -> list[str]:
    """The cells of the row of that name."""
    (row,) = [tr for tr in page.iter("tr") if words(tr[0]) == name]
    return [words(cell) for cell in row[1:]]


# ------------------------------------------------------------------ comparing


def test_reports_stand_side_by_side(client: TestClient) -> None:
    page = seen(client, "/compare?report=open&report=record&q=cost")
    assert cells(page, "Intervention") == ["Weekly mentoring", "not stated"]
    assert cells(page, "Population") == ["Pupils of 11 to 14", "not stated"]
    assert cells(page, "Strength of evidence") == [
        "Extensive evidence4 of 5 on the common scale",
        "55 of 5 on the common scale",
    ]
    assert cells(page, "Cost") == [
        "Low cost2 of 5 on the common scale",
        "11 of 5 on the common scale",
    ]
    assert cells(page, "Direction of effect") == ["helps", "helps"]
    assert "Mentoring reduced youth violence" in cells(page, "Study design")[0]
    assert "Effect size:" in cells(page, "Figures it quotes")[0]
    said = cells(page, "On “cost”")
    assert "cost for each mentored pupil" in said[0]
    assert "Costs were low" in said[1]


def test_a_report_is_removed_and_added_by_links(client: TestClient) -> None:
    page = seen(client, "/compare?report=open&report=record&q=cost")
    removals = [a.get("href") for a in page.cssselect("thead a.remove")]
    assert removals == ["/compare?report=record&q=cost", "/compare?report=open&q=cost"]
    alone = seen(client, "/compare?report=open")
    added = [a.get("href") for a in alone.cssselect("a[href^='/compare?report=open&report=']")]
    assert all(len(seen(client, link).cssselect("thead th")) == 2 for link in added)


def test_nothing_chosen_says_how(client: TestClient) -> None:
    assert "Pick two to five reports" in words(seen(client, "/compare"))


def test_a_report_named_twice_stands_once(client: TestClient) -> None:
    assert len(seen(client, "/compare?report=open&report=open").cssselect("thead th")) == 1


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/compare?report=none", 404, "no report 'none'"),
        ("/compare?report=", 422, "report must not be empty"),
        (
            "/compare?report=open&report=record&report=closed&report=old&report=web&report=gone",
            422,
            "At most 5 reports",
        ),
        ("/compare?report=open&q=" + "x" * 2001, 422, "q may have at most"),
        ("/centres/none", 404, "no centre 'none'"),
        ("/sitemap-2.xml", 404, "no sitemap 2"),
        ("/sitemap-0.xml", 404, "no sitemap 0"),
        ("/related?report=none", 404, "no report 'none'"),
        ("/related?text=short", 422, "must be from 20"),
        ("/related?report=gone", 422, "No text of 'Taken down' is kept"),
    ],
)
def test_bad_input_is_told(client: TestClient, path: str, status: int, told: str) -> None:
    assert told in words(seen(client, path, status))


def test_hostile_words_break_out_of_nothing(client: TestClient) -> None:
    for path in ("/compare?report=hostile&report=open", "/related?report=hostile", "/centres"):
        page = seen(client, path)
        assert not page.cssselect("script, img, [onload], [onerror]"), path
        assert "alert(1)" in words(page), path


# ------------------------------------------------------------------ centres, about, status


def test_every_centre_is_listed_with_what_is_here(client: TestClient) -> None:
    page = seen(client, "/centres")
    for centre in load_centres():
        assert cells(page, centre.name)[0] == ", ".join(centre.policy_areas)
    eef = next(each.name for each in load_centres() if each.id == "eef")
    assert cells(page, eef)[1:] == ["1", "20%", "6 May 2026"]
    (others,) = page.cssselect(".many")
    assert HOSTILE.replace("\u202e", "") in words(others)
    assert "1 report has no known publisher" in words(page)


def test_a_centre_explains_its_schemes(client: TestClient) -> None:
    page = seen(client, "/centres/eef")
    told = words(page)
    for scheme in load_schemes():
        assert (scheme.name in told) == ("eef" in scheme.centres)
    assert "1, 20% of the library" in told
    assert "6 May 2026" in told
    assert "Addresses that fail" in told
    assert page.cssselect("a[href='/?centre=eef']")
    assert page.cssselect("a[href='/reports/open']")


@pytest.mark.parametrize("centre", [centre.id for centre in load_centres()])
def test_every_centre_has_its_page(client: TestClient, centre: str) -> None:
    seen(client, f"/centres/{centre}")


def test_about_tells_the_whole_crosswalk(client: TestClient) -> None:
    told = words(seen(client, "/about"))
    for scheme in load_schemes():
        assert scheme.judgement in told
        for level in scheme.level:
            assert f"{level.native}{level.definition}" in told.replace(
                f"{level.native} ", level.native
            )
    assert "39%" in told
    assert "It is not evidence of no effect" in told


def test_the_scale_on_the_page_is_that_of_the_docs() -> None:
    rows = {
        line.split("|")[1].strip(): line.split("|")[2]
        for line in (ROOT / "docs" / "ratings.md").read_text("utf-8").splitlines()
        if line.startswith("| ") and line.count("|") == 3
    }
    for number, *said in SCALE:
        for name, meaning in zip(("strength", "cost", "impact"), said, strict=True):
            assert not meaning or f"{number} {meaning}" in rows[name]


def test_status_counts_and_names_no_place(client: TestClient) -> None:
    page = seen(client, "/status")
    told = words(page)
    assert "Could not be read" in told
    assert "the file is damaged: the file cannot be opened. × 1" in told  # noqa: RUF001
    assert "the address answered 500 Internal Server Error. × 2" in told  # noqa: RUF001
    assert "Last begun on 6 May 2026; finished; 1 address failed" in told
    assert "Replaced, kept to be read" in told
    assert "secret" not in told
    assert "example.org" not in told


def test_status_without_a_library_tells_of_the_index(tmp_path: Path, bookcase: Bookcase) -> None:
    with TestClient(create_app(load_settings(home=tmp_path), bookcase)) as client:
        assert "cannot be looked at" in words(seen(client, "/status"))
    assert not (tmp_path / "library").exists()


def test_another_registry_is_honoured(tmp_path: Path, bookcase: Bookcase) -> None:
    registry = tmp_path / "mine.toml"
    registry.write_text(
        '[[centre]]\nid = "college-of-policing"\nname = "Mine"\nmember = "m"\n'
        'policy_areas = ["x"]\nlicence = {show = true}\n'
    )
    closed = bookcase.searcher.report("closed")
    assert Originals(bookcase.home, registry).file(closed)
    settings = load_settings(home=bookcase.home, registry=registry)
    with TestClient(create_app(settings, bookcase)) as client:
        assert "Mine" in words(seen(client, "/centres"))
        assert client.get("/files/closed").status_code == 200
        asked = "q=hot+spots+policing"
        assert "Mine" in words(seen(client, f"/?{asked}"))
        assert "Mine" in words(seen(client, "/reports/closed"))
        assert client.get("/embed/build").text.count("Mine") == 1
        (centre,) = client.get("/v1/centres").json()["centres"]
        assert centre["name"] == "Mine"
        for hit in client.get(f"/v1/search?{asked}").json()["hits"]:
            named = hit["report"]["centre"] == "college-of-policing"
            assert (hit["report"]["centre_name"] == "Mine") == named
        assert "PB  - Mine" in client.get("/v1/reports/closed/citation?format=ris").text
        streamed = client.get("/v1/export/passages?format=csv&centre=college-of-policing").text
        assert "Mine" in streamed
    assert centre_names()["college-of-policing"] != "Mine"  # outside it, as ever


def test_the_terminal_reads_the_registry_of_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = tmp_path / "mine.toml"
    registry.write_text(
        '[[centre]]\nid = "mine"\nname = "Mine"\nmember = "m"\npolicy_areas = ["x"]\n'
    )
    monkeypatch.setenv("EVIDENCE_REGISTRY", str(registry))
    assert [each.id for each in load_centres()] == ["mine"]
    assert dict(centre_names()) == {"mine": "Mine"}


def test_no_path_of_the_server_is_told(client: TestClient) -> None:
    for address in ("/v1/reports/open", "/v1/reports", "/v1/search?q=mentoring", "/reports/open"):
        told = client.get(address).text
        assert "trial.pdf" in told
        assert "/srv/" not in told
    report = client.get("/v1/reports/open").json()
    assert report["report"]["file"] == "trial.pdf"
    places = [each["address"] for each in report["details"]["provenance"]]
    assert places == ["trial.pdf", "https://example.org/files/trial.pdf"]
    assert (
        client.get("/v1/reports/closed").json()["report"]["file"] == "https://example.org/hot.pdf"
    )


# ------------------------------------------------------------------ related


def test_related_to_a_report_keeps_its_family_apart(client: TestClient) -> None:
    page = seen(client, "/related?report=open")
    (family,) = page.cssselect("section[aria-labelledby=family]")
    assert "Mentoring in short" in words(family)
    (near,) = page.cssselect("section[aria-labelledby=near]")
    assert "Mentoring in short" not in words(near)
    assert near.cssselect(".pair blockquote")


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"text": "Mentoring young people reduced violence among pupils in schools."}},
        {"data": {"doi": "https://doi.org/10.1234/ab_c(1)"}},
        {"files": {"file": ("a.txt", b"Mentoring young people reduced violence among pupils.")}},
        {"files": {"file": ("a.pdf", PDF)}},
    ],
)
def test_what_is_sent_finds_what_is_near(client: TestClient, sent: dict[str, object]) -> None:
    answer = client.post("/related", headers=BROWSER, **sent)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    page = html.fromstring(answer.text)
    told = words(page)
    assert "Nearest first" in told
    assert "entoring" in told


def test_a_browsers_empty_file_fields_count_for_nothing(client: TestClient) -> None:
    empty = {"file": ("", b""), "references": ("", b"")}
    sent = {"text": "Mentoring young people reduced violence among pupils.", "doi": ""}
    answer = client.post("/related", headers=BROWSER, data=sent, files=empty)
    assert answer.status_code == 200
    assert sent["text"] in answer.text


def test_a_list_of_references_is_told_row_by_row(client: TestClient) -> None:
    listed = (
        b"title,doi,abstract\n"
        b"Mentoring: a trial,10.1234/AB_C(1),\n"
        b"Another,,Mentoring young people reduced violence among pupils in schools.\n"
        b"Short,,\n"
    )
    answer = client.post("/related", headers=BROWSER, files={"references": ("list.csv", listed)})
    page = html.fromstring(answer.text)
    assert "3 references" in words(page)
    (first, second, third) = page.cssselect("tbody tr")
    assert words(first[1]) == "Mentoring: a trial"
    assert second[0].text_content().startswith("2. Another")
    assert words(third[2])


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"data": {}}, "Send one of the four"),
        ({"data": {"text": "x" * 30, "doi": "10.1/x"}}, "Send one of the four"),
        ({"data": {"text": "short"}}, "must be from 20"),
        ({"data": {"doi": "10.1/none"}}, "No report here has the DOI"),
        ({"files": {"file": ("a.pdf", b"%PDF-1.7 nothing")}}, "a.pdf"),
        ({"files": {"references": ("a.csv", b"no,columns\n1,2\n")}}, "a.csv"),
    ],
)
def test_what_cannot_be_compared_says_why(
    client: TestClient, sent: dict[str, object], told: str
) -> None:
    answer = client.post("/related", headers=BROWSER, **sent)  # type: ignore[arg-type]
    assert answer.status_code in {404, 422}
    page = html.fromstring(answer.text)
    assert told in words(page.cssselect("[role=alert]")[0])
    assert page.cssselect("form[action='/related']")


# ------------------------------------------------------------------ for machines

_MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def test_the_sitemap_lists_reports_that_stand(client: TestClient) -> None:
    root = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own
    found = [each.text for each in root.findall("s:url/s:loc", _MAP)]
    assert "https://evidence.example/find/reports/open" in found
    assert "https://evidence.example/find/about" in found
    assert not any(each and each.endswith(("/old", "/gone")) for each in found)
    assert "2026-02-03" in [each.text for each in root.findall("s:url/s:lastmod", _MAP)]


def test_a_large_library_has_several_sitemaps(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.routes.discovery.MOST", 3)
    root = ET.fromstring(client.get("/sitemap.xml").content)  # noqa: S314
    parts = [each.text or "" for each in root.findall("s:sitemap/s:loc", _MAP)]
    assert parts == [f"https://evidence.example/find/sitemap-{n}.xml" for n in (1, 2)]
    found = []
    for part in parts:
        path = part.removeprefix("https://evidence.example/find")
        urls = ET.fromstring(client.get(path).content)  # noqa: S314
        found += [each.text for each in urls.findall("s:url/s:loc", _MAP)]
    assert sum("/reports/" in (each or "") for each in found) == 5


def test_robots_may_read_reports_and_ask_nothing(client: TestClient) -> None:
    from protego import Protego  # noqa: PLC0415

    rules = Protego.parse(client.get("/robots.txt").text)
    site = "https://evidence.example"
    assert rules.can_fetch(f"{site}/reports/open", "Googlebot")
    assert not rules.can_fetch(f"{site}/?q=x", "Googlebot")
    assert not rules.can_fetch(f"{site}/v1/search?q=x", "Googlebot")
    assert not rules.can_fetch(f"{site}/reports/open/pages/1", "Googlebot")
    assert list(rules.sitemaps) == ["https://evidence.example/find/sitemap.xml"]


def test_a_browser_can_ask_from_its_address_bar(client: TestClient) -> None:
    answer = client.get("/opensearch.xml")
    assert answer.headers["content-type"] == "application/opensearchdescription+xml"
    root = ET.fromstring(answer.content)  # noqa: S314
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert len(root.findtext(f"{space}ShortName") or "") <= 16
    assert len(root.findtext(f"{space}LongName") or "") <= 48
    templates = [each.get("template") for each in root.findall(f"{space}Url")]
    assert templates[0] == "https://evidence.example/find/?q={searchTerms}"
    page = seen(client, "/about")
    assert page.cssselect("link[rel=search][type='application/opensearchdescription+xml']")


def test_language_models_are_told_how_to_quote(client: TestClient) -> None:
    answer = client.get("/llms.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith("# Evidence search")
    assert "5 reports" in answer.text
    for line in answer.text.splitlines():
        if line.startswith("- ["):
            assert "(https://evidence.example/find/" in line

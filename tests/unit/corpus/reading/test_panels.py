import pytest

from corpus.reading.html import read_html
from corpus.types import BlockKind

TEXT = "Peer tutoring helps both the tutor and the pupil, in most of the studies that were found."
COSTS = "Costs are very low: books and training come to about eighty pounds a pupil in a year."
MORE = "Effects are larger in primary schools, where they reach six months, than later on."


def _page(body: str) -> bytes:
    return (
        "<!doctype html><html><head><title>Peer tutoring</title></head><body>"
        f"<main><h1>Peer tutoring</h1><p>{TEXT}</p>{body}</main>"
        "<footer><p>Copyright and contact</p></footer></body></html>"
    ).encode()


def _blocks(body: str) -> list[tuple[BlockKind, int, str]]:
    page = read_html(_page(body)).pages[0]
    found = [(block.kind, block.level, page.text[block.start : block.end]) for block in page.blocks]
    assert found[:2] == [
        (BlockKind.HEADING, 1, "Peer tutoring"),
        (BlockKind.PARAGRAPH, 0, TEXT),
    ]
    return found[2:]


def _panels(*labelled: tuple[str, str], level: int = 3) -> list[tuple[BlockKind, int, str]]:
    return [
        block
        for label, text in labelled
        for block in ((BlockKind.HEADING, level, label), (BlockKind.PARAGRAPH, 0, text))
    ]


def test_tabs_are_read_with_their_labels_hidden_ones_too() -> None:
    body = f"""<div class="tabs"><div role="tablist">
    <button role="tab" id="t1" aria-controls="p1">Costs</button>
    <button role="tab" id="t2" aria-controls="p2">Behind the average</button></div>
    <div role="tabpanel" id="p1" aria-labelledby="t1"><p>{COSTS}</p></div>
    <div role="tabpanel" id="p2" aria-labelledby="t2" hidden><p>{MORE}</p></div></div>"""
    assert _blocks(body) == _panels(("Costs", COSTS), ("Behind the average", MORE))


def test_panels_that_are_only_said_to_be_labelled() -> None:
    body = f"""<ul><li id="t1">Costs</li><li id="t2">Behind the average</li></ul>
    <div role="tabpanel" aria-labelledby="t1"><p>{COSTS}</p></div>
    <div role="tabpanel" aria-labelledby="t2" style="display:none"><p>{MORE}</p></div>"""
    assert _blocks(body) == _panels(("Costs", COSTS), ("Behind the average", MORE))


def test_details_are_read_with_their_summary() -> None:
    body = f"<details><summary>Costs</summary>{COSTS}<p>{MORE}</p></details>"
    assert _blocks(body) == [*_panels(("Costs", COSTS)), (BlockKind.PARAGRAPH, 0, MORE)]


@pytest.mark.parametrize("hidden", ['hidden=""', 'style="display: none"', 'aria-hidden="true"'])
def test_an_accordion_with_buttons_in_headings(hidden: str) -> None:
    body = f"""<div class="accordion"><div class="accordion-item">
    <h2 class="accordion-header"><button aria-controls="c1" aria-expanded="false">Costs</button>
    </h2><div id="c1" class="accordion-collapse" {hidden}><p>{COSTS}</p></div></div></div>"""
    assert _blocks(body) == _panels(("Costs", COSTS), level=2)


def test_an_accordion_by_its_class_names_alone() -> None:
    body = f"""<div class="accordion"><div class="accordion__title">Costs</div>
    <div class="accordion__content hidden"><p>{COSTS}</p></div>
    <div class="accordion__title">Behind the average</div>
    <div class="accordion__content hidden"><p>{MORE}</p></div></div>"""
    assert _blocks(body) == _panels(("Costs", COSTS), ("Behind the average", MORE))


def test_tabs_that_are_links_with_and_without_headings_of_their_own() -> None:
    body = f"""<div class="x-tabs"><h2 class="x-tabs__title">Contents</h2><ul>
    <li><a class="x-tabs__tab" href="#costs">Costs</a></li>
    <li><a class="x-tabs__tab" href="#more">Behind the average</a></li></ul>
    <div class="x-tabs__panel" id="costs"><h2>Costs</h2><p>{COSTS}</p></div>
    <div class="x-tabs__panel x-tabs__panel--hidden" id="more"><p>{MORE}</p></div></div>"""
    assert _blocks(body) == _panels(("Costs", COSTS), ("Behind the average", MORE), level=2)


def test_headings_inside_a_panel_stand_below_its_label() -> None:
    body = f"""<button aria-controls="p">Costs</button>
    <section id="p" hidden><h4>In primary schools</h4><p>{COSTS}</p></section>"""
    assert _blocks(body) == [
        (BlockKind.HEADING, 3, "Costs"),
        (BlockKind.HEADING, 4, "In primary schools"),
        (BlockKind.PARAGRAPH, 0, COSTS),
    ]


@pytest.mark.parametrize(
    "body",
    [
        """<div id="cookie-banner"><button aria-controls="cookies">Cookie settings</button>
        <div id="cookies" hidden><p>Analytics cookies let us count visits to this site.</p></div>
        </div>""",
        """<div role="dialog"><button aria-controls="d">Sign up</button>
        <div id="d" hidden><p>Leave us your address for a monthly letter.</p></div></div>""",
        """<nav><button aria-controls="n">Menu</button>
        <ul id="n" hidden><li><a href="/">Home</a></li></ul></nav>""",
        """<button aria-controls="o">All strands</button>
        <ul id="o" hidden><li><a href="/1">Phonics</a></li><li><a href="/2">Homework</a></li></ul>
        """,
    ],
)
def test_notices_and_navigation_stay_out(body: str) -> None:
    page = read_html(_page(f"<p>{COSTS}</p>").replace(b"<main>", f"{body}<main>".encode()))
    assert page == read_html(_page(f"<p>{COSTS}</p>"))


def test_captions_of_figures_and_tables_are_kept() -> None:
    body = f"""<p>{COSTS}</p>
    <figure><img src="x.png" alt="x"><figcaption>Figure 1: Impact by phase</figcaption></figure>
    <table><caption>Table 1: Impact by phase</caption>
    <tr><th></th><th>Months</th></tr><tr><th scope="row">Primary</th><td>6</td></tr></table>
    <table><tr><td>Length</td><td>Two years</td></tr><tr><td>Lead</td><td>A. Jones</td></tr></table>
    """
    assert _blocks(body)[1:] == [
        (BlockKind.PARAGRAPH, 0, "Figure 1: Impact by phase"),
        (BlockKind.TABLE, 0, "Table 1: Impact by phase\nPrimary; Months: 6"),
        (BlockKind.TABLE, 0, "Length | Two years\nLead | A. Jones"),
    ]

"""A home with reports of every kind, for tests of the pages about them.

- `open`: a PDF of three pages whose licence lets it be shown, with a passage over a page break;
- `closed`: a PDF of a centre whose terms were not seen;
- `record`: a summary in this project's words, with a rating;
- `old`, replaced by `open`; `gone`, withdrawn: nothing of its text is kept;
- `web`: a web page, open too;
- `hostile`: its title tries to break out of everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from corpus.assessment.crosswalk import assess
from corpus.details import Provenance, Relative, ReportDetails, Version
from corpus.findings import DesignTag, Fact, FactKind, Quotation, Rating, StudyDesign
from corpus.library.documents import original_path, pack_document, pages_path
from corpus.metadata.claims import Claim, ClaimSource
from corpus.passages import PassageRules, embedded_text, split_document
from corpus.reading.pdf.reader import read_pdf
from corpus.types import DocumentType, Passage, Report, ReportStatus
from indexer.content import Content
from indexer.publish import publish
from search.index.generations import Generations
from search.index.store import StoreEntry
from search.index.tokens import pack
from search.searcher import Searcher
from tests.builders import passage, report
from tests.fakes import HashingEncoder
from tests.printed import printed_pdf

ENCODER = HashingEncoder()
HOSTILE = "</script><script>alert(1)</script>\u202e\"'><img src=x onerror=alert(2)>"
FIRST = (
    "Mentors met pupils weekly. Mentoring reduced youth violence by a fifth in a randomised trial."
)
BROKEN = ("The cost for each mentored pupil was low, and it", "stayed low in the second year.")
PDF = printed_pdf(
    [(72, 100, "Mentoring trial"), (72, 140, FIRST)],
    [
        (72, 100, "Nothing about money stands on the second page of this report."),
        (72, 700, BROKEN[0]),
    ],
    [(72, 100, BROKEN[1]), (72, 400, "Thanks are due to the schools that took part in it all.")],
)
CLOSED = printed_pdf([(72, 100, "Hot spots policing cut burglary without moving it elsewhere.")])
PLACE = "/srv/secret/folder/trial.pdf"


@dataclass(frozen=True)
class Bookcase:
    """The home and a searcher over it."""

    home: Path
    searcher: Searcher

    def current(self) -> Searcher:
        return self.searcher


def build_bookcase(home: Path) -> Bookcase:
    """Index them all."""
    shelved = [_open(home), _closed(home), _record(), _old(), _gone(), _web(home), _hostile()]
    reports = [each for each, _, _ in shelved]
    entries: list[tuple[Passage, int, int]] = []
    unranked: list[tuple[Passage, int, int]] = []
    for row, (each, _, passages) in enumerate(shelved):
        kept = entries if each.status is ReportStatus.CURRENT else unranked
        kept += [(one, row, place) for place, one in enumerate(passages)]
    ranked = len(entries)
    stored = [
        StoreEntry(one, row, place, number)
        for number, (one, row, place) in enumerate([*entries, *unranked])
    ]
    titles = [reports[entry.report_row].title for entry in stored[:ranked]]
    texts = [embedded_text(t, e.passage) for t, e in zip(titles, stored[:ranked], strict=True)]
    encoded = ENCODER.encode_with_tokens(texts)
    made = Content(
        reports,
        [details for _, details, _ in shelved],
        stored,
        ENCODER.encode_documents(texts),
        [pack(each.tokens) for each in encoded if each.tokens],
    )
    generations = Generations(home / "index")
    publish(made, generations, encoder=ENCODER.spec, rules=PassageRules(), library_digest="d")
    return Bookcase(home, Searcher(generations.open_current(), ENCODER))


Shelved = tuple[Report, ReportDetails, Sequence[Passage]]


def _pdf(home: Path, data: bytes, made: Report) -> tuple[Report, list[Passage]]:
    """A report of a PDF whose original and pages are in the library."""
    document = read_pdf(data, name="a.pdf")
    digest = sha256(data).hexdigest()
    for path, content in (
        (original_path(home / "library", digest), data),
        (pages_path(home / "library", digest), pack_document(document)),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    passages = split_document(
        document,
        report_id=made.report_id,
        rules=replace(PassageRules(), target_tokens=20, min_tokens=1),
        count_tokens=ENCODER.count_tokens,
        context=made.title,
    )
    return replace(made, sha256=digest, page_count=len(document.pages)), passages


def _open(home: Path) -> Shelved:
    made = report(
        "open",
        "Mentoring: a trial",
        centre="eef",
        year=2021,
        published="2021-03-04",
        authors=("Smith, Jane", "O'Brien, Seán", "Centre for Trials"),
        licence="CC BY 4.0",
        url="https://example.org/mentoring#results",
        doi="10.1234/ab_c(1)",
        isbn="978-1-23456-789-7",
        language="en",
        topics=("youth violence", "mentoring"),
        intervention="Weekly mentoring",
        population="Pupils of 11 to 14",
        outcome="Violence",
        rating=Rating("Extensive evidence", "Low cost", "+2 months"),
    )
    made, passages = _pdf(home, PDF, replace(made, file=PLACE, centres=("eef",)))
    start = passages[0].text.index("Mentoring reduced")
    span = passages[0].spans[0]
    words = passages[0].text[start:]
    quoted = Quotation(span.page, span.start + start, span.start + start + len(words), words)
    details = ReportDetails(
        claims=(
            Claim("year", 2021, ClaimSource.PERSON),
            Claim("topics", ("a", "b"), ClaimSource.PAGE),
        ),
        facts=(Fact(FactKind.EFFECT_SIZE, quoted),),
        provenance=(
            Provenance(PLACE),
            Provenance(
                "https://example.org/files/trial.pdf",
                "eef",
                "https://example.org/trial",
                "2026-01-02T03:04:05+00:00",
            ),
        ),
        versions=(Version("old", "2020-01-01T00:00:00+00:00", ReportStatus.REPLACED),),
        family=(Relative("record", "Mentoring in short", "final", 2022, "Same trial number."),),
    )
    made = replace(
        made,
        assessment=assess(made.metadata.rating, centre="eef"),
        designs=(DesignTag(StudyDesign.RCT, quoted),),
        added="2026-02-03T04:05:06+00:00",
    )
    return made, details, passages


def _closed(home: Path) -> Shelved:
    known = {"centre": "college-of-policing", "year": 2020, "language": "en"}
    made = report("closed", "Hot spots policing", url="https://example.org/hot", **known)
    made, passages = _pdf(home, CLOSED, replace(made, file="https://example.org/hot.pdf"))
    return made, ReportDetails(), passages


def _record() -> Shelved:
    made = report(
        "record",
        "Mentoring in short",
        centre="youth-endowment-fund",
        source="secondary",
        rating=Rating("5", "1", "High"),
        language="en",
    )
    made = replace(made, document_type=DocumentType.RECORD, file="starter.jsonl#record")
    made = replace(made, assessment=assess(made.metadata.rating, centre="youth-endowment-fund"))
    texts = ("Mentoring young people reduced violence. Costs were low.",)
    return made, ReportDetails(), [passage("record-1", "record", text) for text in texts]


def _old() -> Shelved:
    made = replace(
        report("old", "Mentoring: a trial, interim", year=2020),
        status=ReportStatus.REPLACED,
        status_note="replaced by a newer version",
        replaced_by="open",
    )
    return made, ReportDetails(), [passage("old-1", "old", "Mentoring may reduce violence yet.")]


def _gone() -> Shelved:
    made = replace(
        report("gone", "Taken down", licence="CC BY 4.0"),
        status=ReportStatus.WITHDRAWN,
        status_note="404 since 2 March 2026",
    )
    return made, ReportDetails(), []


def _web(home: Path) -> Shelved:
    data = b"<html><script>alert(1)</script><p>Street lights cut crime.</p></html>"
    made = report("web", "Street lights", licence="Open Government Licence v3.0")
    digest = sha256(data).hexdigest()
    path = original_path(home / "library", digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    made = replace(
        made, document_type=DocumentType.HTML, sha256=digest, file="a/../lights \u202e.html"
    )
    return made, ReportDetails(), [passage("web-1", "web", "Street lights cut crime at night.")]


def _hostile() -> Shelved:
    made = report(
        "hostile",
        HOSTILE,
        authors=(HOSTILE,),
        publisher=HOSTILE,
        url="javascript:alert(1)",
        licence=HOSTILE,
        language='en" onload="alert(1)',
        intervention=HOSTILE,
        rating=Rating(HOSTILE, HOSTILE, HOSTILE),
        topics=(HOSTILE,),
    )
    details = ReportDetails(provenance=(Provenance("javascript:alert(3)", page="javascript:x"),))
    text = f"Words that {HOSTILE} harm nobody."
    return replace(made, centres=(HOSTILE,)), details, [passage("hostile-1", "hostile", text)]

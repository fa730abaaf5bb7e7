"""Every centre of the registry with a few reports each, and one more that misbehaves."""

from collections.abc import Sequence
from pathlib import Path

from tests.replica.server import Replica, Resource
from tests.replica.sites import Builder, Report, moved_registry

HOST = "misbehaving.example.org"
#: What the misbehaving site does, by path, and what a run must say of it.
MISBEHAVIOURS = {
    "/r/429.pdf": ("429", 2, ""),
    "/r/500.pdf": ("500", 1, ""),
    "/r/always-500.pdf": ("500", 9_999, "status 500"),
    "/r/truncated.pdf": ("truncated", 1, ""),
    "/r/drip.pdf": ("drip", 9_999, "seconds to send"),
    "/r/huge.pdf": ("huge", 9_999, "larger than"),
    "/r/wrong-type.pdf": ("wrong type", 9_999, "holds HTML"),
    "/r/bomb.pdf": ("bomb", 9_999, "larger than"),
    "/r/loop.pdf": ("redirect /r/loop.pdf", 9_999, "redirects"),
    "/r/forbidden.pdf": ("redirect http://127.0.9.9:1/x.pdf", 9_999, "not in the public internet"),
    "/r/metadata.pdf": ("redirect http://169.254.169.254/x", 9_999, "not in the public internet"),
    "/r/scheme.pdf": ("redirect file:///etc/passwd", 9_999, "no http or https"),
    "/r/vanished.pdf": ("404", 9_999, "not there"),
    "/private/robots.pdf": ("", 0, "robots.txt"),
}
EXTRA = f"""
[[centre]]
id = "misbehaving"
name = "A site that misbehaves"
member = "no member"
membership = "outside"
policy_areas = ["everything"]

[centre.politeness]
delay_s = 0.0

[[centre.source]]
kind = "sitemap"
url = "https://{HOST}/sitemap.xml"
"""


def build(folder: Path, reports: Sequence[Report]) -> tuple[Replica, Path, Builder]:
    """The replica with every site, the moved registry's path, and the builder to change it by."""
    replica = Replica([])
    extra = EXTRA.replace(f"https://{HOST}", f"http://127.0.2.1:{replica.port}")
    registry, hosts = moved_registry(folder, replica.port, extra)
    builder = Builder(replica.port, hosts | {HOST: "127.0.2.1"})
    _fill(builder, iter_of(reports), folder)
    _misbehave(builder, reports[0])
    replica.sites = builder.sites
    return replica, registry, builder


class iter_of:  # noqa: N801 - reads as the builtin it stands for
    """Takes reports in turn, each under a slug of its own."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self._reports, self._next = reports, 0

    def take(self, slug: str) -> Report:
        """The next report, under this slug."""
        report = self._reports[self._next % len(self._reports)]
        self._next += 1
        return Report(slug, f"{report.title} ({slug})", report.year, report.data)


def _fill(b: Builder, some: iter_of, folder: Path) -> None:  # noqa: PLR0915 - one site after another
    def page(host: str, path: str, pdf: str | None = None) -> str:
        return b.page(host, path, some.take(path.strip("/").replace("/", "-")), pdf=pdf)

    b.nice("api.nice.org.uk", "/services/guidance/index", ["ng1", "ng2"])
    nice = [page("www.nice.org.uk", f"/guidance/ng{n}") for n in (1, 2, 3)]
    b.sitemap("www.nice.org.uk", "/sitemap.xml", [*nice, b.origin("www.nice.org.uk") + "/news/x"])

    eef = "educationendowmentfoundation.org.uk"
    urls = [page(eef, "/education-evidence/teaching-learning-toolkit/phonics")]
    urls += [
        page(eef, "/projects-and-evaluation/projects/neli", "/public/neli-evaluation-report.pdf")
    ]
    b.sitemap(eef, "/sitemap.xml", urls, zipped=True)
    oai = [some.take("oai-1"), some.take("oai-2")]
    b.oai("shura.shu.ac.uk", "/cgi/oai2", [
        (b.page("shura.shu.ac.uk", f"/{n}/", r, pdf=f"/{n}/1/r.pdf"),
         b.origin("shura.shu.ac.uk") + f"/{n}/1/r.pdf", r)
        for n, r in enumerate(oai, start=1)
    ])  # fmt: skip

    cop = "www.college.police.uk"
    toolkit = "/research/crime-reduction-toolkit"
    second = [page(cop, f"{toolkit}/mentoring")]
    b.listing(cop, f"{toolkit}?page=1", second)
    b.listing(cop, toolkit, [page(cop, f"{toolkit}/street-lighting")], f"{toolkit}?page=1")
    old = "whatworks.college.police.uk"
    briefing = b.put(old, "/Research/Briefings/Documents/a.pdf",
                     Resource(some.take("briefing").data, "application/pdf"))  # fmt: skip
    b.listing(old, "/Research/Briefings/Pages/default.aspx", [briefing])

    age = "ageing-better.org.uk"
    b.sitemap(age, "/sitemap.xml",
              [page(age, "/resources/homes", "/sites/default/files/2024-05/homes.pdf")])  # fmt: skip # noqa: E501
    grow = "whatworksgrowth.org"
    b.listing(grow, "/resource-library/page/2/", [page(grow, "/resource-library/transport/")])
    b.listing(grow, "/resource-library/",
              [page(grow, "/resource-library/skills/", "/wp-content/uploads/skills.pdf")],
              "/resource-library/page/2/")  # fmt: skip

    found = "foundations.org.uk"
    b.sitemap(found, "/sitemap.xml", [
        page(found, "/our-work/publications/fgc/", "/wp-content/uploads/fgc.pdf"),
        page(found, "/toolkit/guidebook/triple-p"),
    ])  # fmt: skip
    csc = "whatworks-csc.org.uk"
    b.listing(
        csc,
        "/research/?type=report",
        [page(csc, "/research-report/sdq/", "/wp-content/uploads/s.pdf")],
    )
    well = "whatworkswellbeing.org"
    b.listing(
        well, "/resources/", [page(well, "/resources/loneliness/", "/wp-content/uploads/l.pdf")]
    )
    home = "www.homelessnessimpact.org"
    b.listing(home, "/publications", [page(home, "/publication/housing-first")])
    chi = page("pmc.ncbi.nlm.nih.gov", "/articles/1") if "pmc.ncbi.nlm.nih.gov" in b.hosts else ""
    (folder / "chi.csv").write_text(
        f"url,title,year,doi\n{chi or page(home, '/a/review')},A review,2021,\n"
    )
    scot = page(home, "/scotland/report")  # any host will do: none of its own is known
    (folder / "scotland.csv").write_text(f"url,title,year,doi\n{scot},Community planning,2018,\n")

    taso = "taso.org.uk"
    summer = some.take("summer-schools")
    b.wordpress(
        taso,
        "/wp-json/wp/v2/intervention",
        [(b.page(taso, "/intervention/summer/", summer), summer)],
    )
    b.sitemap(taso, "/sitemap_index.xml",
              [page(taso, "/evidence/toolkit/causal"), b.origin(taso) + "/intervention/summer/"])  # fmt: skip # noqa: E501
    yef = "youthendowmentfund.org.uk"
    many = [(some.take(f"strand-{n}"), f"/toolkit/strand-{n}/") for n in range(100)]
    b.wordpress(yef, "/wp-json/wp/v2/toolkit", [(b.page(yef, path, r), r) for r, path in many])
    choice = some.take("your-choice")
    b.wordpress(yef, "/wp-json/wp/v2/evaluations",
                [(b.page(yef, "/evaluations/choice/", choice, pdf="/wp-content/uploads/c.pdf"), choice)])  # fmt: skip # noqa: E501
    yff = "youthfuturesfoundation.org"
    b.listing(yff, "/about-the-youth-employment-toolkit/",
              [page(yff, "/tools/youth-employment-toolkit/apprenticeships")])  # fmt: skip
    maps = "www.fincap.org.uk"
    b.listing(
        maps,
        "/en/articles/evidence-analysis",
        [page(maps, "/en/insights/what-works", "/files/w.pdf")],
    )
    b.govuk("www.gov.uk", [("/government/publications/debt", "/media/debt.pdf", some.take("debt"))])
    wcpp = "wcpp.org.uk"
    review = some.take("review")
    entry = (b.page(wcpp, "/publication/review/", review, pdf="/wp-content/uploads/r.pdf"), review)
    b.wordpress(wcpp, "/wp-json/wp/v2/publication", [entry])
    b.feed(wcpp, "/feed/", [entry])


def _misbehave(b: Builder, report: Report) -> None:
    for number, (path, (fault, times, _)) in enumerate(MISBEHAVIOURS.items()):
        body = report.data + b"\n%" + str(number).encode()
        b.put(HOST, path, Resource(body, "application/pdf", fault=fault or None, times=times))
    b.put(HOST, "/r/fine.pdf", Resource(report.data + b"\n%fine", "application/pdf"))
    urls = [b.origin(HOST) + path for path in [*MISBEHAVIOURS, "/r/fine.pdf"]]
    # Failures in a row end a visit: what works stands between what does not.
    b.sitemap(HOST, "/sitemap.xml", urls)
    site = b.sites["127.0.2.1"]
    site.robots = Resource(b"User-agent: *\nDisallow: /private/\n", "text/plain")

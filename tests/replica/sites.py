"""The sites of the shipped registry, replayed: its own addresses, moved to loopback hosts."""

import gzip
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from corpus.centres import REGISTRY, load_registry
from tests.replica.server import PAST_THE_LAST, Resource, Site

_NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_PDF = "application/pdf"
_ORIGIN = re.compile(r"https?://[^/\s\"?*]+")
#: What stands for a real site's host, and the hosts of the replica.
_PLACEHOLDER = "http://{host}:{port}"


@dataclass(frozen=True)
class Report:
    """A report of the replica: its slug, title, year, and its PDF's bytes."""

    slug: str
    title: str
    year: int
    data: bytes


def hosts_of(registry: str) -> dict[str, str]:
    """A loopback host for each host of a registry's text, in order."""
    found = dict.fromkeys(urlsplit(m[0]).netloc for m in _ORIGIN.finditer(registry))
    return {host: f"127.0.1.{number}" for number, host in enumerate(found, start=1)}


def moved_registry(folder: Path, port: int, extra: str = "") -> tuple[Path, dict[str, str]]:
    """The shipped registry with every address moved to the replica; its path and the hosts."""
    text = REGISTRY.read_text("utf-8")
    hosts = hosts_of(text)

    def move(match: re.Match[str]) -> str:
        return f"http://{hosts[urlsplit(match[0]).netloc]}:{port}"

    text = _ORIGIN.sub(move, text)
    text = text.replace(
        "[centre.licence]", "[centre.politeness]\ndelay_s = 0.0\n\n[centre.licence]"
    )
    text = text.replace('url = "homelessness-impact.csv"', f'url = "{folder / "chi.csv"}"')
    text = text.replace('url = "what-works-scotland.csv"', f'url = "{folder / "scotland.csv"}"')
    path = folder / "centres.toml"
    path.write_text(text + extra, "utf-8")
    load_registry.cache_clear()
    return path, hosts


class Builder:
    """Puts reports on sites in the shape each source of the registry has."""

    def __init__(self, port: int, hosts: dict[str, str]) -> None:
        self._port, self.hosts = port, hosts
        self.sites = {host: Site(host) for host in hosts.values()}

    def origin(self, host: str) -> str:
        """The replica's address for a real host."""
        return f"http://{self.hosts[host]}:{self._port}"

    def put(self, host: str, path: str, resource: Resource) -> str:
        """Put something at a path; its address."""
        self.sites[self.hosts[host]].paths[path] = resource
        return self.origin(host) + path

    def page(self, host: str, path: str, report: Report, *, pdf: str | None = None) -> str:
        """A landing page with metadata for machines, and its PDF where a path is given."""
        link = ""
        if pdf:
            link = f'<a href="{self.put(host, pdf, Resource(report.data, _PDF))}">Download</a>'
        body = (
            f'<html lang="en"><head><title>{report.title} | Site</title>'
            f'<meta name="citation_title" content="{report.title}">'
            f'<meta name="citation_publication_date" content="{report.year}/03/01"></head><body>'
            f"<main><h1>{report.title}</h1><p>What was found about {report.slug}: pupils who took "
            f"part made more progress than those who did not, by about two months, in "
            f"{report.year}. The cost was low and the study was a randomised trial.</p>"
            f"{link}</main></body></html>"
        )
        return self.put(host, path, Resource(body.encode()))

    def sitemap(self, host: str, path: str, urls: Sequence[str], *, zipped: bool = False) -> None:
        """A sitemap index leading to one sitemap, gzip where wanted."""
        inner = path.replace(".xml", "-pages.xml") + (".gz" if zipped else "")
        entries = "".join(
            f"<url><loc>{url}</loc><lastmod>2024-05-01T00:00:00Z</lastmod></url>" for url in urls
        )
        body = f"<?xml version='1.0'?><urlset {_NS}>{entries}</urlset>".encode()
        address = self.put(
            host, inner, Resource(gzip.compress(body, mtime=0) if zipped else body, "text/xml")
        )
        index = f"<sitemapindex {_NS}><sitemap><loc>{address}</loc></sitemap></sitemapindex>"
        self.put(host, path, Resource(index.encode(), "text/xml"))

    def listing(self, host: str, path: str, urls: Sequence[str], follows: str = "") -> None:
        """A page of links, and a link to more of it."""
        links = "".join(f'<li><a href="{url}#top">read</a></li>' for url in [*urls, follows] if url)
        body = f'<html><body><a href="/about">About</a><ul>{links}</ul></body></html>'
        self.put(host, path, Resource(body.encode()))

    def wordpress(self, host: str, path: str, posts: Sequence[tuple[str, Report]]) -> None:
        """A post type of the REST API; a page past the last is refused as WordPress does."""

        def answer(query: str) -> bytes:
            asked = parse_qs(query)
            size, page = int(asked["per_page"][0]), int(asked["page"][0])
            some = posts[(page - 1) * size : page * size]
            if page > 1 and not some:
                return PAST_THE_LAST
            return json.dumps(
                [
                    {
                        "id": number,
                        "link": url,
                        "modified_gmt": "2024-05-01T10:00:00",
                        "date_gmt": f"{report.year}-03-01T10:00:00",
                        "title": {"rendered": report.title.replace("&", "&amp;")},
                    }
                    for number, (url, report) in enumerate(some)
                ]
            ).encode()

        self.put(host, path, Resource(answer, "application/json"))

    def feed(self, host: str, path: str, entries: Sequence[tuple[str, Report]]) -> None:
        """An RSS feed."""
        items = "".join(
            f"<item><title>{report.title}</title><link>{url}</link>"
            f"<pubDate>Fri, 01 Mar {report.year} 10:00:00 +0000</pubDate></item>"
            for url, report in entries
        )
        body = f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
        self.put(host, path, Resource(body.encode(), "application/rss+xml"))

    def oai(self, host: str, path: str, records: Sequence[tuple[str, str, Report]]) -> None:
        """An OAI-PMH repository of two pages; records are page, file and report."""

        def answer(query: str) -> bytes:
            second = "resumptionToken" in parse_qs(query)
            some = records[1:] if second else records[:1]
            token = "" if second else "<resumptionToken>more</resumptionToken>"
            body = "".join(
                "<record><header><identifier>oai:x:1</identifier>"
                "<datestamp>2024-05-01</datestamp></header><metadata>"
                '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
                ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
                f"<dc:title>{report.title}</dc:title><dc:creator>Smith, A.</dc:creator>"
                f"<dc:date>{report.year}</dc:date><dc:identifier>{page}</dc:identifier>"
                f"<dc:relation>{file}</dc:relation>"
                "<dc:description>For the Education Endowment Foundation</dc:description>"
                "</oai_dc:dc></metadata></record>"
                for page, file, report in some
            )
            deleted = (
                '<record><header status="deleted"><identifier>x</identifier></header></record>'
            )
            xml = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            return f"{xml}<ListRecords>{body}{deleted}{token}</ListRecords></OAI-PMH>".encode()

        self.put(host, path, Resource(answer, "text/xml"))

    def govuk(self, host: str, results: Sequence[tuple[str, str, Report]]) -> None:
        """The Search API and a content item for each result: path, attachment path, report."""
        found = [{"link": path, "title": report.title} for path, _, report in results]
        body = json.dumps({"results": found, "total": len(found)})
        self.put(host, "/api/search.json", Resource(body.encode(), "application/json"))
        for path, file, report in results:
            item = {
                "title": report.title,
                "locale": "en",
                "public_updated_at": "2024-05-01T09:30:00Z",
                "first_published_at": f"{report.year}-03-01T09:30:00Z",
                "details": {"attachments": [{"url": self.origin(host) + file}]},
                "links": {"organisations": [{"title": "Money and Pensions Service"}]},
            }
            address = f"/api/content{path}"
            self.put(host, address, Resource(json.dumps(item).encode(), "application/json"))
            self.page(host, path, report, pdf=file)

    def nice(self, host: str, path: str, numbers: Sequence[str]) -> None:
        """The guidance index of the syndication API."""
        items = [
            {
                "GuidanceNumber": number.upper(),
                "Title": f"Guideline {number}",
                "LastModified": "2024-05-01",
            }
            for number in numbers
        ]
        body = json.dumps({"IndexItems": items}).encode()
        self.put(host, path, Resource(body, "application/json"))

import io
import zipfile

import docx
import pytest

from corpus.errors import NotAReport
from corpus.reading.clean import clean_text
from corpus.reading.docx import read_docx
from corpus.reading.html import read_html
from corpus.reading.sniff import sniff
from corpus.reading.text import read_text
from corpus.types import BlockKind, Document, DocumentType

HTML = b"""<!doctype html><html><head><title>Street lighting</title></head><body>
<nav><a href="/">Home</a><a href="/about">About us</a></nav>
<main><article><h1>Street lighting</h1>
<p>Better street lighting reduces crime in the places where it is installed, the review found.</p>
<h2>Costs</h2><ul><li>Installing it costs money.</li><li>Running it costs some, too.</li></ul>
<table><tr><th>Place</th><th>Crime</th></tr><tr><td>Leeds</td><td>down</td></tr></table>
<p>Thirteen studies were pooled, eight of them from the United States of America.</p>
</article></main><footer>Copyright and cookies</footer></body></html>"""


def _kinds(document: Document) -> list[tuple[BlockKind, str]]:
    page = document.pages[0]
    return [(block.kind, page.text[block.start : block.end]) for block in page.blocks]


def _zip(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return data.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"%PDF-1.7 ...", "a.pdf", DocumentType.PDF),
        (b"junk before\n%PDF-1.4", "a.bin", DocumentType.PDF),
        (HTML, "a.php", DocumentType.HTML),
        (_zip("word/document.xml"), "a.zip", DocumentType.DOCX),
        (_zip("ppt/presentation.xml"), "a.zip", DocumentType.PPTX),
        (_zip("xl/workbook.xml"), "a.bin", DocumentType.XLSX),
        (b'{"id": "x"}', "x.json", DocumentType.RECORD),
        (b"Just words.", "a.txt", DocumentType.TEXT),
        ("Café".encode("utf-16"), "a.txt", DocumentType.TEXT),
    ],
)
def test_content_is_told_by_its_bytes(data: bytes, name: str, kind: DocumentType) -> None:
    assert sniff(data, name) is kind


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "a.pdf", "empty"),
        (b" \n\x00", "a.txt", "empty"),
        (HTML, "a.pdf", "holds HTML"),
        (b"\x89PNG\r\n", "a.png", "PNG"),
        (b"\xd0\xcf\x11\xe0rest", "a.doc", "old Office"),
        (_zip("xl/workbook.bin"), "a.xlsb", "without its main part"),
        (_zip("readme"), "a.zip", "archive"),
        (b"PK\x03\x04broken", "a.docx", "damaged archive"),
        (bytes(range(256)) * 8, "a.bin", "no kind"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_cure(data: bytes, name: str, told: str) -> None:
    with pytest.raises(NotAReport, match=told) as caught:
        sniff(data, name)
    assert caught.value.cure


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("e\ufb03cient \ufb01nd", "efficient find"),
        ("a\x00b\ud800c\u00ad-\u200bd", "abc-d"),
        ("\uf0b7 item", "\u2022 item"),
        ("a\u00a0\u2009b\tc", "a b c"),
        ("cafe\u0301", "café"),
        ("x\r\ny", "x\ny"),
    ],
)
def test_characters_are_made_fit(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


def test_html_keeps_structure_and_drops_navigation() -> None:
    found = _kinds(read_html(HTML))
    text = " ".join(words for _, words in found)
    assert "About us" not in text
    assert (BlockKind.HEADING, "Costs") in found
    assert (BlockKind.LIST_ITEM, "Installing it costs money.") in found
    assert (BlockKind.TABLE, "Place: Leeds; Crime: down") in found


def test_html_without_text_is_refused() -> None:
    with pytest.raises(NotAReport, match="no main text"):
        read_html(b"<html><body><script>1</script></body></html>")


def test_docx_headings_lists_and_tables() -> None:
    word = docx.Document()
    word.core_properties.title = "Class size"
    word.add_heading("Findings", level=1)
    word.add_paragraph("Smaller classes help a little.")
    word.add_paragraph("They cost much.", style="List Bullet")
    table = word.add_table(rows=2, cols=2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Effect"
    table.cell(1, 0).text, table.cell(1, 1).text = "months", "2"
    word.add_heading("References", level=1)
    word.add_paragraph("Smith (2019). On classes.")
    data = io.BytesIO()
    word.save(data)
    document = read_docx(data.getvalue())
    assert document.title == "Class size"
    assert _kinds(document) == [
        (BlockKind.HEADING, "Findings"),
        (BlockKind.PARAGRAPH, "Smaller classes help a little."),
        (BlockKind.LIST_ITEM, "They cost much."),
        (BlockKind.TABLE, "Effect\nmonths | 2"),
        (BlockKind.HEADING, "References"),
        (BlockKind.REFERENCES, "Smith (2019). On classes."),
    ]


def test_markdown() -> None:
    text = (
        b"---\na: b\n---\n# Title\n\nSome *words*\nhere.\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n"
    )
    document = read_text(text, name="x.md")
    assert document.title == "Title"
    assert _kinds(document) == [
        (BlockKind.HEADING, "Title"),
        (BlockKind.PARAGRAPH, "Some words here."),
        (BlockKind.LIST_ITEM, "one"),
        (BlockKind.LIST_ITEM, "two"),
        (BlockKind.TABLE, "a | b\n1 | 2"),
    ]


def test_plain_text_in_any_encoding() -> None:
    words = "Évaluation des résultats.\nSuite de la phrase.\n\nDeuxième paragraphe."
    expected = [
        (BlockKind.PARAGRAPH, "Évaluation des résultats. Suite de la phrase."),
        (BlockKind.PARAGRAPH, "Deuxième paragraphe."),
    ]
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        assert _kinds(read_text(words.encode(encoding), name="x.txt")) == expected

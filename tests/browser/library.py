"""The small library the browser tests ask: the starter records, and files with what those lack.

A PDF with printed page numbers, a nation and a language of its own; Welsh; hostile words.
"""

import io
import shutil
from pathlib import Path
from typing import Final

from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

from corpus.home import Home
from corpus.library.library import Library
from indexer.adding import add_all
from indexer.build import BuildOptions, build_index
from indexer.progress import Silent

STARTER: Final = Path(__file__).resolve().parents[2] / "corpus" / "data" / "starter.jsonl"
#: What the PDF says, a page each; the first two are front matter, labelled i and ii.
PAGES: Final = (
    "<h1>Walking buses to primary school</h1><p>An evaluation for Scotland.</p>",
    "<h2>Contents</h2><p>Findings 1<br>Costs 2</p>",
    (
        "<h2>Findings</h2><p>Walking buses were tested in forty Scottish primary schools. "
        "Pupils who joined a walking bus arrived late less often than pupils who did not. "
        "The walking bus made no difference to attainment in reading.</p>"
    ),
    (
        "<h2>Costs</h2><p>A walking bus cost 40 pounds a pupil each year, most of it for the "
        "adults who walk with the pupils. Schools said that volunteers were hard to keep.</p>"
    ),
)
_FILES: Final = {
    "cymraeg.txt": "Mae'r adroddiad hwn yn edrych ar dai fforddiadwy yng Nghymru. Mae tai "
    "cymdeithasol yn helpu teuluoedd ar incwm isel. Mae angen mwy o dai ar gymunedau gwledig.",
    "hostile.txt": "Does <script>alert(1)</script> harm a page? A trial of <img src=x "
    "onerror=alert(2)> found that escaped words harm nobody. The \u202egnirts si desrever here.",
    "metadata.csv": "file,title,centre,year,nations,language,rating,cost,licence\n"
    "walking.pdf,Walking buses to primary school,eef,2021,Scotland,en,3 padlocks,Low,CC BY 4.0\n"
    "cymraeg.txt,Tai fforddiadwy yng Nghymru,wales-public-policy,2020,Wales,cy,,,\n"
    "hostile.txt,A title with <script>alert(1)</script> in it,,2019,,en,,,\n",
}


def build_home(home: Path, printed: bytes, starter: Path) -> Path:
    """Index the small library.

    Args:
        home: a folder that does not exist yet.
        printed: the PDF of `PAGES`.
        starter: a home with the starter records indexed, whose encoder and vectors it takes.
    """
    place = Home(home)
    shutil.copytree(starter / "models", place.models, symlinks=True)
    shutil.copytree(starter / "index" / "vectors", place.index / "vectors")
    folder = home / "files"
    folder.mkdir()
    (folder / "walking.pdf").write_bytes(_labelled(printed))
    for name, text in _FILES.items():
        (folder / name).write_text(text, "utf-8")
    with Library(place.library) as library:
        add_all(library, [str(STARTER), str(folder)], metadata=None, progress=Silent())
    build_index(place, BuildOptions(), Silent())
    return home


def _labelled(printed: bytes) -> bytes:
    """The PDF with page labels i, ii, 1, 2."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed)))
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 3, style=PageLabelStyle.DECIMAL, start=1)
    writer.write(out := io.BytesIO())
    return out.getvalue()

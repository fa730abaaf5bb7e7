"""A collection with questions and relevance judgements, in BEIR layout.

    corpus.jsonl        {"_id", "title", "text"} a line
    queries.jsonl       {"_id", "text"} a line
    qrels/SPLIT.tsv     query-id, corpus-id, score; one line of headings

Thakur et al. 2021, "BEIR: A Heterogeneous Benchmark for Zero-shot Evaluation".
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field, ValidationError

from search.errors import SearchError

Qrels = dict[str, dict[str, int]]

_COLUMNS: Final = 3
_FAULTS_SHOWN: Final = 10


class DatasetUnusable(SearchError):
    """A dataset's folder lacks a file, or its files are malformed; the message lists how."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the collection; `title` may be empty."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """A collection, and the judged questions of one split.

    `queries` holds the judged questions only. A judged document may be missing from
    `corpus`; it then counts as one that no run found.
    """

    name: str
    split: str
    corpus: dict[str, Document]
    queries: dict[str, str]
    qrels: Qrels


class _Line(BaseModel):
    id: str = Field(alias="_id", min_length=1)
    title: str | None = None
    text: str


def load_dataset(folder: Path, split: str) -> Dataset:
    """Read one split of a dataset.

    Raises:
        DatasetUnusable: naming every fault that was found, the first ten in full.
    """
    faults: list[str] = []
    corpus = {
        line.id: Document(line.title or "", line.text)
        for line in _read_lines(folder / "corpus.jsonl", faults)
    }
    texts = {line.id: line.text for line in _read_lines(folder / "queries.jsonl", faults)}
    qrels = _read_qrels(folder / "qrels" / f"{split}.tsv", faults)
    faults += [
        f"question {query} is judged but not in queries.jsonl"
        for query in qrels
        if query not in texts
    ]
    if not faults and not (corpus and qrels):
        faults.append("the collection or the judgements are empty")
    if faults:
        raise _unusable(folder, faults)
    return Dataset(
        name=folder.resolve().name,
        split=split,
        corpus=corpus,
        queries={query: texts[query] for query in qrels},
        qrels=qrels,
    )


def write_dataset(dataset: Dataset, folder: Path) -> None:
    """Write a dataset into a folder, which is made, so that `load_dataset` reads it back."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
        for name, document in dataset.corpus.items():
            file.write(_line({"_id": name, "title": document.title, "text": document.text}))
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as file:
        for name, text in dataset.queries.items():
            file.write(_line({"_id": name, "text": text}))
    with (folder / "qrels" / f"{dataset.split}.tsv").open("w", encoding="utf-8") as file:
        file.write("query-id\tcorpus-id\tscore\n")
        for query, scores in dataset.qrels.items():
            file.writelines(f"{query}\t{name}\t{score}\n" for name, score in scores.items())


def _line(values: dict[str, str]) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


def _read_lines(file: Path, faults: list[str]) -> Iterator[_Line]:
    seen: set[str] = set()
    for number, content in _numbered(file, faults):
        try:
            line = _Line.model_validate_json(content)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            faults.append(f"{file.name}:{number}: {place + ': ' if place else ''}{first['msg']}")
            continue
        if line.id in seen:
            faults.append(f"{file.name}:{number}: {line.id} stands here a second time")
        seen.add(line.id)
        yield line


def _read_qrels(file: Path, faults: list[str]) -> Qrels:
    qrels: Qrels = {}
    for number, content in _numbered(file, faults):
        columns = content.split("\t")
        if number == 1 and columns[-1].strip() == "score":
            continue
        try:
            query, document, score = columns
            qrels.setdefault(query, {})[document] = int(score)
        except ValueError:
            faults.append(
                f"{file.name}:{number}: needs {_COLUMNS} columns, the last a whole number"
            )
    return qrels


def _numbered(file: Path, faults: list[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not empty, numbered from 1; a file that cannot be read is a fault."""
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except FileNotFoundError:
        faults.append(f"{file.name} is missing")
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{file.name} cannot be read: {error}")


def _unusable(folder: Path, faults: list[str]) -> DatasetUnusable:
    shown = faults[:_FAULTS_SHOWN]
    more = len(faults) - len(shown)
    tail = f"\n  and {more} more" if more else ""
    splits = sorted(file.stem for file in folder.glob("qrels/*.tsv"))
    return DatasetUnusable(
        f"{folder} is not a dataset in BEIR layout:\n  " + "\n  ".join(shown) + tail,
        cure=f"Its splits are: {', '.join(splits)}." if splits else "Give a folder in BEIR layout.",
    )

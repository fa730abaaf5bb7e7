"""The bench counts what it says; a contender's process answers."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from benchmarks.speed.against import part_of
from benchmarks.speed.contest import known, scored
from benchmarks.speed.machine import Operations, operations
from benchmarks.speed.pipeline import STAGES, Stages, as_used, spread
from benchmarks.speed.table import Row, heading, show
from corpus.home import Home
from search.encoder.models import DEFAULT_MODEL
from search.evaluation.dataset import Dataset, Document
from search.loading import encoder_folder

ROOT = Path(__file__).resolve().parents[3]


def test_questions_are_kept_whose_answers_are_all_there() -> None:
    dataset = Dataset(
        name="d",
        split="dev",
        corpus={name: Document("", name) for name in "abcd"},
        queries={"1": "one", "2": "two", "3": "three", "4": "four"},
        qrels={"1": {"a": 1}, "2": {"a": 1, "c": 1}, "3": {"b": 1, "d": 0}, "4": {"b": 1}},
    )

    part = part_of(dataset, documents=2, questions=2)

    assert list(part.corpus) == ["a", "b"]
    assert list(part.queries) == list(part.qrels) == ["1", "3"]


def test_a_document_counts_where_its_best_passage_stands() -> None:
    assert scored(["b", "a", "b", "c"]) == {"b": 10.0, "a": 9.0, "c": 8.0}


def test_a_contender_nobody_knows_is_refused_by_name() -> None:
    assert known([])[0] == "this program"
    with pytest.raises(SystemExit, match="There is no elastic: choose among this program, plain"):
        known(["elastic"])


def test_operations_are_counted_from_the_graph() -> None:
    make = helper.make_node
    nodes = [
        make("MatMulIntegerToFloat", ["x", "w8"], ["a"], domain="com.microsoft"),
        make("MatMul", ["x", "w"], ["v"]),
        make("MultiHeadAttention", ["a", "a", "v"], ["m"], domain="com.microsoft"),
        make("Identity", ["m"], ["sentence_vector"]),
        make("MatMul", ["m", "w"], ["token_vectors"]),
    ]
    weights = [
        helper.make_tensor(name, kind, (4, 6), [0] * 24)
        for name, kind in (("w8", TensorProto.INT8), ("w", TensorProto.FLOAT))
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in ("sentence_vector", "token_vectors")
    ]
    graph = helper.make_graph(nodes, "small", [], outputs, weights)

    alone = operations(graph, 10, tokens=False)

    assert alone == Operations(int8=2 * 10 * 24, fp32=2 * 10 * 24 + 4 * 10 * 10 * 6)
    assert operations(graph, 10, tokens=True).fp32 == alone.fp32 + 2 * 10 * 24


def test_stages_end_where_the_next_begins() -> None:
    stages = Stages()
    stages.start("Reading reports", 1, "reports")
    time.sleep(0.02)
    stages.start("Encoding passages", 1, "passages")
    stages.end()

    assert list(stages.took) == ["read", "encode"]
    assert stages.took["read"] > 0.01 > stages.took["encode"]


def test_every_stage_of_a_build_is_counted(prepared_encoder: Path, tmp_path: Path) -> None:
    encoder = encoder_folder(Home(tmp_path / "home"), DEFAULT_MODEL)
    encoder.parent.mkdir(parents=True)
    encoder.symlink_to(prepared_encoder)
    report = tmp_path / "report.txt"
    report.write_text("Small group tuition gave pupils four months of progress.")

    stages = as_used([report], tmp_path).stages

    assert list(stages) == list(STAGES)
    assert all(stages.values())


def test_files_are_taken_at_equal_steps() -> None:
    files = [Path(str(number)) for number in range(10)]

    assert [file.name for file in spread(files, 3)] == ["0", "3", "6"]
    assert spread(files, 20) == files


def test_the_table_is_in_line(capsys: pytest.CaptureFixture[str]) -> None:
    show("part", "settings", ("ms", "ratio"), [Row("this program", ("1.5", "10.00"))])

    lines = capsys.readouterr().out.splitlines()
    assert lines == ["", "settings", "part           ms  ratio", "this program  1.5  10.00"]
    assert "commit" in heading()


def test_a_contender_indexes_and_answers_line_by_line(
    prepared_encoder: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "texts.jsonl"
    documents = {
        "trams": ("Trams", "New tram lines brought jobs to the suburbs they reached."),
        "tutors": ("Tutoring", "Small group tuition gave pupils four months of progress."),
    }
    texts.write_text(
        "".join(
            json.dumps({"document": name, "title": title, "text": text}) + "\n"
            for name, (title, text) in documents.items()
        ),
        "utf-8",
    )
    kept = tmp_path / "kept"
    kept.mkdir()
    asked = json.dumps({"way": "answer", "question": "Does tuition help pupils?"})

    said = subprocess.run(
        (
            *(sys.executable, "-m", "benchmarks.speed.peers.process", "this program"),
            *(str(prepared_encoder), str(kept), str(texts)),
        ),
        cwd=ROOT,
        input=f"{asked}\n\n",
        capture_output=True,
        text=True,
        check=True,
    )

    indexed, answer, memory = map(json.loads, said.stdout.splitlines())
    assert indexed["ways"] == ["answer"]
    assert indexed["seconds"] > 0
    assert answer["found"][0] == "tutors"
    assert memory["peak_mib"] >= memory["mib"] > 10

"""The `evidence` command as a stranger uses it: streams, exit codes, errors with a cure."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import rispy
from docx import Document
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from tests.once import copied
from tests.terminal import here, run

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "corpus" / "data" / "starter.jsonl"


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory, starter_home: Path) -> Path:
    return copied(starter_home, tmp_path_factory.mktemp("cli") / "home")


def test_a_second_time_does_nothing(starter: Path) -> None:
    assert "111 unchanged" in here(starter, "add", str(STARTER)).stderr
    assert "Nothing to do" in here(starter, "index").stderr


def test_only_results_go_to_standard_output(starter: Path) -> None:
    done = run(starter, "ask", "Does mentoring keep young people out of crime?")
    assert "Mentoring" in done.stdout
    assert "in this project's words" in done.stdout
    assert "EMMIE" in done.stdout
    assert done.stderr == ""
    assert here(starter, "index").stdout == ""


def test_json_follows_filters(starter: Path) -> None:
    done = here(starter, "ask", "mentoring", "--json", "--k", "3", "--centre", "eef")
    body = json.loads(done.stdout)
    assert {hit["report"]["centre"] for hit in body["hits"]} == {"eef"}
    assert body["hits"][0]["report"]["rating"]["evidence"] == "4 padlocks of 5"
    assert body["hits"][0]["report"]["is_summary"]


def test_an_answer_is_taken_away(starter: Path, tmp_path: Path) -> None:
    asked = ("export", "Does mentoring keep young people out of crime?", "--k", "3")
    ris = rispy.loads(here(starter, *asked, "--format", "ris").stdout)
    assert any("EMMIE" in note for entry in ris for note in entry["notes"])
    assert "http://127.0.0.1:8000/v1/passages/" in ris[0]["notes"][1]
    file = tmp_path / "briefing.docx"
    done = here(starter, *asked, "--format", "docx", "--output", str(file), "--centre", "eef")
    assert done.stdout == ""
    assert str(file) in done.stderr.replace("\n", "")
    words = [paragraph.text for paragraph in Document(str(file)).paragraphs]
    assert "Centre: Education Endowment Foundation (EEF)" in words
    wrong = here(starter, *asked, "--format", "odt", check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "csl-json" in wrong.stderr


def test_an_assistant_asks_over_standard_input(starter: Path) -> None:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from cli.main import main; main()", "mcp", "--home", str(starter)],
        cwd=ROOT,
    )

    async def talk() -> CallToolResult:
        async with Client(command) as client:
            return await client.call_tool("search", {"query": "street lighting crime", "k": 1})

    answer = asyncio.run(talk()).structured_content
    assert answer is not None
    [found] = answer["results"]
    assert found["is_summary"]
    assert found["permalink"].startswith("http://127.0.0.1:8000/v1/passages/")


def test_no_word_document_in_a_terminal(starter: Path) -> None:
    ours, theirs = pty.openpty()
    words = ["export", "mentoring", "--format", "docx", "--home", str(starter)]
    code = "from cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], stdout=theirs, stderr=subprocess.PIPE, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 1
    assert b"--output" in done.stderr


def test_near_misses_are_sorted_as_such(starter: Path) -> None:
    told = here(starter, "ask", "quantum chromodynamics lattice").stdout
    assert "No evidence found in this library." in told
    assert "\nThe nearest by " in told
    assert "\nBy " not in told


def test_nothing_found_is_said(starter: Path) -> None:
    done = here(starter, "ask", "mentoring", "--centre", "what-works-scotland")
    assert "Nothing was found" in done.stdout


def test_status_and_doctor(starter: Path) -> None:
    told = json.loads(here(starter, "status", "--json").stdout)
    parts = told["index"]["parts"]
    assert parts["count"] == 1
    assert parts["passages"] == told["index"]["counts"]["passages"]
    assert 10_000 < parts["bytes"] < told["bytes"]["index"]
    assert "each" not in parts
    (each,) = json.loads(here(starter, "status", "--json", "--parts").stdout)["index"]["parts"][
        "each"
    ]
    assert each["bytes"] == parts["bytes"]
    assert each["counts"] == told["index"]["counts"]
    assert told["counts"]["indexed"] == 111
    assert told["model"]["model_hash"]
    assert "111 indexed" in here(starter, "status").stdout
    assert "ill" not in here(starter, "doctor").stdout.split()


def test_doctor_finds_damage_and_says_the_cure(starter: Path, tmp_path: Path) -> None:
    home = tmp_path / "copy"
    copied(starter, home)
    store = min((home / "index" / "generations").rglob("store.sqlite"))
    store.write_bytes(store.read_bytes()[:-1] + b"x")
    done = here(home, "doctor", check=False)
    assert done.returncode == 1
    assert "--rebuild" in done.stdout
    asked = run(home, "ask", "mentoring", check=False)
    assert asked.returncode == 1
    assert "damaged" in asked.stderr
    assert "Traceback" not in asked.stderr
    here(home, "index", "--rebuild")
    here(home, "ask", "mentoring")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("ask", "anything"), 1, "no index"),
        (("ask", ""), 1, ""),
        (("add", "nowhere.pdf"), 1, "no file or folder"),
        (("add", "ftp://example.org/x"), 1, "no file or folder"),
        (("remove", "nothing"), 1, "no report"),
        (("ask", "x", "--k", "0"), 2, "--k"),
        (("index", "--model", "/no/such/model"), 1, ""),
        (("evaluate", "."), 1, "qrels"),
        (("nonsense",), 2, "nonsense"),
    ],
)
def test_bad_input_gets_a_clear_error(
    tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    home = tmp_path / "home"
    (home / "models").mkdir(parents=True)
    done = here(home, *words, check=False)
    assert done.returncode == code
    assert told.lower() in " ".join(done.stderr.lower().split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("there", [False, True], ids=["not there", "empty"])
@pytest.mark.parametrize(
    "words",
    ["index", "status", "remove x", "edit x", "doctor", "keys list", "keys revoke x", "feedback"],
)
def test_a_mistyped_home_is_told_of_and_not_begun(
    tmp_path: Path, words: str, *, there: bool
) -> None:
    home = tmp_path / "hoem"
    if there:
        home.mkdir()
    done = here(home, *words.split(), check=False)
    assert done.returncode == 1
    told = " ".join((done.stdout + done.stderr).split())
    assert f"There is no library in {home}." in told.replace("- ", "-")
    assert "evidence add" in told
    assert not (home.exists() and any(home.iterdir()))
    assert home.exists() == there


def test_metadata_faults_add_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Words.")
    (tmp_path / "metadata.csv").write_text("file,year\na.txt,soon\n")
    done = here(tmp_path / "home", "add", str(tmp_path / "a.txt"), check=False)
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_every_command_explains_itself(tmp_path: Path) -> None:
    told = here(tmp_path, "--help").stdout
    names = ("add", "index", "ask", "serve", "status", "remove", "doctor", "evaluate", "export")
    for name in names:
        assert name in told
        help_text = here(tmp_path, name, "--help").stdout
        assert "--home" in help_text
        assert "EVIDENCE_HOME" in help_text


def test_asking_never_imports_torch_or_pdf_code(starter: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from search.loading import load_searcher;"
        f"load_searcher(Path({str(starter)!r})).ask('mentoring');"
        "bad = {'torch', 'transformers', 'pypdf', 'pypdfium2', 'docx', 'trafilatura'};"
        "sys.exit(str(bad & sys.modules.keys()) if bad & sys.modules.keys() else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


def test_a_dataset_is_evaluated(starter: Path, tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    texts = {"d1": "Mentoring cuts crime.", "d2": "Street lighting cuts crime.", "d3": "Falls."}
    (tmp_path / "corpus.jsonl").write_text(
        "\n".join(json.dumps({"_id": k, "title": "", "text": v}) for k, v in texts.items())
    )
    asked = {"q1": "does mentoring help?", "q2": "lighting in streets", "q3": "falling"}
    (tmp_path / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": k, "text": v}) for k, v in asked.items())
    )
    (tmp_path / "qrels" / "dev.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\nq3\td3\t1\n"
    )
    runs = tmp_path / "runs"
    done = here(starter, "evaluate", str(tmp_path), "--json", "--runs", str(runs))
    body = json.loads(done.stdout)
    assert body["fused"]["nDCG@10"] == 1.0
    assert {"lexical", "dense", "halves", "fused"} <= body.keys()
    assert len(list(runs.glob("*.run"))) == 4
    (tmp_path / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    alone = here(starter, "evaluate", str(tmp_path)).stdout
    assert "fused" in alone
    assert "paired t" not in alone  # one question tests nothing


def test_packages_are_this_projects_own() -> None:
    import api  # noqa: PLC0415
    import cli  # noqa: PLC0415
    import corpus  # noqa: PLC0415
    import indexer  # noqa: PLC0415
    import search  # noqa: PLC0415

    for package in (api, cli, corpus, indexer, search):
        assert Path(package.__file__ or "").parents[1] == ROOT


def test_a_sync_in_which_everything_fails_exits_with_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("url\nhttps://127.0.0.1/report.pdf\n")
    registry = tmp_path / "centres.toml"
    registry.write_text(
        '[[centre]]\nid = "mine"\nname = "Mine"\nmember = "none"\npolicy_areas = ["any"]\n'
        f'[[centre.source]]\nkind = "addresses"\nurl = "{tmp_path / "a.csv"}"\n'
    )
    done = here(tmp_path / "home", "sync", "--registry", str(registry), check=False)
    assert done.returncode == 1
    assert "not in the public internet" in done.stdout


def test_related_studies_in_the_terminal(starter: Path, tmp_path: Path) -> None:
    done = here(starter, "related", "yef-mentoring", "-k", "2")
    assert "college-of-policing" in done.stdout
    assert "nearness" in done.stdout
    foreign = here(starter, "related", "--text", "supersonic flow over a swept wing at high speed")
    assert "Nothing in this library is close to it." in foreign.stdout
    listed = tmp_path / "refs.ris"
    listed.write_text("TY  - JOUR\nTI  - Mentoring to keep young people out of crime\nER  -\n")
    batch = here(starter, "related", "--references", str(listed))
    assert "yef-mentoring" in batch.stdout
    assert "1 references" in batch.stderr
    wrong = here(starter, "related", "yef-mentoring", "--doi", "10.1/x", check=False)
    assert wrong.returncode == 1
    assert "Cure:" in wrong.stderr


def test_a_report_that_changed_is_indexed_again(home: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    for year, found in (("2019", "two"), ("2024", "four")):
        note.write_text(
            f"Breakfast clubs in schools, {year}.\n\nPupils who ate before lessons gained "
            f"{found} months in reading and in maths, on average, over a year.\n"
        )
        here(home, "add", str(note))
        here(home, "index")
    answer = json.loads(here(home, "ask", "breakfast clubs and reading", "--json").stdout)
    assert len(answer["reports"]) == 1
    assert "four months" in answer["hits"][0]["text"]

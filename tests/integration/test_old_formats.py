"""An index of an older format: whole until a new one is verified and swapped in, then gone."""

import json
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest

from corpus.home import Home
from indexer.errors import BuildFailed
from search.errors import IndexUnusable
from search.index.generations import Generations
from search.searcher import Searcher
from tests.backends import Engine, write
from tests.builders import content, generation, report
from tests.fakes import HashingEncoder
from tests.terminal import here

ENCODER = HashingEncoder()
MADE = content(
    [report("a", "Class size"), report("b", "Hot spots policing")],
    [
        ("a", "Smaller classes give two months of extra progress at a very high cost to schools."),
        ("b", "Patrols in small hot spots of crime reduced offending without moving it elsewhere."),
    ],
    ENCODER,
)


def _age(folder: Path) -> None:
    """Make a generation one that an older version of this program wrote."""
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format_version": 5}))


@pytest.fixture
def old(tmp_path: Path) -> Generations:
    """Three generations of an older format."""
    generations = Generations(tmp_path / "index")
    for each in [generation(tmp_path, MADE, ENCODER) for _ in range(3)]:
        _age(each.folder)
    assert len(generations.ids()) == 3
    return generations


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("at", ["indexer.publish._verify", "search.index.generations.sync"])
@pytest.mark.parametrize("fault", [BuildFailed("It does not check out."), KeyboardInterrupt()])
def test_a_first_build_that_fails_loses_nothing(
    old: Generations, monkeypatch: pytest.MonkeyPatch, at: str, fault: BaseException
) -> None:
    before = _files(old.folder)

    def failing(*_: object) -> None:
        raise fault

    with monkeypatch.context() as broken:
        broken.setattr(at, failing)
        with pytest.raises(type(fault)):
            generation(old.folder.parent, MADE, ENCODER)
    assert _files(old.folder) == before


def test_they_go_once_the_new_one_is_live(
    old: Generations, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    prune = Generations.prune

    def watched(self: Generations) -> None:
        seen.append((self.manifest().generation, len(self.ids())))
        prune(self)

    monkeypatch.setattr(Generations, "prune", watched)
    new = generation(old.folder.parent, MADE, ENCODER)
    assert seen == [(new.manifest.generation, 4)]  # verified and live, and the three still there
    assert old.ids() == [new.manifest.generation]
    assert Searcher(new, ENCODER).ask("patrols in hot spots").hits


def test_the_library_s_status_names_them(home: Path, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(
        "Mentoring reduces crime among young people, two trials found."
    )
    here(home, "add", str(tmp_path / "one.txt"))
    here(home, "index")
    here(home, "index", "--rebuild")
    older, live = Generations(Home(home).index).ids()
    assert f"Kept beside it {older}" in " ".join(here(home, "status").stdout.split())
    for name in (older, live):
        _age(Generations(Home(home).index).path(name))
    told = json.loads(here(home, "status", "--json").stdout)
    assert told["generations"] == [older, live]
    assert "format version 5" in told["fault"]
    here(home, "index")
    (new,) = json.loads(here(home, "status", "--json").stdout)["generations"]
    assert new not in (older, live)


def test_in_a_database_it_stays_until_the_swap_after(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = engine.generations()
    write(MADE, ENCODER, places)
    with psycopg.connect(places.address.dsn, autocommit=True) as connection:
        connection.execute(
            "UPDATE library.generation SET manifest = "
            """regexp_replace(manifest, '"format_version": [0-9]+', '"format_version": 5')"""
        )

        def told() -> list[tuple[object, ...]]:
            found = "SELECT number, state FROM library.generation ORDER BY number"
            held = connection.execute("SELECT count(*) FROM generation_1.report").fetchall()
            return [*connection.execute(found).fetchall(), *held]

        def failing(*_: object) -> None:
            raise BuildFailed("It does not check out.")

        with monkeypatch.context() as broken:
            broken.setattr("indexer.engine._verify", failing)
            with pytest.raises(BuildFailed):
                write(MADE, ENCODER, places)
        assert told() == [(1, "live"), (2, "building"), (2,)]
        with pytest.raises(IndexUnusable, match="format version 5"):
            places.open_current()
        write(MADE, ENCODER, places)
        assert told() == [(1, "retired"), (2, "live"), (2,)]

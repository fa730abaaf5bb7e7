"""The registry of centres: the shipped file, and what is told of a file with faults."""

from pathlib import Path

import pytest

from corpus.centres import REGISTRY, identify_centre, load_registry
from corpus.centres.types import Licence, Membership, Politeness, SourceKind
from corpus.errors import RegistryError
from corpus.sources.patterns import wanted

CENTRE = """
[[centre]]
id = "{id}"
name = "{name}"
member = "founding"
policy_areas = ["health"]
"""


def registry(folder: Path, text: str) -> Path:
    path = folder / "centres.toml"
    path.write_text(text, encoding="utf-8")
    return path


def centre(id_: str, *more: str, name: str | None = None) -> str:
    return CENTRE.format(id=id_, name=name or f"Centre {id_}") + "\n".join(more) + "\n"


def source(*fields: str) -> str:
    return "\n".join(["[[centre.source]]", *fields])


def faults(folder: Path, text: str) -> str:
    with pytest.raises(RegistryError) as caught:
        load_registry(registry(folder, text))
    assert "evidence centres check" in str(caught.value.cure)
    return str(caught.value)


def test_the_shipped_registry_is_sound_and_whole() -> None:
    shipped = load_registry(REGISTRY)
    ids = [each.id for each in shipped.centre]
    assert len(set(ids)) == len(ids) >= 12
    assert {"nice", "eef", "college-of-policing", "local-growth", "taso"} <= set(ids)
    for each in shipped.centre:
        assert each.member
        assert each.policy_areas
        assert each.politeness.delay_s >= 1
        assert identify_centre(each.name) == each.id
        if each.membership is Membership.CURRENT:
            assert each.home_url
            assert each.source, f"{each.id} is gathered from nowhere"
    assert "{doi}" in (shipped.lookups.crossref or "")
    assert "{doi}" in (shipped.lookups.openalex or "")


def test_no_shipped_pattern_leaves_all_that_another_takes() -> None:
    for each in load_registry(REGISTRY).centre:
        for spec in each.source:
            for glob in spec.take:
                example = glob.replace("*", "x")
                assert wanted(example, spec.take, spec.leave), f"{each.id}: {glob}"


def test_a_small_registry_and_what_is_taken_for_granted(tmp_path: Path) -> None:
    more = source('kind = "sitemap"', 'url = "https://a.example/sitemap.xml"')
    (only,) = load_registry(registry(tmp_path, centre("one", more))).centre
    assert (only.id, only.membership) == ("one", Membership.CURRENT)
    assert only.licence == Licence(index=True, keep=True, show=False)
    assert only.politeness == Politeness(delay_s=2.0, hours=None)
    assert only.source[0].kind is SourceKind.SITEMAP
    assert not only.source[0].verified


def test_all_faults_are_told_at_once_naming_centres_by_id(tmp_path: Path) -> None:
    text = "".join(
        [
            centre("alpha", 'colour = "red"'),
            centre("beta", "[centre.politeness]", "delay_s = -1", 'hours = "25:00-26:00"'),
            centre("gamma", source('kind = "telepathy"', 'url = "https://c.example/"')),
            centre("delta", source('kind = "feed"', 'url = "c.example/feed"')),
            centre("epsilon", 'membership = "lapsed"', 'home_url = "www.e.example"'),
            '[[centre]]\nname = "No id"\nmember = "x"\npolicy_areas = []\n',
            "[lookups]\n",
            'crossref = "https://api.example/works/"\n',
        ]
    )
    told = faults(tmp_path, text)
    for expected in (
        "centre 'alpha': colour: Extra inputs are not permitted",
        "centre 'beta': politeness.delay_s: ",
        "centre 'beta': politeness.hours: ",
        "centre 'gamma': source.no. 1.kind: ",
        "centre 'delta': source.no. 1: url 'c.example/feed' must be a web address",
        "centre 'epsilon': membership: ",
        "centre 'epsilon': home_url: ",
        "centre no. 6: id: Field required",
        "centre no. 6: policy_areas: ",
        "lookups.crossref: ",
        "has 10 faults",
    ):
        assert expected in told


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (['kind = "listing"', 'url = "https://a.example/"'], "kind 'listing' needs `take`"),
        (['kind = "nice"', 'url = "https://a.example/"'], "needs `public`"),
        (
            ['kind = "feed"', 'url = "https://a.example/"', 'public = "https://a/{number}"'],
            "needs `public`",
        ),
        (['kind = "feed"', 'url = "https://a.example/"', 'pages = ["*"]'], "`pages` is for kind"),
        (['kind = "feed"', 'url = "https://a.example/"', 'about = "x"'], "`about` and `set`"),
        (['kind = "feed"', 'url = "file:///etc/passwd"'], "must be a web address"),
        (['kind = "feed"', 'url = "https://a.example/"', "take = ['']"], "take.no. 1: "),
        (['kind = "feed"', 'url = "https://a.example/"', 'grab = "x"'], "grab: Extra inputs"),
        (['kind = "feed"'], "url: Field required"),
    ],
)
def test_a_source_fits_its_kind(tmp_path: Path, fields: list[str], told: str) -> None:
    said = faults(tmp_path, centre("one", source(*fields)))
    assert "centre 'one': source.no. 1" in said
    assert told in said


def test_ids_and_names_are_one_centres_alone(tmp_path: Path) -> None:
    text = "".join(
        [
            centre("one"),
            centre("one", name="Another"),
            centre("two", name="Shared name"),
            centre("three", name="shared NAME"),
            centre("four", 'former_names = ["Centre one"]'),
            centre("five", name="two"),
        ]
    )
    told = faults(tmp_path, text)
    assert "centre 'one': 'one' names centre 'one' too" in told
    assert "centre 'three': 'shared name' names centre 'two' too" in told
    assert "centre 'four': 'centre one' names centre 'one' too" in told
    assert "centre 'five': 'two' names centre 'two' too" in told


def test_a_centre_may_repeat_its_own_name(tmp_path: Path) -> None:
    more = 'former_names = ["Centre one", "ONE"]'
    assert load_registry(registry(tmp_path, centre("one", more))).centre[0].id == "one"


@pytest.mark.parametrize("bad", ["", "X", "1a", "a b", "a_b", "UPPER", "a" * 41])
def test_an_id_is_a_short_word_in_small_letters(tmp_path: Path, bad: str) -> None:
    assert "id: String should match pattern" in faults(tmp_path, centre(bad))


@pytest.mark.parametrize("text", ["", "centre = []", "centre = 'x'", "[centre]\nid = 'x'"])
def test_a_registry_without_centres_is_told(tmp_path: Path, text: str) -> None:
    assert "centre" in faults(tmp_path, text)


def test_a_file_that_is_missing_or_no_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match=r"cannot be opened: No such file"):
        load_registry(tmp_path / "none.toml")
    with pytest.raises(RegistryError, match="is no TOML: Expected"):
        load_registry(registry(tmp_path, "[[centre"))
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b'name = "\xff"')
    with pytest.raises(RegistryError, match="is no TOML"):
        load_registry(odd)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("eef", "eef"),
        (" Education Endowment Foundation (EEF) ", "eef"),
        ("nice", "nice"),
        ("national institute for clinical excellence", "nice"),
        ("A council", "A council"),
    ],
)
def test_a_centre_is_known_by_any_of_its_names(words: str, found: str) -> None:
    assert identify_centre(words) == found

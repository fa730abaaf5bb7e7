import pytest

from corpus.sources.patterns import matches, wanted


@pytest.mark.parametrize(
    ("glob", "url", "match"),
    [
        ("*/report/*", "https://a.example/report/b", True),
        ("*/report/*", "https://a.example/report/", True),
        ("*/report/*", "https://a.example/reports/b", False),
        ("*.pdf", "https://a.example/x/y.PDF", True),
        ("*.pdf", "https://a.example/x.pdf?download=1", False),
        ("*.pdf*", "https://a.example/x.pdf?download=1", True),
        ("*?page=*", "https://a.example/list?page=2", True),
        ("*?page=*", "https://a.example/list/page=2", False),
        ("*/a[1].pdf", "https://a.example/a[1].pdf", True),
        ("*/a[1].pdf", "https://a.example/a1.pdf", False),
        ("*/a.b", "https://a.example/a-b", False),
        ("https://a.example/x", "https://a.example/x", True),
        ("https://a.example/x", "https://a.example/xy", False),
        ("a.example", "https://a.example/", False),
        ("*", "anything\nat all", True),
    ],
)
def test_a_star_is_any_run_and_everything_else_stands_for_itself(
    glob: str, url: str, *, match: bool
) -> None:
    assert matches(url, [glob]) is match


def test_no_pattern_matches_nothing_and_takes_everything() -> None:
    assert not matches("https://a.example/", [])
    assert wanted("https://a.example/", (), ())


def test_leave_goes_before_take() -> None:
    assert wanted("https://a.example/r/1", ("*/r/*",), ("*/draft*",))
    assert not wanted("https://a.example/r/draft-1", ("*/r/*",), ("*/draft*",))
    assert not wanted("https://a.example/news/1", ("*/r/*", "*/s/*"), ())
    assert not wanted("https://a.example/draft", (), ("*/draft*",))

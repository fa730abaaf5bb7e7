"""What the bench of reading leaves out, to tell what it is worth."""

from pathlib import Path

from benchmarks.relevance.reading import OneSpelling
from search.index.lexical import open_lexical
from search.index.lexical_writing import LexicalEntry, write_lexical


def test_the_other_spelling_is_not_searched_for(tmp_path: Path) -> None:
    texts = ("A program of behavior.", "A programme of behaviour.", "Nothing of the kind.")
    write_lexical((LexicalEntry(0, "", "", text) for text in texts), tmp_path)
    both = open_lexical(tmp_path, ranked=len(texts))
    one = OneSpelling(both._index, both._numbers, both._counted)  # noqa: SLF001 - as the bench has it

    assert sorted(both.search("behaviour", 3).ordinals) == [0, 1]
    assert one.search("behaviour", 3).ordinals.tolist() == [1]

"""A word as it is spelt on the other side of the Atlantic."""

import re
from typing import Final

#: British and American letters, each with what must follow.
_PAIRS: Final = (
    ("our", "or", ""),  # behaviour, behavior
    ("is", "iz", "(?=e|i|at)"),  # organise, organization
    ("ys", "yz", "(?=e|i)"),  # analyse
    ("tre", "ter", ""),  # centre
    ("bre", "ber", ""),  # fibre
    ("gramme", "gram", ""),  # programme
    ("enc", "ens", "(?=e)"),  # offence
    ("ctis", "ctic", ""),  # practise
    ("llor", "lor", ""),  # counsellor
    ("ogue", "og", ""),  # catalogue
    ("dgement", "dgment", ""),  # judgement
)
_RULES: Final = (
    *((re.compile(british + then), american) for british, american, then in _PAIRS),
    *((re.compile(american + then), british) for british, american, then in _PAIRS),
    (re.compile("[ao]e"), "e"),  # anaemia, foetus; e alone tells nothing of what it was
)


def variants(word: str) -> tuple[str, ...]:
    """Other spellings a word may have; most are no words, which an index will tell."""
    found = (rule.sub(letters, word, count=1) for rule, letters in _RULES)
    return tuple(dict.fromkeys(each for each in found if each != word))

"""Whether a prepared encoder says what the reference says.

The texts are fixed: sentences about policy put together to every length from nothing to
past the model's limit, with punctuation, other scripts and odd spacing among them.
"""

from typing import Final

import numpy as np

from search.encoder.recipe import ParityFigures
from search.encoder.types import BulkEncoder, Vectors

#: Texts of no words ("", "?!") come out lowest, at 0.989 for the default; any real text is
#: above 0.995. A wrong export (pooling, prompt, layout) is far below this.
MIN_COSINE: Final = 0.98
MEAN_COSINE: Final = 0.995
MIN_NEIGHBOURS: Final = 0.9
MEAN_TOKENS: Final = 0.995  # 0.9989 for the default in float32, its eight bits the reference
_NEAREST: Final = 10

_SENTENCES: Final = (
    "Small group tuition gave pupils about four months of extra progress over a year.",
    "Street lighting reduced burglary in most of the areas that were compared.",
    "Does mentoring keep young people out of custody?",
    "The trial randomised 114 schools; 2,316 children were followed to age 16.",
    "Costs are moderate: £310 per participant, falling to £95 once staff are trained.",
    "Housing First tenants were more likely to be in a stable home two years later.",
    "We found no effect on employment (RR 1.02, 95% CI 0.94 to 1.11; p = 0.63).",
    "Advice on starting a business helped new firms survive, though few took on staff.",
    "Evidence on loneliness among older people is thin and mostly from small studies.",
    "Parents who were sent weekly text messages read with their children more often.",
    "Hot spots policing cut recorded crime without moving it round the corner.",
    "How much does a breakfast club cost to run in a primary school?",
    "Apprenticeships at level 3 raised earnings by more than classroom training alone.",
    "Results should be read with care because a third of the sample was lost.",
    "Well-being rose in the neighbourhoods where residents chose how money was spent.",
    "Cognitive behavioural therapy in prison lowered reoffending among adult men.",
)
_ODD: Final = (
    "",
    " ",
    "?!",
    "crime",
    "na\u00efve caf\u00e9 \u2013 \u201cquoted\u201d \ufb01gures\u2026",
    "Gwella presenoldeb yn yr ysgol gynradd",
    "教育干预的证据 для школ",
    "line\nbreaks\tand\u00a0spaces \x00 of every\u200bkind",
    "https://example.org/reports/2021?id=7&lang=cy",
    "Antidisestablishmentarianism" * 12,
)


def parity_texts() -> list[str]:
    """A few dozen texts of 0 to about 450 words."""
    count = len(_SENTENCES)
    runs = [
        " ".join(_SENTENCES[(start + step) % count] for step in range(length))
        for start, length in enumerate(
            (1,) * count + (2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 32)
        )
    ]
    return [*runs, *_ODD]


def compare(encoder: BulkEncoder, reference: BulkEncoder) -> ParityFigures:
    """Measure an encoder against the reference, as queries and as documents."""
    texts = parity_texts()
    documents, expected = encoder.encode_documents(texts), reference.encode_documents(texts)
    queries, expected_queries = encoder.encode_queries(texts), reference.encode_queries(texts)
    cosines = np.concatenate(
        [(documents * expected).sum(axis=1), (queries * expected_queries).sum(axis=1)]
    )
    return ParityFigures(
        texts=len(texts),
        min_cosine=round(float(cosines.min()), 6),
        mean_cosine=round(float(cosines.mean()), 6),
        neighbours=round(_agreement(queries @ documents.T, expected_queries @ expected.T), 4),
    )


def compare_tokens(encoder: BulkEncoder, reference: BulkEncoder) -> list[str]:
    """What is wrong with an encoder's tokens of documents; empty when they are good."""
    texts = parity_texts()
    cosines: list[Vectors] = []
    pairs = zip(encoder.encode_with_tokens(texts), reference.encode_with_tokens(texts), strict=True)
    for found, wanted in pairs:
        if not (found.tokens and wanted.tokens):
            return ["no tokens"]
        if not np.array_equal(found.tokens.starts, wanted.tokens.starts):
            return ["tokens that begin elsewhere"]
        cosines.append((found.tokens.vectors * wanted.tokens.vectors).sum(axis=1))
    mean = float(np.concatenate(cosines).mean())
    if mean >= MEAN_TOKENS:
        return []
    return [f"mean cosine of tokens {mean:.4f} (at least {MEAN_TOKENS})"]


def faults(figures: ParityFigures) -> list[str]:
    """What makes an export too far from the reference to be used; empty when it is good.

    A cosine that is not a number counts as too low.
    """
    checks = (
        ("lowest cosine", figures.min_cosine, MIN_COSINE),
        ("mean cosine", figures.mean_cosine, MEAN_COSINE),
        ("nearest neighbours agreed on", figures.neighbours, MIN_NEIGHBOURS),
    )
    return [
        f"{what} {value} (at least {least})" for what, value, least in checks if not value >= least
    ]


def _agreement(scores: Vectors, expected: Vectors) -> float:
    """The mean share of each row's nearest others that two score matrices have in common."""
    shares = []
    for row, (found, wanted) in enumerate(zip(scores, expected, strict=True)):
        shares.append(len(_nearest(found, row) & _nearest(wanted, row)) / _NEAREST)
    return float(np.mean(shares))


def _nearest(scores: Vectors, itself: int) -> set[int]:
    ranked = [int(column) for column in np.argsort(-scores, kind="stable") if column != itself]
    return set(ranked[:_NEAREST])

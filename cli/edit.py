"""`evidence edit`: a person's corrections, which win over every other source."""

from typing import Annotated

import typer

from cli.app import HomeThereOption, app, messages
from corpus.errors import MetadataError
from corpus.metadata.claims import Claim
from corpus.metadata.corrections import FIELDS, correction


@app.command()
def edit(
    report: Annotated[str, typer.Argument(help="A report's id, or the path it was added from.")],
    home: HomeThereOption,
    assign: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="A field's right value (may be repeated): " + ", ".join(FIELDS) + ".",
        ),
    ] = None,
    forget: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Take a correction back (may be repeated)."),
    ] = None,
) -> None:
    """Correct what is known of a report, or show it with its sources.

    A correction wins over every other source and stays when the report is read again or
    replaced by a newer version. Without --set and --forget nothing is changed.

    Example: evidence edit nice-ng28-1a2b3c4d --set year=2022 --set "topics=diabetes; health"
    """
    from corpus.home import Home
    from corpus.library.library import Library

    claims = [_claim(each) for each in assign or ()]
    with Library(Home(home).library) as library, library.writing():
        entry = library.find(report)
        if claims or forget:
            entry = library.correct(entry.report_id, claims, forget=forget or ())
            messages().print("Corrected. `evidence index` brings it into the index.")
    for claim in entry.claims:
        value = "; ".join(claim.value) if isinstance(claim.value, tuple) else claim.value
        typer.echo(f"{claim.field}: {value} ({claim.source.value}, {claim.confidence.value})")


def _claim(assignment: str) -> Claim:
    """One `field=value`.

    Raises:
        MetadataError: no such field, or a value it cannot have.
    """
    field, sign, words = (part.strip() for part in assignment.partition("="))
    if not sign:
        raise MetadataError(
            f"{assignment!r} is no correction.",
            cure=f"Write FIELD=VALUE, with one of {', '.join(FIELDS)}.",
        )
    return correction(field, words)

"""`evidence serve`: the website and the HTTP API."""

from contextlib import suppress
from typing import Annotated

import typer

from cli.app import HomeOption, app, importing, one_thread_a_question


@app.command()
def serve(
    home: HomeOption,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on.", show_default="8000")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that answer.", show_default="1")
    ] = None,
) -> None:
    """Serve the website and the HTTP API until stopped with Ctrl-C."""
    one_thread_a_question()
    from concurrent.futures import ThreadPoolExecutor

    given = {"home": home, "host": host, "port": port, "workers": workers}
    with importing(), ThreadPoolExecutor(max_workers=1) as aside:
        from api.settings import load_settings
        from search.live import LiveSearcher

        settings = load_settings(
            **{name: value for name, value in given.items() if value is not None}
        )
        opening = (
            aside.submit(
                LiveSearcher, settings.home, reranker=settings.reranker, engine=settings.engine
            )
            if settings.workers == 1
            else None
        )
        from api.serving import serve as serve_forever  # meanwhile

    with suppress(KeyboardInterrupt):  # how it is stopped, and no failure
        serve_forever(settings, opening.result() if opening else None)

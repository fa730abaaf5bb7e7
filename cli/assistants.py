"""`evidence mcp`: the library for assistants."""

from typing import Annotated

import typer

from cli.app import HomeOption, app, messages, one_thread_a_question


@app.command()
def mcp(
    home: HomeOption,
    *,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over HTTP at /mcp; else over standard input.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Port to listen on, with --http.")
    ] = 8001,
    reranker: Annotated[
        str | None,
        typer.Option(
            envvar="EVIDENCE_RERANKER",
            help="Model that `evidence reranker` prepared.",
            show_default="none",
        ),
    ] = None,
) -> None:
    """Serve the library to assistants by the Model Context Protocol: search, fetch, related.

    Permalinks lead to EVIDENCE_PUBLIC_URL, or where `evidence serve` answers here.

    Example: evidence mcp --http --port 8001
    """
    one_thread_a_question()
    import asyncio

    from api.assistants import build_server
    from api.serving import check_free
    from api.settings import load_settings
    from search.live import LiveSearcher

    settings = load_settings(home=home)
    live = LiveSearcher(home, reranker=reranker, engine=settings.engine)
    server = build_server(live, site=settings.site)
    if http:
        check_free(host, port)
        messages().print(f"Assistants reach the library at http://{host}:{port}/mcp")
        asyncio.run(server.run_streamable_http_async(host=host, port=port, stateless_http=True))
    else:
        asyncio.run(server.run_stdio_async())

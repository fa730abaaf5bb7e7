"""All routers but those of the first answer; see `api.later`."""

from typing import Final

from api.routes import (
    about,
    batch,
    centres,
    comparing,
    discovery,
    docs,
    embedding,
    exports,
    feedback,
    feeds,
    files,
    judging,
    keys,
    lists,
    maps,
    oembed,
    pages,
    related,
    relating,
    reports,
    snippets,
    standing,
    streams,
    v1,
)

API: Final = (
    v1.router,
    batch.router,
    lists.router,
    related.router,
    maps.router,
    exports.router,
    streams.router,
    feeds.router,
    keys.router,
    feedback.router,
)
PAGES: Final = (
    pages.router,
    judging.router,
    embedding.router,
    snippets.router,
    oembed.router,
    docs.router,
    reports.router,
    files.router,
    comparing.router,
    centres.router,
    about.router,
    standing.router,
    relating.router,
    discovery.router,
)

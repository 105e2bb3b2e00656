"""An article as people read it: the page behind `link_view`. Plain on purpose, and free of scripts."""

import re
from html import escape, unescape
from typing import Any

from aiohttp import web

from emulator.articles import ARTICLE_PATH, Article
from emulator.state import EMULATOR

_TAG = re.compile(r"<[^<>]*>")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src http: https:; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1.5rem; color: #1d2430 }}
img {{ max-width: 100%; border-radius: .5rem }} .by {{ color: #586174 }} .lead {{ font-weight: 600 }}
</style></head><body><main><h1>{title}</h1><p class="by">{author}</p>{cover}<p class="lead">{description}</p>
{body}</main></body></html>"""


def add_routes(app: web.Application) -> None:
    """Hang this address into the application."""
    app.router.add_get(ARTICLE_PATH + "{article_id}", show_article)


async def show_article(request: web.Request) -> web.Response:
    """`GET /_emulator/articles/<id>`: the article, shown or hidden; 404 without one."""
    article = request.app[EMULATOR].articles.find(request.match_info["article_id"])
    if article is None:
        return web.Response(status=404, text="no such article")
    return web.Response(text=_render(article), content_type="text/html", headers=_HEADERS)


def _render(article: Article) -> str:
    return _PAGE.format(
        title=escape(article.title),
        author=escape(article.author),
        cover=_picture(article.cover_url),
        description=escape(article.description),
        body="\n".join(_render_piece(piece) for piece in article.body),
    )


def _render_piece(piece: dict[str, Any]) -> str:
    if piece["type"] == "image":
        return _picture(str(piece["url"]))
    # A text may hold markup; its words are shown and nothing else of it.
    return f"<p>{escape(unescape(_TAG.sub('', str(piece.get('content', '')))))}</p>"


def _picture(url: str) -> str:
    return f'<img src="{escape(url)}" alt="">' if url.startswith(("http://", "https://")) else ""

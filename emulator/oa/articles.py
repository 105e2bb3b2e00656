"""Articles of the account, which a broadcast may carry (docs: zalo 4.6).

`create` and `update` answer a token, `verify` yields the id once the platform is done. The fact sheet tells the
addresses; fields are those of the platform's SDK samples, and only what every source agrees on is required.
"""

from typing import Any

from aiohttp import web

from emulator.articles import Article
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.asked import Asked, read_body, read_data, read_text
from emulator.oa.gate import check_token
from emulator.oa.rules import INVALID, OUT_OF_RANGE, need_choice
from emulator.state import Emulator

KINDS = ("normal", "video")
SHOWN = ("show", "hide")
COVER_TYPES = ("photo", "video")
PIECES = {"text": "content", "image": "url", "video": "url", "product": "id"}  # a piece's type and its main field
MAX_LIMIT = 10
MAX_TITLE_CHARS = 150
MAX_DESCRIPTION_CHARS = 300
MAX_AUTHOR_CHARS = 50
_KNOWN = frozenset({"type", "title", "author", "description", "cover", "body", "status", "comment", "id"})


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v2.0/article/create", create_article)
    app.router.add_post("/v2.0/article/update", update_article)
    app.router.add_post("/v2.0/article/remove", remove_article)
    app.router.add_post("/v2.0/article/verify", verify_article)
    app.router.add_get("/v2.0/article/getslice", list_articles)
    app.router.add_get("/v2.0/article/getdetail", tell_article)


@platform_face
async def create_article(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/article/create`: `data.token`."""
    check_token(request, emulator)
    fields = _read_fields(await read_body(request))
    token = emulator.articles.create(
        lambda article_id, now_ms: Article(article_id, created_ms=now_ms, updated_ms=now_ms, **fields)
    )
    emulator.touch()
    return answer(success({"token": token}))


@platform_face
async def update_article(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/article/update`: the whole article again, with its `id`; `data.token`."""
    check_token(request, emulator)
    asked = await read_body(request)
    known = _find(asked, emulator)
    article = Article(known.article_id, created_ms=known.created_ms, updated_ms=0, **_read_fields(asked))
    token = emulator.articles.update(article)
    emulator.touch()
    return answer(success({"token": token}))


@platform_face
async def remove_article(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/article/remove` with `id`."""
    check_token(request, emulator)
    emulator.articles.remove(_find(await read_body(request), emulator).article_id)
    emulator.touch()
    return answer({"error": 0, "message": "Success"})


@platform_face
async def verify_article(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/article/verify` with `token`: `data.id`, or -214 as long as the platform works on it."""
    check_token(request, emulator)
    return answer(success({"id": emulator.articles.verify(read_text(await read_body(request), "token"))}))


@platform_face
async def list_articles(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/article/getslice?offset=&limit=&type=`: newest first."""
    check_token(request, emulator)
    asked = _read_query(request)
    kind = need_choice(asked.get("type"), "type", KINDS)
    offset, limit = _page_number(asked, "offset", 0, 1_000_000), _page_number(asked, "limit", 1, MAX_LIMIT)
    found = emulator.articles.all(kind)
    origin = f"{request.scheme}://{request.host}"
    medias = [_summary(article, origin) for article in found[offset : offset + limit]]
    return answer(success({"medias": medias, "total": len(found)}))


@platform_face
async def tell_article(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/article/getdetail?id=`."""
    check_token(request, emulator)
    article = _find(_read_query(request), emulator)
    detail = {
        "id": article.article_id,
        "type": article.kind,
        "title": article.title,
        "author": article.author,
        "cover": article.cover,
        "description": article.description,
        "status": article.status,
        "body": article.body,
        "comment": article.comment,
        **article.more,
    }
    return answer(success(detail))


def _read_query(request: web.Request) -> Asked:
    """These addresses take plain parameters; `data` with JSON, as their neighbours want it, does too."""
    return read_data(request) if "data" in request.query else dict(request.query)


def _find(asked: Asked, emulator: Emulator) -> Article:
    article = emulator.articles.find(read_text(asked, "id"))
    if article is None:
        raise Refused(INVALID, rule="id", detail="the account has no article with this id")
    return article


def _summary(article: Article, origin: str) -> dict[str, Any]:
    return {
        "id": article.article_id,
        "type": article.kind,
        "title": article.title,
        "status": article.status,
        "total_view": 0,
        "total_share": 0,
        "create_date": article.created_ms,
        "update_date": article.updated_ms,
        "thumb": article.cover_url,
        "link_view": origin + article.page_path,
    }


def _read_fields(asked: Asked) -> dict[str, Any]:
    kind = need_choice(asked.get("type", "normal"), "type", KINDS)
    is_normal = kind == "normal"
    return {
        "kind": kind,
        "title": _limited(asked, "title", MAX_TITLE_CHARS),
        "author": _limited(asked, "author", MAX_AUTHOR_CHARS) if asked.get("author") or is_normal else "",
        "description": _limited(asked, "description", MAX_DESCRIPTION_CHARS),
        "cover": _read_cover(asked.get("cover")) if is_normal else {"photo_url": str(asked.get("avatar", ""))},
        "body": _read_pieces(asked.get("body")) if is_normal else [],
        "status": need_choice(asked.get("status", "hide"), "status", SHOWN),
        "comment": need_choice(asked.get("comment", "show"), "comment", SHOWN),
        "more": {name: value for name, value in asked.items() if name not in _KNOWN},
    }


def _read_cover(cover: object) -> dict[str, Any]:
    if not isinstance(cover, dict) or cover.get("cover_type") not in COVER_TYPES:
        raise Refused(INVALID, rule="cover", detail="cover must be an object with cover_type photo or video")
    needed = "photo_url" if cover["cover_type"] == "photo" else "video_id"
    read_text(cover, needed)
    return cover


def _read_pieces(pieces: object) -> list[dict[str, Any]]:
    if not isinstance(pieces, list) or not pieces:
        raise Refused(INVALID, rule="body", detail="body must be a list with at least one piece")
    for piece in pieces:
        if not isinstance(piece, dict) or str(piece.get("type")) not in PIECES:
            raise Refused(INVALID, rule="body", detail=f"a piece's type is one of {', '.join(PIECES)}")
        names = (PIECES[str(piece["type"])], "video_id")  # a video is named by its address or by its id
        if not any(isinstance(piece.get(name), str) and piece[name] for name in names):
            raise Refused(INVALID, rule="body", detail=f"a piece of type {piece['type']} lacks its content")
    return pieces


def _limited(asked: Asked, name: str, max_chars: int) -> str:
    text = read_text(asked, name)
    if len(text) > max_chars:
        raise Refused(OUT_OF_RANGE, rule=name, detail=f"{name} is longer than {max_chars}")
    return text


def _page_number(asked: Asked, name: str, at_least: int, at_most: int) -> int:
    """A number from a query, where it is a text. The platform's words for a limit over 10 come with -201."""
    written = str(asked.get(name, at_least if name == "offset" else at_most))
    if not (written.isascii() and written.isdecimal() and len(written) < 10 and at_least <= int(written) <= at_most):
        raise Refused(INVALID, rule=name, detail=f"{name} must be a number from {at_least} to {at_most}")
    return int(written)

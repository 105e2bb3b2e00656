"""The `message` of the events that bring the account's own messages back to it (docs: zalo 7.4). Pure."""

from typing import Any
from urllib.parse import urljoin

from emulator.articles import Article
from emulator.media import STICKER_PATH
from emulator.oa.drafts import Draft

ECHO_NAMES = {"info_request": "request_user_info"}
"""How a kind is called in `oa_send_…`, where that differs."""


def name_echo(prefix: str, kind: str) -> str:
    """The event's name, such as `oa_send_image` for the prefix `oa_send_`."""
    return prefix + ECHO_NAMES.get(kind, kind)


def mirror(draft: Draft, shown: dict[str, Any], origin: str) -> dict[str, Any]:
    """What an echo tells of a message beside its id. `origin` makes the emulator's own addresses whole."""
    content: dict[str, Any] = {"text": draft.text} if draft.text else {}
    if draft.quote:
        content["quote_msg_id"] = draft.quote
    payload = _payload(draft, shown, origin)
    if payload is not None:
        kind = "template" if draft.elements else draft.kind
        content["attachments"] = [{"type": kind, "payload": payload}]
    return content


def mirror_article(article: Article, origin: str) -> dict[str, Any]:
    """What an echo tells of a broadcast: a link."""
    url = urljoin(origin, article.page_path)
    payload = {"thumbnail": article.cover_url, "description": article.description, "url": url}
    return {"text": article.title, "attachments": [{"type": "link", "payload": payload}]}


def mirror_template(message_id: str, text: str) -> dict[str, Any]:
    """What an echo tells of a template: the platform's own id of its picture, and the text (docs: zalo 7.4)."""
    payload = {"zinstant_id": f"z{message_id}", "text": text, "link_url": "", "checksum": ""}
    return {"attachments": [{"type": "template", "payload": payload}]}


def _payload(draft: Draft, shown: dict[str, Any], origin: str) -> dict[str, Any] | None:
    if draft.elements:
        return {"elements": list(draft.elements)}
    if draft.kind == "sticker" and draft.media:
        return {"id": draft.media.asset_id, "url": urljoin(origin, STICKER_PATH)}
    if draft.kind == "file":
        file = shown["file"]
        return {"url": urljoin(origin, file["url"]), "size": str(file["size"]), "name": file["name"]}
    if draft.media:
        url = urljoin(origin, shown["image_url"])
        return {"thumbnail": url, "url": url}
    return None

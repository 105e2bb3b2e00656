"""A published article to everybody who follows, or to a part of them (docs: zalo 4.6)."""

from typing import Any

from aiohttp import web

from emulator.articles import Article
from emulator.clock import is_night
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.oa.mirrors import mirror_article
from emulator.oa.requests import Incoming, echo, list_remarks, origin_of, respond, tell_sent
from emulator.oa.rules import (
    INVALID,
    OUT_OF_RANGE,
    UNSUPPORTED,
    Remarks,
    need_id,
    need_list,
    need_object,
    note_unknown,
)
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.trouble import faults_of

NIGHT = -234
PUBLISHED = "show"
TARGETS = {"ages": (0, 7), "gender": (0, 2), "locations": (0, 2), "cities": (0, 63), "platform": (1, 3)}
"""Least and largest value of each field (docs: zalo 4.6, grade C)."""


def is_broadcast(body: dict[str, Any]) -> bool:
    """Whether a request names a target instead of one person."""
    recipient = body.get("recipient")
    return isinstance(recipient, dict) and "target" in recipient


def send_article(request: web.Request, emulator: Emulator, incoming: Incoming) -> web.Response:
    """Send an article. The emulator knows nobody's age or city, so every follower gets it, whatever the target.

    Raises Refused: -201, -210, -211, -214 while the article is processed, -233 for anything but an article, -234.
    """
    note_unknown(incoming.body, ("recipient", "message"), "the body", incoming.remarks)
    _check_target(incoming.body["recipient"], incoming.remarks)
    article = _find_article(_check_message(incoming.body.get("message"), incoming.remarks), emulator)
    now_ms = emulator.clock.now_ms()
    check_night(emulator.config, now_ms)
    emulator.allowances.take_broadcast()
    list_remarks(request, incoming.remarks)
    body = tell_sent(new_message_id(), {}, now_ms)
    shown = {
        "kind": "article",
        "text": article.title,
        "title": article.title,
        "subtitle": article.description,
        "image_url": article.cover_url,
        "link_url": article.page_path,
    }
    for phone in emulator.phones.all():
        if _is_reached(phone):
            message = emulator.arrive(
                phone,
                channel="oa",
                message_id=new_message_id(),
                request=incoming.raw,
                answer=body,
                faults=faults_of(request),
                shown=dict(shown),
            )
            echo(emulator, "oa_send_link", message, mirror_article(article, origin_of(request)))
    return respond(body)


def check_night(config: EmulatorConfig, now_ms: int) -> None:
    """Whether advertising may go out at this hour (docs: zalo 4.7). Raises Refused(-234)."""
    if config.promotion_night_rule and is_night(now_ms):
        raise Refused(NIGHT)


def _is_reached(phone: Phone) -> bool:
    return phone.follows and phone.zalo and not phone.blocked and not phone.inactive


def _check_target(recipient: dict[str, Any], remarks: Remarks) -> None:
    note_unknown(recipient, ("target",), "recipient", remarks)
    target = need_object(recipient["target"], "recipient.target")
    note_unknown(target, TARGETS, "target", remarks)
    for name, (least, largest) in TARGETS.items():
        if name not in target:
            continue
        for value in _read_values(target[name], name, remarks):
            if not least <= value <= largest:
                raise Refused(OUT_OF_RANGE, rule=name, detail=f"target.{name} is from {least} to {largest}")


def _read_values(written: object, name: str, remarks: Remarks) -> list[int]:
    if isinstance(written, int) and not isinstance(written, bool):
        return [written]
    parts = [part.strip() for part in written.split(",")] if isinstance(written, str) else []
    if not parts or not all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts):
        raise Refused(INVALID, rule=name, detail=f"target.{name} must be a whole number")
    remarks.append((name, f"target.{name} is documented as a number; a text with commas is not verified"))
    return [int(part) for part in parts]


def _check_message(message: object, remarks: Remarks) -> str:
    """The article's id."""
    fields = need_object(message, "message")
    note_unknown(fields, ("attachment",), "message", remarks)
    if fields.get("attachment") is None:
        raise Refused(UNSUPPORTED, rule="broadcast", detail="only an article can be broadcast, no free text")
    attachment = need_object(fields["attachment"], "message.attachment")
    note_unknown(attachment, ("type", "payload"), "attachment", remarks)
    payload = need_object(attachment.get("payload"), "attachment.payload")
    if attachment.get("type") != "template" or payload.get("template_type") != "media":
        raise Refused(UNSUPPORTED, rule="broadcast", detail="an article is a template of the type media")
    note_unknown(payload, ("template_type", "elements"), "payload", remarks)
    element = need_object(need_list(payload.get("elements"), "payload.elements", most=1)[0], "an element")
    note_unknown(element, ("media_type", "attachment_id"), "an element", remarks)
    if element.get("media_type") != "article":
        raise Refused(UNSUPPORTED, rule="media_type", detail="only articles can be broadcast")
    return need_id(element.get("attachment_id"), "element.attachment_id")


def _find_article(article_id: str, emulator: Emulator) -> Article:
    article = emulator.articles.find(article_id)
    if article is None:
        emulator.articles.verify(article_id)  # -214 for the token of one under way, -201 for what nobody knows
        raise Refused(INVALID, rule="attachment_id", detail="this is an article's token; ask verify for its id")
    if article.status != PUBLISHED:
        raise Refused(INVALID, rule="attachment_id", detail="this article is hidden; only a published one can be sent")
    return article

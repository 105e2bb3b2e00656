"""Approved templates to a user id: cheaper than by phone, and without a window (docs: zalo 4.4)."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from emulator.allowances import RECEIVED_ENOUGH
from emulator.clock import parse_moment
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.broadcast import check_night
from emulator.oa.gate import find_user
from emulator.oa.mirrors import mirror_template
from emulator.oa.requests import Incoming, echo, list_remarks, respond, take, tell_sent
from emulator.oa.rules import INVALID, OUT_OF_RANGE, need_id, note_unknown
from emulator.oa.windows import OUT_OF_QUOTA, check_reachable
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id
from emulator.template_rules import check_data
from emulator.templates import PROMOTION, RESPONSE_BUTTON, Template
from emulator.trouble import faults_of

BY_PHONE_ONLY = -249  # docs: zalo 4.8
RESTRICTED = -244
TOO_LONG = -1121  # of the template host; this host has one code for every limit
FIRST_CREATED_MS = parse_moment("2025-12-10T00:00:00+07:00")  # docs: zalo 4.4
KINDS_BY_PHONE = frozenset({"otp", "journey"})


@dataclass(frozen=True, slots=True)
class TemplateByUser:
    """A send that passed."""

    user_id: str
    template: Template
    data: dict[str, str]
    tracking_id: str | None


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v3.0/oa/message/template", send_by_user)


@platform_face
async def send_by_user(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/message/template`: `user_id`, `template_id`, `template_data`."""
    incoming = await take(request, emulator)
    send = _check(incoming, emulator)
    phone = find_user(send.user_id, emulator)
    check_reachable(phone)
    if phone.refuses_templates:
        raise Refused(RESTRICTED)
    now_ms = emulator.clock.now_ms()
    if send.template.tag == PROMOTION:
        check_night(emulator.config, now_ms)
    _check_quota(send.template, phone, emulator, now_ms)
    emulator.quota.take(now_ms, send.template, phone.phone)
    list_remarks(request, incoming.remarks)
    message_id = new_message_id()
    body = tell_sent(message_id, {"user_id": send.user_id}, now_ms)
    message = emulator.arrive(
        phone,
        channel="oa",
        message_id=message_id,
        request=incoming.raw,
        answer=body,
        faults=faults_of(request),
        template_id=send.template.template_id,
        tracking_id=send.tracking_id,
        shown=send.template.shown(send.data),
    )
    echo(emulator, "oa_send_template", message, mirror_template(message_id, send.template.render(send.data)))
    return respond(body)


def may_go_by_user(template: Template) -> bool:
    """Whether a template may go to a user id: not OTP, journey or one with an answering button, not an old one."""
    is_answerable = any(button.type == RESPONSE_BUTTON for button in template.buttons)
    return template.kind not in KINDS_BY_PHONE and not is_answerable and template.created_ms >= FIRST_CREATED_MS


def _check(incoming: Incoming, emulator: Emulator) -> TemplateByUser:
    body, remarks = incoming.body, incoming.remarks
    known = ["user_id", "template_id", "template_data"]
    if emulator.config.uid_tracking_id:
        known.append("tracking_id")
    note_unknown(body, known, "the body", remarks)
    user_id = need_id(body.get("user_id"), "user_id")
    template = _find_template(body.get("template_id"), incoming, emulator)
    if not may_go_by_user(template):
        raise Refused(BY_PHONE_ONLY, rule="template_id", detail="this template goes by phone only; clone it")
    tracking_id = body.get("tracking_id")
    if tracking_id is not None:
        need_id(tracking_id, "tracking_id")
    return TemplateByUser(user_id, template, _check_data(body.get("template_data"), template), tracking_id)


def _find_template(written: object, incoming: Incoming, emulator: Emulator) -> Template:
    if isinstance(written, int) and not isinstance(written, bool):
        incoming.remarks.append(("template_id_type", "template_id must be a string"))
        written = str(written)
    template = emulator.templates.get(written) if isinstance(written, str) else None
    if template is None or not template.is_enabled:
        raise Refused(INVALID, rule="template_id", detail="no approved template has this id")
    return template


def _check_data(data: Any, template: Template) -> dict[str, str]:
    # The checks are those of the template host; its codes are not known on this one (docs: zalo 4.8).
    try:
        return check_data(data, template)
    except Refused as refused:
        code = OUT_OF_RANGE if refused.code == TOO_LONG else INVALID
        raise Refused(code, rule=refused.rule, detail=refused.detail) from refused


def _check_quota(template: Template, phone: Phone, emulator: Emulator, now_ms: int) -> None:
    # Counted together with those by phone; the codes are this host's.
    try:
        emulator.quota.check_account(template, now_ms)
    except Refused as refused:
        raise Refused(OUT_OF_QUOTA) from refused
    try:
        emulator.quota.check_citizen(template, phone.phone, now_ms)
    except Refused as refused:
        raise Refused(RECEIVED_ENOUGH) from refused

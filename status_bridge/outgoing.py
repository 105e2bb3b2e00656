"""A notice as the message that a channel takes: address, and words or template. Pure.

A channel gets what it sends and nothing more: a template goes without the long text.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient, TemplateContent
from dossiers.status import Notice
from status_bridge.backlog import say_replaced
from status_bridge.short_text import ShortForm, short_text
from storage.notices import ClaimedNotice, tracking_id

CONSULTATION: Final = "zalo_oa"
TEMPLATE_BY_USER: Final = "zalo_template_uid"
TEMPLATE_BY_PHONE: Final = "zalo_template"
EMAIL: Final = "email"

_SUBJECTS: Final = {"vi": ("Hồ sơ {code}: {state}", "Thông báo"), "en": ("Dossier {code}: {state}", "Notice")}
_NOTICES: Final = frozenset(Notice)


def compose_message(channel: str, notice: ClaimedNotice, template_id: str | None, form: ShortForm) -> OutgoingMessage:
    """Return the message of a notice for a channel that may take it; one that is none of the four sends short messages.

    A notice that was sent instead of earlier ones says so.
    """
    content = notice.content
    if notice.replaces:
        content = say_replaced(content, notice.replaces, notice.language)
    reference = tracking_id(notice.id)
    if channel == TEMPLATE_BY_PHONE:
        to_phone = Recipient(phone=SecretStr(notice.phone or ""))
        return OutgoingMessage(reference=reference, recipient=to_phone, template=_template(template_id, content))
    if channel == TEMPLATE_BY_USER:
        to_user = Recipient(user_id=notice.known.user_id)
        return OutgoingMessage(reference=reference, recipient=to_user, template=_template(template_id, content))
    if channel == CONSULTATION:
        to_user = Recipient(user_id=notice.known.user_id)
        return OutgoingMessage(reference=reference, recipient=to_user, text=content["text"])
    if channel == EMAIL:
        to_box = Recipient(email=SecretStr(notice.email or ""))
        subject = _subject(notice, content)
        return OutgoingMessage(reference=reference, recipient=to_box, text=content["text"], subject=subject)
    words = short_text(notice.kind, content, code=notice.dossier_code, language=notice.language, form=form)
    return OutgoingMessage(reference=reference, recipient=Recipient(phone=SecretStr(notice.phone or "")), text=words)


def _template(template_id: str | None, content: Mapping[str, Any]) -> TemplateContent:
    return TemplateContent(template_id=template_id or "", params=content.get("params") or {})


def _subject(notice: ClaimedNotice, content: Mapping[str, Any]) -> str:
    given = content.get("subject")
    if isinstance(given, str):
        return given
    with_code, without = _SUBJECTS.get(notice.language, _SUBJECTS["vi"])
    if notice.dossier_code is None or notice.kind not in _NOTICES:
        return without
    kind = Notice(notice.kind)
    return with_code.format(code=notice.dossier_code, state=kind.label_en if notice.language == "en" else kind.label_vi)

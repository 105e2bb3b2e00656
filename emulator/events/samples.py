"""What stands in an event when nobody says otherwise: the content of each kind, as the fact sheet shows it.

docs: zalo 7.4
"""

from dataclasses import dataclass
from typing import Any

from emulator.phones import Phone

Fields = dict[str, Any]
HOUR_MS = 3_600_000
GROUP_ID = "f414c8f76fa586fbdfb4"
TEMPLATE_ID = "400101"
NOBODY = "anonymous-visitor"
_PLACE = "https://dvc.example.vn/emulator"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a sample is made from: a fresh message id, the time in ms, and the citizen if there is one."""

    message_id: str
    now_ms: int
    phone: Phone | None = None

    @property
    def number(self) -> str:
        """The citizen's number, or an invented one."""
        return self.phone.phone if self.phone else "84900000000"

    @property
    def users(self) -> list[str]:
        """The citizen's id in a list, empty for nobody."""
        return [self.phone.user_id] if self.phone else []


ATTACHMENTS: dict[str, Fields] = {
    "image": {"thumbnail": f"{_PLACE}.jpg", "url": f"{_PLACE}.jpg"},
    "gif": {"thumbnail": f"{_PLACE}.gif", "url": f"{_PLACE}.gif"},
    "link": {"thumbnail": f"{_PLACE}.jpg", "description": "Cổng dịch vụ công", "url": _PLACE},
    "audio": {"url": f"{_PLACE}.amr"},
    "video": {"url": f"{_PLACE}.mp4", "thumbnail": f"{_PLACE}.jpg", "description": ""},
    "sticker": {"url": f"{_PLACE}.png", "id": "46991"},
    "location": {"coordinates": {"latitude": "10.7769", "longitude": "106.7009"}},
    "file": {
        "url": f"{_PLACE}.pdf",
        "size": "4",
        "name": "giay-to.pdf",
        "checksum": "098f6bcd4621d373cade4e832627b4f6",
        "type": "pdf",
    },
    "template": {"zinstant_id": "0", "text": "", "link_url": _PLACE, "checksum": ""},
    "carousel": {"thumbnail": f"{_PLACE}.jpg", "url": _PLACE},
    "list": {"thumbnail": f"{_PLACE}.jpg", "description": "Cổng dịch vụ công", "url": _PLACE},
}


def text(moment: Moment) -> Fields:
    """A message of words."""
    return {"msg_id": moment.message_id, "text": "Xin chào"}


def attachment(kind: str, moment: Moment) -> Fields:
    """A message with one attachment of this kind."""
    return {"msg_id": moment.message_id, "attachments": [{"type": kind, "payload": ATTACHMENTS[kind]}]}


def business_card(moment: Moment) -> Fields:
    """A contact: a link whose description is JSON in a text."""
    description = f'{{"phone":"{moment.number}","qrCodeUrl":"{_PLACE}.png"}}'
    payload = {"thumbnail": f"{_PLACE}.jpg", "description": description, "url": _PLACE}
    return {**text(moment), "attachments": [{"type": "link", "payload": payload}]}


def reaction(moment: Moment) -> Fields:
    """A heart."""
    return {"msg_id": moment.message_id, "react_icon": "/-heart"}


def info(moment: Moment) -> Fields:
    """What the form shares, in the newer shape."""
    address = {"user_address": "1 Lê Lợi", "user_ward": "Bến Nghé", "user_city": "TP. Hồ Chí Minh"}
    named = {"name": moment.phone.name if moment.phone else "Công dân", "phone": moment.number}
    return {**named, "user_dob": "01/01/1990", "gender": "male", "full_address": address}


def tag(moment: Moment) -> Fields:
    """A tag and those who carry it."""
    return {"user_ids": moment.users, "name": "ho-so-moi"}


def group(moment: Moment) -> Fields:
    """A group and the people concerned."""
    return {"group_id": GROUP_ID, "users": [{"id": user_id} for user_id in moment.users]}


def call(moment: Moment) -> Fields:
    """A call that was taken and lasted half a minute."""
    return {
        "call_id": moment.message_id,
        "call_type": "audio",
        "init_time": str(moment.now_ms),
        "call_duration": "35",
        "talk_time": "30",
        "status_code": "0",
    }


def consent(moment: Moment) -> Fields:
    """A request for consent that was just sent."""
    times = {"create_time": str(moment.now_ms), "expired_time": str(moment.now_ms + 24 * HOUR_MS)}
    return {"phone": moment.number, "request_type": "SENT", **times}


def consent_reply(moment: Moment) -> Fields:
    """A yes."""
    times = {"confirmed_time": str(moment.now_ms), "expired_time": str(moment.now_ms + 24 * HOUR_MS)}
    return {"phone": moment.number, "user_consent": "ALLOW", **times}


def rating(moment: Moment) -> Fields:
    """Five stars on a template."""
    times = {"submit_time": str(moment.now_ms)}
    return {"note": "", "rate": 5, **times, "msg_id": moment.message_id, "feedbacks": [], "tracking_id": ""}


def response_button(moment: Moment) -> Fields:
    """A tap on a template's answer."""
    said = {"submit_time": str(moment.now_ms), "button_type": "response", "data": "Đồng ý", "tracking_id": ""}
    return {"msg_id": moment.message_id, "message": said}


def anonymous(kind: str, moment: Moment) -> Fields:
    """A message of a visitor, or to one."""
    content = text(moment) if kind == "text" else attachment(kind, moment)
    return {**content, "conversation_id": "conversation"}

"""What eSMS refuses in a message, as pure checks on the body (docs: zalo 10.1, 10.3).

The sheet calls several codes "payload / type errors"; here they are told apart as the partner's table words them: 300
no SmsType, 118 no such SmsType, 301 one that belongs to another address, 110 any other field.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from emulator.clock import VIETNAM
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.phones import normalise_phone
from emulator.sms.alphabet import Encoding, choose_encoding, count_parts, is_gsm
from emulator.sms.carriers import carrier_of

MAX_REQUEST_ID_CHARS = 50
MAX_CAMPAIGN_CHARS = 254
MAX_BRANDNAME_CHARS = 11
SEND_DATE_FORM = "%Y-%m-%d %H:%M:%S"
CARE, FIXED_NUMBER = "2", "8"
OTHER_TYPES = frozenset({"1", "23", "24", "25", "26", "27"})  # ads, Viber, Zalo: other addresses
KNOWN_FIELDS = frozenset(
    {"ApiKey", "SecretKey", "Phone", "Content", "Brandname", "SmsType", "IsUnicode", "Sandbox", "RequestId"}
    | {"CallbackUrl", "SendDate", "campaignid"}
)
_PHONE = re.compile(r"(0|84|\+84)\d{9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class EsmsSend:
    """A message that passed. `due_ms` is 0 for at once; `brandname` is empty for a fixed number."""

    phone: str
    content: str
    brandname: str
    encoding: Encoding
    parts: int
    sms_type: str
    request_id: str
    callback_url: str
    is_sandbox: bool
    due_ms: int


def check_send(body: dict[str, Any], config: EmulatorConfig) -> EsmsSend:
    """A message from its body. Raises Refused: 300, 118, 301, 110, 108, 104, 99, 177, 201, 146."""
    sms_type = _check_type(body)
    content = _text(body, "Content")
    if not content.strip():
        raise Refused(110, rule="Content", detail="Content must be a text that is not empty")
    phone = _check_phone(_text(body, "Phone"))
    is_unicode = _flag(body, "IsUnicode")
    brandname = _check_brandname(_text(body, "Brandname"), config) if sms_type == CARE else ""
    _check_receiver(phone, sms_type, config)
    _check_words(content, config)
    encoding = _check_alphabet(content, sms_type, config, is_unicode=is_unicode)
    if sms_type == CARE:
        _check_template(content, brandname, config)
    _short_text(body, "campaignid", MAX_CAMPAIGN_CHARS)
    parts = count_parts(content, encoding)
    if parts > config.sms_max_parts:
        raise Refused(110, rule="Content", detail=f"Content is longer than {config.sms_max_parts} parts")
    return EsmsSend(
        phone=phone,
        content=content,
        brandname=brandname,
        encoding=encoding,
        parts=parts,
        sms_type=sms_type,
        request_id=_short_text(body, "RequestId", MAX_REQUEST_ID_CHARS),
        callback_url=_check_url(_text(body, "CallbackUrl")),
        is_sandbox=_flag(body, "Sandbox"),
        due_ms=_check_date(_text(body, "SendDate")),
    )


def _check_type(body: dict[str, Any]) -> str:
    sms_type = _text(body, "SmsType")
    if not sms_type:
        raise Refused(300, rule="SmsType", detail="SmsType is missing")
    if sms_type in OTHER_TYPES:
        raise Refused(301, rule="SmsType", detail="this SmsType has another address; here are 2 and 8")
    if sms_type not in {CARE, FIXED_NUMBER}:
        raise Refused(118, rule="SmsType", detail="SmsType must be 2 or 8")
    return sms_type


def _check_phone(written: str) -> str:
    phone = normalise_phone(written) if _PHONE.fullmatch(written) else None
    if phone is None:
        raise Refused(108, rule="Phone", detail="Phone must be one Vietnamese mobile number without spacing")
    return phone


def _check_brandname(brandname: str, config: EmulatorConfig) -> str:
    is_known = brandname in config.esms_brandnames if config.esms_brandnames else bool(brandname)
    if not is_known or len(brandname) > MAX_BRANDNAME_CHARS:
        raise Refused(104, rule="Brandname", detail="Brandname must be a registered one of at most 11 characters")
    return brandname


def _check_receiver(phone: str, sms_type: str, config: EmulatorConfig) -> None:
    if phone in config.esms_blocked_phones:
        raise Refused(99)
    if sms_type == CARE and config.esms_carriers and carrier_of(phone).name not in config.esms_carriers:
        raise Refused(177)


def _check_words(content: str, config: EmulatorConfig) -> None:
    lowered = content.casefold()
    if any(word.casefold() in lowered for word in config.esms_forbidden_words):
        raise Refused(201, rule="Content", detail="Content has a forbidden keyword")


def _check_alphabet(content: str, sms_type: str, config: EmulatorConfig, *, is_unicode: bool) -> Encoding:
    if is_unicode and sms_type == CARE and not config.esms_unicode:
        raise Refused(146, rule="IsUnicode", detail="the brandname is not registered for Unicode")
    if is_unicode:
        return "unicode"
    if not is_gsm(content):
        code = 146 if sms_type == CARE else 110
        raise Refused(code, rule="IsUnicode", detail="Content with diacritics needs IsUnicode 1")
    return choose_encoding(content)


def _check_template(content: str, brandname: str, config: EmulatorConfig) -> None:
    patterns = config.esms_templates
    if patterns and not any(_compile(pattern).fullmatch(content) for pattern in patterns):
        raise Refused(146, rule="Content", detail="Content matches no registered template")
    if config.esms_brand_in_content and brandname.casefold() not in content.casefold():
        raise Refused(146, rule="Content", detail="Content must hold the brandname")


@lru_cache(maxsize=64)
def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))  # then it is meant literally


def _check_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_good = not url or (parts.scheme in {"http", "https"} and bool(parts.hostname))
    except ValueError:
        is_good = False
    if not is_good:
        raise Refused(110, rule="CallbackUrl", detail="CallbackUrl must be an http or https address")
    return url


def _check_date(written: str) -> int:
    if not written:
        return 0
    try:
        moment = datetime.strptime(written, SEND_DATE_FORM).replace(tzinfo=VIETNAM)
    except ValueError as error:
        raise Refused(110, rule="SendDate", detail="SendDate must be written yyyy-mm-dd hh:MM:ss") from error
    return int(moment.timestamp() * 1000)


def _flag(body: dict[str, Any], name: str) -> bool:
    written = _text(body, name) or "0"
    if written not in {"0", "1"}:
        raise Refused(110, rule=name, detail=f'{name} must be "0" or "1"')
    return written == "1"


def _short_text(body: dict[str, Any], name: str, max_chars: int) -> str:
    text = _text(body, name)
    if len(text) > max_chars:
        raise Refused(110, rule=name, detail=f"{name} is longer than {max_chars}")
    return text


def _text(body: dict[str, Any], name: str) -> str:
    """A field as text; eSMS takes numbers too. Missing or null is empty."""
    value = body.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Refused(110, rule=name, detail=f"{name} must be a text")
    return str(value)

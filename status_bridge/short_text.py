"""A notice as a short message: who writes, which dossier, its state, what to do and until when. Pure.

A part costs about twice a template (docs: zalo 10.3), so the long text is not sent but told anew from the template's
parameters: what an officer wrote is cut first, a deadline and what to do are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dossiers.status import APOLOGY, Notice
from dossiers.text import sms_parts, to_gsm7, truncate

MIN_NOTE_CHARS: Final = 20  # a shorter stump of an officer's words says nothing
_LABELS: Final = {
    "vi": {notice.value: notice.label_vi.lower() for notice in Notice} | {APOLOGY: "trễ hẹn, xin lỗi Ông/Bà"},
    "en": {notice.value: notice.label_en.lower() for notice in Notice} | {APOLOGY: "late, we apologise"},
}
_HEADS: Final = {"vi": "{unit}: hồ sơ {code} {state}.", "en": "{unit}: dossier {code}: {state}."}
_UNITS: Final = {"vi": "Bộ phận một cửa", "en": "One-stop counter"}
_WORDS: Final = {
    "vi": {"han": "Hạn", "noi_bo_sung": "Nơi bổ sung", "ly_do": "Lý do", "mang_theo": "Mang theo", "ngay_hen": "Hẹn"},
    "en": {"han": "Until", "noi_bo_sung": "Where", "ly_do": "Why", "mang_theo": "Bring", "ngay_hen": "Due"},
}
# What follows the head, in the order in which it is read.
_DETAILS: Final[Mapping[str, Sequence[str]]] = {
    Notice.SUBMITTED: ("viec_tiep_theo",),
    Notice.ACCEPTED: ("ngay_hen", "viec_tiep_theo"),
    Notice.REFUSED: ("ly_do", "viec_tiep_theo"),
    Notice.SUPPLEMENT: ("noi_dung", "han", "noi_bo_sung"),
    Notice.FINISHED: ("cach_nhan", "mang_theo"),
    Notice.WITHDRAWN: ("viec_tiep_theo",),
    Notice.PAYMENT: ("viec_tiep_theo",),
    Notice.STOPPED: ("ly_do", "viec_tiep_theo"),
    Notice.RETURNED: ("viec_tiep_theo",),
    APOLOGY: ("ly_do", "ngay_hen"),
}
# Cut first, in this order: foreign words before ours, and what can be asked at the counter before what to do.
_CUT_FIRST: Final = ("noi_dung", "ly_do", "mang_theo", "noi_bo_sung", "cach_nhan", "ngay_hen", "viec_tiep_theo")


@dataclass(frozen=True, slots=True)
class ShortForm:
    """How short, and in which letters; `vnd_per_part` without VAT. As the gateway's adapter shapes and counts it."""

    max_parts: int = 3
    is_unicode: bool = False
    vnd_per_part: int = 500

    def parts(self, text: str) -> int:
        """Return how many parts the text takes as it will be sent."""
        return sms_parts(text if self.is_unicode else to_gsm7(text))

    def cost_vnd(self, text: str) -> int:
        """Return the price of all parts together."""
        return self.parts(text) * self.vnd_per_part


def short_text(kind: str, content: Mapping[str, Any], *, code: str | None, language: str, form: ShortForm) -> str:
    """Return a notice's words for a short message of at most `form.max_parts` parts.

    Args:
        kind: the notice's name; words of a kind that is no notice of a dossier are only cut to the length.
        content: what is said: `text`, `params`, and `sms` where words for a short message were approved: taken as is.
        code: the dossier's code.
        language: "vi" or "en"; others are told in Vietnamese.
        form: how short.
    """
    approved = content.get("sms")
    if isinstance(approved, str):
        return approved
    params, order = content.get("params") or {}, _DETAILS.get(kind)
    if order is None or code is None or not params:
        return _cut_to(str(content.get("text", "")), form)
    spoken = language if language in _HEADS else "vi"
    unit = params.get("don_vi") or _UNITS[spoken]
    head = _HEADS[spoken].format(unit=unit, code=code, state=_LABELS[spoken][kind])
    return _fit(head, {name: params[name] for name in order if params.get(name)}, _WORDS[spoken], form)


def _fit(head: str, details: dict[str, str], words: Mapping[str, str], form: ShortForm) -> str:
    for name in _CUT_FIRST:
        text = _join(head, details, words)
        if form.parts(text) <= form.max_parts:
            return text
        if name in details:
            details = _shorten(head, details, name, words, form)
    return _cut_to(_join(head, details, words), form)


def _shorten(
    head: str, details: dict[str, str], name: str, words: Mapping[str, str], form: ShortForm
) -> dict[str, str]:
    """Return the details with one of them cut to what fits, or without it when no more than a stump would."""
    low, high = MIN_NOTE_CHARS - 1, len(details[name])
    while high - low > 1:  # `low` fits (or is too short to keep), `high` does not
        middle = (low + high) // 2
        trial = details | {name: truncate(details[name], middle)}
        low, high = (middle, high) if form.parts(_join(head, trial, words)) <= form.max_parts else (low, middle)
    if low < MIN_NOTE_CHARS:
        return {other: value for other, value in details.items() if other != name}
    return details | {name: truncate(details[name], low)}


def _join(head: str, details: Mapping[str, str], words: Mapping[str, str]) -> str:
    said = [head]
    for name, value in details.items():
        sentence = f"{words[name]}: {value}" if name in words else value
        said.append(sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}.")
    return " ".join(said)


def _cut_to(text: str, form: ShortForm) -> str:
    if form.parts(text) <= form.max_parts:
        return text
    low, high = 0, len(text)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if form.parts(truncate(text, middle)) <= form.max_parts else (low, middle)
    return truncate(text, low)

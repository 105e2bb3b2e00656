"""One message instead of many: what a phone's notices over the day's limit say together. Pure.

Each dossier stands there with its code and where it is, what demands action first; never a procedure's name, and of a
phone that stands for many people only the codes. The message says of which moment it speaks, so it stays true when it
arrives late. Words live in `templates/<language>/digest.toml`.
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from dossiers.calendar import format_date_en, format_date_vi
from dossiers.status import Notice
from dossiers.text import nfc_length
from status_bridge.backlog import is_implied
from status_bridge.choices import DIGEST
from status_bridge.composition import LANGUAGES, MAX_TEXT_CHARS, CompositionError, platform_parameters
from storage.notices import NewNotice, notice_id
from storage.waiting import HeldNotice

KIND: Final = DIGEST
_FOLDER = Path(__file__).parent / "templates"
_WORDS = ("opening", "item", "with_deadline", "and_others", "closing", "next_action", "next_nothing")


@dataclass(frozen=True, slots=True)
class _Line:
    code: str
    text: str
    demands_action: bool


class Digests:
    """Composes merged messages.

    Raises:
        CompositionError: (on creation) a language lacks one of the words, or has one that nobody uses.
    """

    def __init__(self, *, hotline: str, zone: ZoneInfo, folder: Path = _FOLDER) -> None:
        self._hotline = hotline
        self._zone = zone
        self._limits = {name: int(rule["max"]) for name, rule in platform_parameters(folder)[KIND].items()}
        self._words: dict[str, dict[str, str]] = {}
        for language in LANGUAGES:
            words = tomllib.loads((folder / language / f"{KIND}.toml").read_text(encoding="utf-8"))
            if set(words) != set(_WORDS):
                raise CompositionError(f"{language}/{KIND}.toml: it must have exactly {', '.join(_WORDS)}")
            self._words[language] = words

    def compose(self, held: Sequence[HeldNotice], *, now: datetime) -> NewNotice:
        """Return the one notice that says what `held` (at least one, all of one phone) would have said.

        Its id follows from the first of them: merged twice, they would make the same message.
        """
        held = sorted(held, key=lambda one: (one.created_at, one.ordinal or 0, one.id))
        first = held[0]
        language = first.language if first.language in self._words else LANGUAGES[0]
        is_shared = any(one.content.get("minimal") for one in held)
        lines = self._lines(standing(held), language, is_shared=is_shared)
        boxes = {one.email.casefold() if one.email else None for one in held}
        return NewNotice(
            id=notice_id(first.id, KIND),
            dossier_id=None,
            dossier_code=None,
            ordinal=None,
            event_key=None,
            kind=KIND,
            state="pending",
            reason=None,
            demands_action=any(line.demands_action for line in lines),
            language=language,
            phone=first.phone,
            content={**self._content(lines, language, now), **({"minimal": True} if is_shared else {})},
            due_at=now,
            email=first.email if len(boxes) == 1 else None,  # it speaks of several people: not into one's letter box
            replaces=0,
        )

    def _lines(self, held: Sequence[HeldNotice], language: str, *, is_shared: bool) -> list[_Line]:
        by_code: dict[str, list[HeldNotice]] = defaultdict(list)
        for one in held:
            by_code[one.dossier_code or "?"].append(one)
        lines = [self._line(code, ones, language, is_shared=is_shared) for code, ones in by_code.items()]
        return sorted(lines, key=lambda line: not line.demands_action)  # stable: else as they came

    def _line(self, code: str, ones: Sequence[HeldNotice], language: str, *, is_shared: bool) -> _Line:
        demands_action = any(one.demands_action for one in ones)
        if is_shared:
            return _Line(code, code, demands_action)
        states = list(dict.fromkeys(self._state(one, language) for one in ones))
        return _Line(code, self._words[language]["item"].format(code=code, state="; ".join(states)), demands_action)

    def _state(self, one: HeldNotice, language: str) -> str:
        notice = Notice(one.kind)
        state = notice.label_en if language == "en" else notice.label_vi
        deadline = str(one.content.get("params", {}).get("han", ""))
        # "As soon as you can" is no date.
        if not any(character.isdigit() for character in deadline):
            return state
        return self._words[language]["with_deadline"].format(state=state, deadline=deadline)

    def _content(self, lines: Sequence[_Line], language: str, now: datetime) -> Mapping[str, Any]:
        words = self._words[language]
        moment = (format_date_en if language == "en" else format_date_vi)(now, self._zone)
        opening, closing = words["opening"].format(moment=moment), words["closing"].format(hotline=self._hotline)
        todo = words["next_action" if any(line.demands_action for line in lines) else "next_nothing"]
        todo = todo.format(hotline=self._hotline)
        room = MAX_TEXT_CHARS - nfc_length(f"{opening}\n{todo}\n{closing}\n")
        texts = [line.text for line in lines]
        return {
            "text": "\n".join((opening, _fit(texts, "\n", room, words["and_others"]), todo, closing)),
            "params": {
                "so_ho_so": str(len(lines)),
                "danh_sach": _fit(texts, ". ", self._limits["danh_sach"], words["and_others"]),
                "viec_tiep_theo": todo[: self._limits["viec_tiep_theo"]],
            },
        }


def standing(held: Sequence[HeldNotice]) -> list[HeldNotice]:
    """Return, in order, what still holds: without what a later notice of the same dossier and person implies."""
    together: dict[tuple[int | None, str], list[HeldNotice]] = defaultdict(list)
    for one in held:
        together[one.dossier_id, one.role].append(one)

    def is_over(one: HeldNotice) -> bool:
        return any(
            (other.ordinal or 0) > (one.ordinal or 0) and is_implied(one.kind, other.kind)
            for other in together[one.dossier_id, one.role]
        )

    return [one for one in held if one.dossier_id is None or not is_over(one)]


def _fit(texts: Sequence[str], separator: str, room: int, and_others: str) -> str:
    """Join as many texts as there is room for, and say how many are left out."""
    lengths = [nfc_length(text) for text in texts]
    for count in range(len(texts), 0, -1):
        left = len(texts) - count
        more = [and_others.format(count=left)] if left else []
        length = sum(lengths[:count]) + sum(map(nfc_length, more)) + len(separator) * (count + len(more) - 1)
        if length <= room:
            return separator.join([*texts[:count], *more])
    return and_others.format(count=len(texts))[:room]

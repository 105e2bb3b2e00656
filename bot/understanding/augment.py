"""More forms of an utterance, as people would have typed it: without accents, in haste, shortened, politely.

Deterministic: the random source is passed in.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bot.understanding.concepts import longest_phrases, procedure_trie, read_phrases
from dossiers.text import fold

_OPENINGS = (
    "dạ", "ad ơi", "ad ơi cho em hỏi", "cho em hỏi", "cho mình hỏi", "dạ em chào ad, cho em hỏi", "cho tôi hỏi", "alo",
    "chào bạn", "dạ cho hỏi", "xin hỏi", "cho hỏi chút", "em ơi", "anh chị cho em hỏi", "bạn ơi", "cán bộ ơi",
    "dạ thưa", "cho con hỏi", "mình muốn hỏi", "cho tui hỏi", "xin chào, tôi muốn hỏi", "ad cho hỏi",
)  # fmt: skip
_ENDINGS = (
    "ạ", "vậy ạ", "vậy", "nhé", "nha", "với ạ", "giúp em với", "giúp mình nhé", "hỉ", "hè", "đi", "ad", "ạ?", "cảm ơn",
    "em cảm ơn ạ", "ad ơi", "dùm", "giúp tôi", "nha ad", "rứa", "hả", "a", "z", "v ạ",
)  # fmt: skip
_SHORTENED = {
    "hồ sơ": "hs", "kết quả": "kq", "giấy tờ": "gt", "không": "ko", "được": "dc", "gì": "j", "rồi": "r", "vậy": "z",
    "số điện thoại": "sdt", "căn cước": "cccd", "bao nhiêu": "bnhiu", "thủ tục": "tt", "bạn": "b", "đăng ký": "đk",
    "với": "vs", "khai sinh": "ks", "thông báo": "tb", "cán bộ": "cb", "giấy phép xây dựng": "gpxd", "làm": "lm",
    "thông tin": "ttin", "mình": "mk", "em": "e", "tôi": "tui", "cảm ơn": "tks", "đâu": "mô", "sao": "răng",
    "nhân viên": "nv", "người": "ng", "dịch vụ công": "dvc", "bây giờ": "chừ", "này": "ni", "bưu điện": "bđ",
}  # fmt: skip
_NEIGHBOURS = {
    "a": "sq",
    "o": "ip",
    "i": "uo",
    "u": "yi",
    "n": "bm",
    "h": "gj",
    "t": "ry",
    "g": "fh",
    "c": "xv",
    "e": "wr",
}
_NO_OPENING = frozenset({"greeting_thanks", "out_of_scope", "help", "stop_notifications"})


def variants(text: str, label: str, chance: random.Random, count: int) -> Iterator[str]:
    """Yield the utterance without accents and ``count`` hasty forms of it."""
    yield fold(text)
    for number in range(count):
        form = _shorten(text, chance) if chance.random() < 0.5 else text
        if label not in _NO_OPENING and chance.random() < 0.35:
            form = f"{chance.choice(_OPENINGS)} {form}"
        if chance.random() < 0.35:
            form = f"{form} {chance.choice(_ENDINGS)}"
        if chance.random() < 0.6:
            form = _swap_procedure(form, chance)
        if chance.random() < 0.5:
            form = _mistype(form, chance)
        if chance.random() < 0.3:
            form = _drop_word(form, chance)
        if number % 2 or chance.random() < 0.3:
            form = fold(form)
        yield unicodedata.normalize("NFD", form) if chance.random() < 0.05 else form


def _shorten(text: str, chance: random.Random) -> str:
    for long, short in _SHORTENED.items():
        if long in text and chance.random() < 0.6:
            text = text.replace(long, short)
    return text


def _swap_procedure(text: str, chance: random.Random) -> str:
    """Name another procedure: what is asked about a birth certificate is asked about a building permit as well."""
    words = fold(text).split()
    named = longest_phrases(procedure_trie(), tuple(words))
    if not named:
        return text
    _, first, last = named[0]
    other = chance.choice(_other_procedures())
    return " ".join((*words[:first], other, *words[last + 1 :]))


@lru_cache(maxsize=1)
def _other_procedures() -> tuple[str, ...]:
    return tuple(fold(phrase) for _, phrase in read_phrases("procedures.txt") if not phrase.isascii())


def _mistype(text: str, chance: random.Random) -> str:
    if len(text) < 6:
        return text
    at = chance.randrange(1, len(text) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]
    if kind == 2:
        return text[:at] + chance.choice(_NEIGHBOURS.get(text[at], text[at])) + text[at + 1 :]
    return text[:at] + text[at] + text[at:]


def _drop_word(text: str, chance: random.Random) -> str:
    words = text.split(" ")
    if len(words) < 5:
        return text
    del words[chance.randrange(len(words))]
    return " ".join(words)

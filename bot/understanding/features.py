"""What the model looks at: words, pairs of words, pieces of words, concepts, and the shape of the message.

Every feature is a name; the model keeps a 32-bit hash of it.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from zlib import crc32

from bot.understanding.concepts import find_concepts
from bot.understanding.normalise import Said
from bot.understanding.syllables import is_syllable
from bot.understanding.word_lists import word_set

MAX_WORDS = 60
"""Longer messages are read to here; what matters stands at both ends, so half of it is taken from the end."""

MAX_PAIRED_CONCEPTS = 12

CONCEPT_KINDS = frozenset("kpfl")
"""First letters of the features that come from concepts: the concept, a pair of them, the first, the last"""

_FILLERS = word_set(
    "a da nhe nha nhi ha u oi ad em anh con chau bac ban toi minh thi la ma vay the ta hen thua vang chu co"
)
_ASKING = word_set("gi sao dau nao chua khong may bao nhieu")
NUMBER_NAMES = frozenset({"zcode", "zproc", "zparcel", "zphone", "zmoney", "ztime", "znum", "zlong"})


def name_features(said: Said) -> set[str]:
    """Return the names of the features of a message."""
    words = _shortened(said.words)
    names = {"bias"}
    names.update("w" + word for word in words)
    padded = ("^", *words, "$")
    names.update(f"b{a} {b}" for a, b in pairwise(padded))
    core = [word for word in words if word not in _FILLERS]
    names.update(f"r{a} {b}" for a, b in pairwise(("^", *core, "$")))
    names.update(f"t{a} {b} {c}" for a, b, c in zip(core, core[1:], core[2:], strict=False))
    names.update(f"s{a} {c}" for a, c in zip(core, core[2:], strict=False))
    _add_pieces(names, words)
    _add_accented(names, said)
    _add_concepts(names, words)
    _add_shape(names, said, words, core)
    return names


def without_concepts(names: set[str]) -> set[str]:
    """Return the features without those of concepts: what is left when no phrase of the table fits."""
    return {name for name in names if name[0] not in CONCEPT_KINDS}


def hash_of(name: str) -> int:
    """Return the number by which the model knows a feature."""
    return crc32(name.encode("utf-8", "replace"))


def _shortened(words: tuple[str, ...]) -> tuple[str, ...]:
    return words if len(words) <= MAX_WORDS else words[: MAX_WORDS // 2] + words[-MAX_WORDS // 2 :]


def _add_pieces(names: set[str], words: tuple[str, ...]) -> None:
    for word in words:
        if len(word) > 2 and word not in NUMBER_NAMES:
            fenced = f"<{word}>"
            names.update("c" + fenced[i : i + 3] for i in range(len(fenced) - 2))
    glued = "".join(word for word in words if word not in NUMBER_NAMES)  # blind to blanks: "hoso", "ket qua", "ketqua"
    names.update("g" + glued[i : i + 5] for i in range(len(glued) - 4))


def _add_accented(names: set[str], said: Said) -> None:
    accented = said.accented[:MAX_WORDS]
    names.update("a" + word for word in accented if not word.isascii())
    names.update(f"d{a} {b}" for a, b in pairwise(accented) if not (a.isascii() and b.isascii()))


def _add_concepts(names: set[str], words: tuple[str, ...]) -> None:
    found = find_concepts(words)
    names.update("k" + name for name in found)
    few = sorted(found)[:MAX_PAIRED_CONCEPTS]
    names.update(f"p{a}+{b}" for a, b in combinations(few, 2))
    if found:
        in_order = sorted(found, key=lambda name: (found[name], name))
        names.add("f" + in_order[0])
        names.add("l" + in_order[-1])


def _add_shape(names: set[str], said: Said, words: tuple[str, ...], core: list[str]) -> None:
    length = len(words)
    names.add(f"n{min(length, 4) if length < 5 else 5 if length < 9 else 9 if length < 16 else 16}")
    strange = sum(not is_syllable(word) for word in words if word not in NUMBER_NAMES)
    if strange:
        names.add("strange" if strange * 2 < length else "very strange")
    if said.is_question:
        names.add("?")
    if core and core[-1] in _ASKING:
        names.add("asks")
    if not core:
        names.add("empty")
    if words and all(word in NUMBER_NAMES or word in _FILLERS for word in words):
        names.add("only " + " ".join(sorted(NUMBER_NAMES.intersection(words))))

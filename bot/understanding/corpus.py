"""The utterances in ``data/train`` and ``data/test``: one a line, the file's name is the label.

``#`` begins a comment; a tab and a second label may follow the utterance. ``fee.en.txt`` holds English ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from bot.understanding.meaning import Label

SECOND_OPINION = "dev.txt"
BLIND_ROUNDS = tuple(f"blind_{number}.txt" for number in range(1, 6))
"""Utterances asked before and after a mending; never learnt"""
TABLES = ("concepts.txt", "procedures.txt", "places.txt")
"""Phrases that the features look for"""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One line of the data."""

    text: str
    label: Label
    second: Label | None = None


def read_utterances(folder: str) -> list[Utterance]:
    """Return the utterances of "train" or "test", in the order of file names and lines.

    Raises ``ValueError`` for a label nobody knows.
    """
    return [utterance for file in _files_of(folder) for utterance in _read_file(file)]


def read_training() -> list[Utterance]:
    """Return all that the model learns from: "train", and the second opinion now that development is over."""
    return read_utterances("train") + read_second_opinion()


def read_second_opinion() -> list[Utterance]:
    """Return the lines of ``dev.txt``: the label, a tab, the utterance."""
    return _read_labelled(SECOND_OPINION)


def read_blind() -> list[list[Utterance]]:
    """Return the utterances of each blind round, in the shape of ``dev.txt``."""
    return [_read_labelled(name) for name in BLIND_ROUNDS]


def _read_labelled(name: str) -> list[Utterance]:
    lines = (files("bot.understanding") / "data" / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line.strip() and not line.startswith("#"))
    return [Utterance(text, Label(label)) for label, text in pairs]


def training_digest() -> str:
    """Return a digest of what the model is made from, line ends aside: the utterances and the tables of phrases."""
    digest = hashlib.sha256()
    data = files("bot.understanding") / "data"
    for file in (*_files_of("train"), *(data / name for name in (SECOND_OPINION, *TABLES))):
        digest.update(file.name.encode() + b"\0" + "\n".join(file.read_text(encoding="utf-8").splitlines()).encode())
    return digest.hexdigest()


def _files_of(folder: str) -> list[Traversable]:
    inside = (files("bot.understanding") / "data" / folder).iterdir()
    return sorted((file for file in inside if file.name.endswith(".txt")), key=lambda file: file.name)


def _read_file(file: Traversable) -> Iterator[Utterance]:
    label = Label(file.name.partition(".")[0])
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            text, _, second = line.partition("\t")
            yield Utterance(text.strip(), label, Label(second.strip()) if second.strip() else None)

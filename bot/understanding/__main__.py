"""``python -m bot.understanding``: one utterance a line on stdin, one answer a line on stdout.

An answer is ``label<TAB>confidence<TAB>entities as JSON``; only keys with something in them. Works line by line in a
pipe; bytes that are not UTF-8 are read as U+FFFD. A blank line is out of scope with confidence 0.
"""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

from bot.understanding.meaning import Entities
from bot.understanding.understand import understand


def answer(line: str) -> str:
    """Return the answer to one utterance."""
    meaning = understand(line)
    entities = json.dumps(describe(meaning.entities), ensure_ascii=False)
    return f"{meaning.label}\t{meaning.confidence:.3f}\t{entities}"


def describe(entities: Entities) -> dict[str, list[object]]:
    """Return the entities as JSON values, without the empty ones; a day is ``{"words": …, "day": "2026-05-12"}``."""
    plain: dict[str, list[object]] = {
        name: list(getattr(entities, name))
        for name in ("dossier_codes", "code_tails", "procedure_codes", "procedures", "phones", "places")
    }
    plain["dates"] = [
        {"words": said.words, "day": said.day.isoformat() if said.day else None} for said in entities.dates
    ]
    return {name: values for name, values in plain.items() if values}


def main(lines: BinaryIO, answers: BinaryIO) -> None:
    """Answer every line until the end of the input."""
    for line in lines:
        answers.write(answer(line.rstrip(b"\r\n").decode("utf-8", "replace")).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()

"""``python -m bot.understanding``: one utterance a line on stdin, one answer a line on stdout.

An answer is ``label<TAB>confidence<TAB>entities as JSON``; only keys with something in them. Works line by line in a
pipe; bytes that are not UTF-8 are read as U+FFFD. A blank line is out of scope with confidence 0; of an endless one the
beginning is read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from bot.understanding.meaning import Entities
from bot.understanding.understand import understand

MAX_LINE_BYTES: Final = 1 << 16
"""More than a chat takes (docs: zalo 4.2: 2,000 characters) in the longest spelling; what follows is passed over."""


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


def read_lines(lines: BinaryIO) -> Iterator[bytes]:
    """Yield the beginning of each line; none is ever held whole."""
    while line := lines.readline(MAX_LINE_BYTES):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = lines.readline(MAX_LINE_BYTES)
        yield line


def main(lines: BinaryIO, answers: BinaryIO) -> None:
    """Answer every line until the end of the input."""
    for line in read_lines(lines):
        answers.write(answer(line.rstrip(b"\r\n").decode("utf-8", "replace")).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    try:
        main(sys.stdin.buffer, sys.stdout.buffer)
    except (BrokenPipeError, KeyboardInterrupt):
        sys.stderr.close()
    except OSError as error:
        sys.stdout = None  # what it still holds cannot be written either
        sys.exit(f"bot.understanding: cannot go on ({error.strerror}); look at where the answers go")

"""``python -m bot.understanding.evaluate``: how well the published test set is understood, as Markdown tables.

``--write docs/understanding.md`` puts the tables between that file's marks; a test holds them true.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from bot.understanding.corpus import Utterance, read_blind, read_training, read_utterances
from bot.understanding.meaning import LABELS, Label
from bot.understanding.understand import LOW_CONFIDENCE, understand
from dossiers.calendar import VIETNAM
from dossiers.text import fold

BEGIN, END = "<!-- figures: made by python -m bot.understanding.evaluate -->", "<!-- end of figures -->"
NOT_REQUESTS = frozenset({Label.OUT_OF_SCOPE, Label.GREETING_THANKS, Label.HELP})
"""Answers after which nothing is done or looked up"""

_NOW = datetime(2026, 6, 20, 9, tzinfo=VIETNAM)
_CONFIDENCES = (0.0, LOW_CONFIDENCE, 0.6, 0.8, 0.9, 0.95, 1.01)


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of a set of utterances."""

    confusion: Mapping[tuple[Label, Label], int]
    """(right label, answer) → how many"""
    confidences: Sequence[tuple[float, bool]]
    """Confidence of each answer, and whether it was right"""

    @property
    def accuracy(self) -> float:
        """The share of right answers."""
        return sum(is_right for _, is_right in self.confidences) / len(self.confidences)

    def recall(self, label: Label) -> float:
        """Return the share of a label's utterances that got it."""
        return self.confusion.get((label, label), 0) / self.count(label)

    def count(self, label: Label) -> int:
        """Return the number of utterances of a label."""
        return sum(number for (right, _), number in self.confusion.items() if right is label)

    @property
    def strangers_served(self) -> float:
        """The share of out-of-scope utterances that were taken for a request."""
        served = sum(
            number
            for (right, answer), number in self.confusion.items()
            if right is Label.OUT_OF_SCOPE and answer not in NOT_REQUESTS
        )
        return served / self.count(Label.OUT_OF_SCOPE)


def measure(utterances: Sequence[Utterance], *, has_accents: bool = True) -> Measured:
    """Ask for the meaning of every utterance, as written or without its accents."""
    confusion: Counter[tuple[Label, Label]] = Counter()
    confidences: list[tuple[float, bool]] = []
    for utterance in utterances:
        meaning = understand(utterance.text if has_accents else fold(utterance.text), now=_NOW)
        confusion[utterance.label, meaning.label] += 1
        confidences.append((meaning.confidence, meaning.label is utterance.label))
    return Measured(confusion, confidences)


def unshared(utterances: Sequence[Utterance]) -> list[Utterance]:
    """Return the utterances that nobody had also written for training, accents aside."""
    trained = {fold(utterance.text) for utterance in read_training()}
    return [utterance for utterance in utterances if fold(utterance.text) not in trained]


def measure_blind() -> list[tuple[Measured, Measured, Measured]]:
    """Return each blind round: as written, without accents, and as written without what is shared."""
    return [(measure(asked), measure(asked, has_accents=False), measure(unshared(asked))) for asked in read_blind()]


def render(
    written: Measured,
    plain: Measured,
    fresh: tuple[Measured, Measured],
    blind: Sequence[tuple[Measured, Measured, Measured]],
) -> str:
    """Return the figures as Markdown; ``plain`` is the set without accents, ``fresh`` both without what is shared."""
    return "\n\n".join(
        (
            _summary(written, plain, fresh),
            _per_label(written, plain),
            _matrix(written),
            _honesty(written, plain),
            _blind(blind),
        )
    )


def _summary(written: Measured, plain: Measured, fresh: tuple[Measured, Measured]) -> str:
    shared = len(written.confidences) - len(fresh[0].confidences)
    rows = [
        "| | As written | Without accents |",
        "|---|---|---|",
        f"| utterances | {len(written.confidences)} | {len(plain.confidences)} |",
        f"| right | {written.accuracy:.1%} | {plain.accuracy:.1%} |",
        f"| right, without {shared} shared | {fresh[0].accuracy:.1%} | {fresh[1].accuracy:.1%} |",
        f"| out of scope taken for a request | {written.strangers_served:.1%} | {plain.strangers_served:.1%} |",
    ]
    return "\n".join(rows)


def _per_label(written: Measured, plain: Measured) -> str:
    rows = ["| Label | Utterances | As written | Without accents |", "|---|---|---|---|"]
    rows += [f"| `{it}` | {written.count(it)} | {written.recall(it):.0%} | {plain.recall(it):.0%} |" for it in LABELS]
    return "\n".join(rows)


def _matrix(measured: Measured) -> str:
    """Rows are right labels, columns answers, in the same order, by number."""
    rows = [
        "| Right label (as written) ↓ answer → | "
        + " | ".join(str(number) for number in range(1, len(LABELS) + 1))
        + " |",
        "|---|" + "---|" * len(LABELS),
    ]
    for number, right in enumerate(LABELS, 1):
        cells = (str(measured.confusion.get((right, answer), 0) or "·") for answer in LABELS)
        rows.append(f"| {number} `{right}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _honesty(written: Measured, plain: Measured) -> str:
    rows = ["| Confidence | Answers | Right |", "|---|---|---|"]
    answers = [*written.confidences, *plain.confidences]
    for low, high in pairwise(_CONFIDENCES):
        inside = [is_right for confidence, is_right in answers if low <= confidence < high]
        if inside:
            rows.append(f"| {low:.2f} to {min(high, 1):.2f} | {len(inside)} | {sum(inside) / len(inside):.0%} |")
    return "\n".join(rows)


def _blind(rounds: Sequence[tuple[Measured, Measured, Measured]]) -> str:
    rows = [
        "| Blind round | Utterances | Right | Without accents | Without shared | Strangers served | Lowest label |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, (written, plain, fresh) in enumerate(rounds, 1):
        lowest = min(LABELS, key=written.recall)
        rows.append(
            f"| {number} | {len(written.confidences)} | {written.accuracy:.1%} | {plain.accuracy:.1%} "
            f"| {fresh.accuracy:.1%} of {len(fresh.confidences)} "
            f"| {written.strangers_served:.1%} | `{lowest}` {written.recall(lowest):.0%} |"
        )
    return "\n".join(rows)


def published() -> str:
    """Return the figures of the published test set."""
    whole = read_utterances("test")
    fresh = unshared(whole)
    without = (measure(fresh), measure(fresh, has_accents=False))
    return render(measure(whole), measure(whole, has_accents=False), without, measure_blind())


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    figures = published()
    if "--write" not in arguments:
        sys.stdout.write(figures + "\n")
        return 0
    page = Path(arguments[arguments.index("--write") + 1])
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

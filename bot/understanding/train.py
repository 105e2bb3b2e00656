"""``python -m bot.understanding.train``: make the model from ``data/train``.

``--check`` only tells whether the file is what training gives (exit code 1 when it is not);
``--measure`` prints the accuracy by cross-validation and changes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bot.understanding.corpus import Utterance, read_training, training_digest
from bot.understanding.cross import Held, best_temperature, cross_validate
from bot.understanding.fit import Recipe, fit
from bot.understanding.model import FILE_NAME, pack

RECIPE = Recipe()
CAUTION = 0.05
"""Added to the score of out of scope: a little, since much of what is learnt is out of scope by now.

More costs requests and keeps few strangers out (docs/understanding.md, "Asked blind")."""

CALIBRATION_FOLDS = (0,)
"""One of five folds is enough to find the temperature."""


def make_model(utterances: Sequence[Utterance], recipe: Recipe = RECIPE) -> bytes:
    """Return the file of the model. The same utterances and Python give the same bytes."""
    temperature = best_temperature(cross_validate(utterances, recipe, CALIBRATION_FOLDS))
    about = {
        "utterances": len(utterances),
        "caution": CAUTION,
        "trained_on": training_digest(),
        "temperature": temperature,
    }
    weights = fit(utterances, recipe)
    return pack(weights.rows, weights.squared_rarity, about)


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")


def _tell(held: Sequence[Held]) -> None:
    for name, is_accented in (("as written", True), ("without accents", False)):
        asked = [one for one in held if one.has_accents is is_accented]
        right = sum(one.answer == one.utterance.label for one in asked)
        _write(f"{name}: {right} of {len(asked)} right, {right / len(asked):.1%}")
    _write(f"temperature: {best_temperature(held)}")


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    utterances = read_training()
    if "--measure" in arguments:
        _tell(cross_validate(utterances, RECIPE))
        return 0
    file = Path(__file__).parent / FILE_NAME
    made = make_model(utterances)
    if "--check" in arguments:
        is_same = file.exists() and file.read_bytes() == made
        _write("the model is what training gives" if is_same else f"{FILE_NAME} is stale: run this without --check")
        return 0 if is_same else 1
    file.write_bytes(made)
    _write(f"{FILE_NAME}: {len(made)} bytes from {len(utterances)} utterances")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

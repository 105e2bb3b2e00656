"""Cross-validation: train on four fifths, ask the rest; also gives the temperature that makes confidence honest."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from bot.understanding.corpus import Utterance
from bot.understanding.fit import Recipe, fit, hashes_of
from bot.understanding.meaning import LABELS, Label
from bot.understanding.model import softmax
from dossiers.text import fold

FOLDS = 5
_TEMPERATURES = tuple(number / 40 for number in range(1, 41))


@dataclass(frozen=True, slots=True)
class Held:
    """One utterance that the weights had not seen, and their scores for it."""

    utterance: Utterance
    scores: list[float]
    has_accents: bool

    @property
    def answer(self) -> Label:
        """The label with the highest score."""
        return LABELS[max(range(len(LABELS)), key=self.scores.__getitem__)]


def cross_validate(utterances: Sequence[Utterance], recipe: Recipe, folds: Sequence[int] = range(FOLDS)) -> list[Held]:
    """Return every utterance of the folds, as written and without accents, with scores of weights that never saw it."""
    return [held for number in folds for held in _one_fold(utterances, recipe, number)]


def best_temperature(held: Sequence[Held]) -> float:
    """Return the temperature with the smallest loss: what makes 0.9 mean nine right of ten."""
    return min(_TEMPERATURES, key=lambda temperature: _loss(held, temperature))


def _one_fold(utterances: Sequence[Utterance], recipe: Recipe, number: int) -> Iterator[Held]:
    order = list(range(len(utterances)))
    random.Random(recipe.seed).shuffle(order)  # noqa: S311 - shuffling, no secret
    asked = {index for place, index in enumerate(order) if place % FOLDS == number}
    weights = fit([utterance for index, utterance in enumerate(utterances) if index not in asked], recipe)
    for index in sorted(asked):
        utterance = utterances[index]
        for has_accents, text in ((True, utterance.text), (False, fold(utterance.text))):
            yield Held(utterance, weights.scores(hashes_of(text)), has_accents)


def _loss(held: Sequence[Held], temperature: float) -> float:
    total = 0.0
    for one in held:
        shares = softmax([score / temperature for score in one.scores])
        total -= log(max(shares[LABELS.index(one.utterance.label)], 1e-12))
    return total / len(held)

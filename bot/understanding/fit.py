"""Training: one linear support vector machine a label, in plain Python.

Features are weighed by their rarity (idf) and every message is scaled to length 1. The machines (squared hinge loss)
are trained by dual coordinate descent after Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM,
ICML 2008; all labels in one pass, because adding rows of 14 numbers is what Python does fast.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

from bot.understanding.augment import variants
from bot.understanding.corpus import Utterance
from bot.understanding.features import hash_of, name_features, without_concepts
from bot.understanding.meaning import LABELS
from bot.understanding.model import COLUMNS
from bot.understanding.normalise import read

_COLUMN_OF = {label: index for index, label in enumerate(LABELS)}

WORTH = {"k": 2.0, "p": 1.5, "f": 1.5, "l": 1.5, "w": 1.3, "g": 0.6, "t": 0.7, "s": 0.7}
"""What a kind of feature is worth beside its rarity, by the first letter of its name (see ``features``): concepts carry
over to new words, long pieces hardly do. Found by cross-validation."""

FORMS_WITH_CONCEPTS = 2
"""The utterance itself and its form without accents; hasty forms are learnt from their words alone."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train."""

    seed: int = 20260701
    members: int = 3
    """Trainings with other hasty forms, whose weights are averaged"""
    passes: int = 8
    hasty_forms: int = 2
    """Further forms of each utterance, besides itself and the one without accents"""
    cost: float = 0.5
    """What a mistake costs beside the length of the weights (C)"""
    fewest: int = 2
    """A feature must occur in so many utterances"""
    smallest_move: float = 0.01
    """A smaller correction is not worth its time"""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learnt, before packing."""

    rows: Mapping[int, list[float]]
    """Hash of a feature → one weight a label, its rarity multiplied in"""
    squared_rarity: Mapping[int, float]
    """Hash of a feature → idf²; a message's scores are divided by the root of the sum"""

    def scores(self, hashes: Iterable[int]) -> list[float]:
        """Return the score of each label."""
        known = [number for number in hashes if number in self.rows]
        length = sqrt(sum(map(self.squared_rarity.__getitem__, known))) or 1.0
        return [sum(column) / length for column in zip(*map(self.rows.__getitem__, known), strict=True)] or [
            0.0
        ] * COLUMNS


@dataclass(slots=True)
class _Sample:
    rows: list[list[float]]
    """The rows of its features: shared with the weights, so that a correction moves them"""
    squared: list[float]
    length: float
    right: int
    duals: list[float]


def hashes_of(text: str) -> list[int]:
    """Return the features of a text as their hashes, each once, in order."""
    return sorted({hash_of(name) for name in name_features(read(text))})


def fit(utterances: Sequence[Utterance], recipe: Recipe) -> Weights:
    """Return the weights learnt from utterances. The same utterances give the same weights."""
    squared_rarity = _rarity(utterances, recipe.fewest)
    members = [_fit_one(utterances, recipe, squared_rarity, recipe.seed + number) for number in range(recipe.members)]
    rows = {
        number: [sum(column) / recipe.members for column in zip(*(member[number] for member in members), strict=True)]
        for number in squared_rarity
    }
    return Weights(rows, squared_rarity)


def _fit_one(
    utterances: Sequence[Utterance], recipe: Recipe, squared_rarity: dict[int, float], seed: int
) -> dict[int, list[float]]:
    rows = {number: [0.0] * COLUMNS for number in squared_rarity}
    samples = list(_samples(utterances, recipe.hasty_forms, rows, squared_rarity, seed))
    chance = random.Random(seed)  # noqa: S311 - shuffling, no secret
    waiting = samples
    for number in range(recipe.passes):
        # What no machine had to correct is left out of every other pass.
        chance.shuffle(waiting)
        moved = [sample for sample in waiting if _correct(sample, recipe)]
        waiting = moved if number % 2 == 0 else list(samples)
    return rows


def _correct(sample: _Sample, recipe: Recipe) -> bool:
    """Move the weights so that every machine is right about one sample; return whether any had to move."""
    slack = 1 / (2 * recipe.cost)
    moves: list[tuple[int, float]] = []
    for column, total in enumerate(map(sum, zip(*sample.rows, strict=True))):
        sign = 1.0 if column == sample.right else -1.0
        dual = sample.duals[column]
        wanted = max(dual - (sign * total / sample.length - 1 + slack * dual) / (1 + slack), 0.0)
        if abs(wanted - dual) > recipe.smallest_move:
            sample.duals[column] = wanted
            moves.append((column, (wanted - dual) * sign / sample.length))
    for row, squared in zip(sample.rows, sample.squared, strict=True) if moves else ():
        for column, move in moves:
            row[column] += move * squared
    return bool(moves)


def _rarity(utterances: Sequence[Utterance], fewest: int) -> dict[int, float]:
    """Return the squared weight of every feature that is frequent enough: its rarity times what its kind is worth."""
    counted = Counter(name for utterance in utterances for name in name_features(read(utterance.text)))
    return {
        hash_of(name): (WORTH.get(name[0], 1.0) * (log((1 + len(utterances)) / (1 + times)) + 1)) ** 2
        for name, times in sorted(counted.items())
        if times >= fewest
    }


def _samples(
    utterances: Sequence[Utterance],
    hasty_forms: int,
    rows: dict[int, list[float]],
    squared_rarity: dict[int, float],
    seed: int,
) -> Iterable[_Sample]:
    chance = random.Random(seed)  # noqa: S311 - the same forms every time, no secret
    for utterance in utterances:
        forms = variants(utterance.text, utterance.label, chance, hasty_forms)
        for number, text in enumerate(dict.fromkeys((utterance.text, *forms))):
            names = name_features(read(text))
            # The table of concepts knows the training utterances too well: with every concept there all the time, the
            # words themselves would be learnt poorly.
            used = names if number < FORMS_WITH_CONCEPTS else without_concepts(names)
            known = sorted({hash_of(name) for name in used}.intersection(rows))
            squared = [squared_rarity[number] for number in known]
            length = sqrt(sum(squared)) or 1.0
            right = _COLUMN_OF[utterance.label]
            yield _Sample([rows[number] for number in known], squared, length, right, [0.0] * COLUMNS)

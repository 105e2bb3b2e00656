"""The model: one row of weights a feature, one column a label, and a last column for the feature's rarity.

A message's scores are the sums of its rows, divided by its length (the root of the sum of squared rarities).

The file is one line of JSON (labels, scales, temperature, digest of the training data), then packed: the hashes of
the features in order, and their rows. Weights are one byte each, 128 meaning nothing, so that adding rows is adding
bytes.
"""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import exp, sqrt
from typing import Any

from bot.understanding.features import hash_of
from bot.understanding.meaning import LABELS, Label

FILE_NAME = "model.bin"

ZERO = 128
"""The byte that means weight 0."""

COLUMNS = len(LABELS)
_STRANGERS = LABELS.index(Label.OUT_OF_SCOPE)
_HASH_BYTES, _ROW_BYTES = 4, COLUMNS + 1


@dataclass(frozen=True, slots=True)
class Model:
    """Weights ready to use."""

    rows: Mapping[int, bytes]
    """Hash of a feature → one byte a label, and one for its rarity"""
    scale: float
    """What one step of a weight's byte weighs"""
    rarity_scale: float
    """What one step of the last byte adds to the squared length"""
    temperature: float
    """Divides the scores, so that confidence is the share of right answers"""
    caution: float
    """Added to the score of out of scope: a stranger served is worse than a citizen asked again"""
    about: Mapping[str, Any]
    """The first line of the file"""

    def scores(self, names: Iterable[str]) -> list[float]:
        """Return the score of each label, in the order of ``LABELS``."""
        rows = [row for row in map(self.rows.get, map(hash_of, names)) if row is not None]
        if not rows:
            return [0.0] * COLUMNS
        *totals, squared = map(sum, zip(*rows, strict=True))
        nothing = ZERO * len(rows)
        step = self.scale / sqrt(max(squared, 1) * self.rarity_scale)
        scores = [(total - nothing) * step for total in totals]
        scores[_STRANGERS] += self.caution
        return scores

    def shares(self, names: Iterable[str]) -> dict[Label, float]:
        """Return the probability of each label, calibrated; the sum is 1."""
        return dict(zip(LABELS, softmax([score / self.temperature for score in self.scores(names)]), strict=True))


def softmax(scores: list[float]) -> list[float]:
    """Return probabilities for scores."""
    highest = max(scores)
    raised = [exp(score - highest) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]


def pack(weights: Mapping[int, list[float]], squared_rarity: Mapping[int, float], about: dict[str, Any]) -> bytes:
    """Return the file for weights of features by their hash."""
    scale = (max((abs(weight) for row in weights.values() for weight in row), default=0.0) or 1.0) / (ZERO - 1)
    rarity_scale = max(squared_rarity.values(), default=1.0) / (2 * ZERO - 1)
    kept = sorted(weights)
    rows = (
        bytes(
            [
                *(ZERO + round(weight / scale) for weight in weights[number]),
                round(squared_rarity[number] / rarity_scale),
            ]
        )
        for number in kept
    )
    facts = {**about, "labels": list(LABELS), "scale": scale, "rarity_scale": rarity_scale, "features": len(kept)}
    body = _little_endian(array("I", kept)).tobytes() + b"".join(rows)
    return json.dumps(facts, sort_keys=True).encode() + b"\n" + zlib.compress(body, 9)


def unpack(data: bytes) -> Model:
    """Return the model in a file. Raises ``ValueError`` for a file of another shape: train anew."""
    head, _, packed = data.partition(b"\n")
    about = json.loads(head)
    body = zlib.decompress(packed)
    count = about["features"]
    if about["labels"] != list(LABELS) or len(body) != count * (_HASH_BYTES + _ROW_BYTES):
        raise ValueError("the model does not fit this code: run python -m bot.understanding.train")
    numbers = _little_endian(array("I", body[: count * _HASH_BYTES]))
    start = count * _HASH_BYTES
    rows = {number: body[start + i * _ROW_BYTES : start + (i + 1) * _ROW_BYTES] for i, number in enumerate(numbers)}
    return Model(rows, about["scale"], about["rarity_scale"], about["temperature"], about["caution"], about)


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


@lru_cache(maxsize=1)
def load() -> Model:
    """Return the model of this package; read once."""
    return unpack((files("bot.understanding") / FILE_NAME).read_bytes())

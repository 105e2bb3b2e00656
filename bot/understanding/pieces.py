"""Two wishes in one message: "phí bao nhiêu, nộp ở đâu". The first is answered, the second offered.

The message is cut at punctuation and conjunctions, and the pieces are asked on their own.
docs: public-services 5, rules of thumb.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.understanding.features import name_features
from bot.understanding.meaning import Label
from bot.understanding.model import Model
from bot.understanding.normalise import Said, read

SURE_PIECE = 0.75
"""A piece counts when the model is so sure of it"""

SEEN_IN_WHOLE = 0.02
"""... and the whole message has at least this share of its label"""

CLOSE_CALL = 0.3
"""The piece that stands first is the first wish only when the whole message has at least this share of it"""

MAX_PIECES = 6
_FEWEST_WORDS = 2
_CUT = re.compile(
    r"[,.;?!\n]+|\s(?:và|với lại|vs lại|rồi cho|ngoài ra|tiện thể|tiện|luôn tiện|à mà|còn|đồng thời|sau đó|xong rồi|"
    r"va|voi lai|ngoai ra|tien the|luon tien|a ma|con|dong thoi|sau do|and)\s",
    re.IGNORECASE,
)
_NEVER_SECOND = frozenset({Label.GREETING_THANKS, Label.OUT_OF_SCOPE, Label.HELP})


def find_wishes(said: Said, label: Label, shares: Mapping[Label, float], model: Model) -> tuple[Label, Label | None]:
    """Return the first wish and the second, or None. ``label`` and ``shares`` are the model's for the whole message."""
    pieces = [piece for piece in _CUT.split(said.clean) if piece and len(piece.split()) >= _FEWEST_WORDS]
    pieces = pieces[:MAX_PIECES]
    if len(pieces) == 1 or not pieces:
        return label, None
    asked = (_wish_of(piece, model) for piece in pieces)
    wishes = list(dict.fromkeys(wish for wish in asked if wish is not None and shares[wish] >= SEEN_IN_WHOLE))
    if label not in wishes:
        return label, None
    if len(wishes) == 1:
        return label, None
    if shares[wishes[0]] >= CLOSE_CALL:
        return wishes[0], wishes[1]
    return label, next(wish for wish in wishes if wish != label)


def _wish_of(piece: str, model: Model) -> Label | None:
    shares = model.shares(name_features(read(piece)))
    label = max(shares, key=shares.__getitem__)
    return label if shares[label] >= SURE_PIECE and label not in _NEVER_SECOND else None

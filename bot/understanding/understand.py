"""From a message to its meaning."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.understanding.danger import is_danger
from bot.understanding.entities import find_entities
from bot.understanding.features import name_features
from bot.understanding.meaning import Entities, Label, Meaning
from bot.understanding.model import Model, load
from bot.understanding.normalise import Said, read
from bot.understanding.opt_out import is_opt_out, is_unclear_opt_out
from bot.understanding.pieces import find_wishes
from bot.understanding.rules import certain_label
from dossiers.calendar import VIETNAM

LOW_CONFIDENCE = 0.45
"""Below it the bot offers a menu instead of acting: of such answers about one in three is wrong."""

_CERTAIN, _DOUBTFUL = 0.99, 0.6


def understand(text: str, *, now: datetime | None = None) -> Meaning:
    """Return what a message means. Never raises, whatever the text.

    Days ("hôm qua") are resolved as seen from ``now``, the clock by default, in Vietnam's time. About 0.6 ms.
    """
    said = read(text)
    entities = find_entities(said, _today(now))
    if is_opt_out(text):
        is_unclear = is_unclear_opt_out(text)
        sure = _DOUBTFUL if is_unclear else _CERTAIN
        return Meaning(Label.STOP_NOTIFICATIONS, sure, entities, is_opt_out=True, is_unclear_opt_out=is_unclear)
    label, confidence, second = classify(said, entities, load())
    return Meaning(label, confidence, entities, second, is_danger=is_danger(said))


def classify(said: Said, entities: Entities, model: Model) -> tuple[Label, float, Label | None]:
    """Return the label, its confidence and a second label, by rules first, then by the model."""
    certain = certain_label(said, entities)
    if certain is not None:
        is_empty = not said.words and certain is Label.OUT_OF_SCOPE
        return certain, 0.0 if is_empty else _CERTAIN, None
    shares = model.shares(name_features(said))
    label = max(shares, key=shares.__getitem__)
    first, second = find_wishes(said, label, shares, model)
    return first, round(max(shares[label], shares[first]), 4), second


def _today(now: datetime | None) -> date:
    moment = now if now is not None else datetime.now(UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)).astimezone(VIETNAM).date()

"""Understanding what citizens write, in Vietnamese as people type it. docs: public-services 4.3, 4.4, 5, 6.4.

A small linear model over words, pieces of words and concepts, trained from the utterances in ``data/train``;
no network, no service. ``docs/understanding.md`` has the figures.
"""

from __future__ import annotations

from bot.understanding.meaning import LABELS, DateSaid, Entities, Label, Meaning
from bot.understanding.understand import LOW_CONFIDENCE, understand

__all__ = ["LABELS", "LOW_CONFIDENCE", "DateSaid", "Entities", "Label", "Meaning", "understand"]

"""Dossiers in the console: find and read one, act on its notices, what was not delivered, what is due or late."""

from __future__ import annotations

from typing import Final

from console.dossiers import acts, apology, due, one, search, undelivered
from console.dossiers.needs import APOLOGISER, EXPLAINER, Apologiser, Explainer
from console.views import Views

AREAS: Final[tuple[Views, ...]] = (search.views, one.views, acts.views, undelivered.views, due.views, apology.views)

__all__ = ["APOLOGISER", "AREAS", "EXPLAINER", "Apologiser", "Explainer"]

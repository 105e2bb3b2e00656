"""The areas of the console: one module of views for each of an officer's tasks."""

from typing import Final

from console.views import Views

AREAS: Final[tuple[Views, ...]] = ()

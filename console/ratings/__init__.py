"""How people found the handling of their dossiers, by unit and month."""

from console.ratings.views import views

__all__ = ["views"]

"""The words of notices: who wrote which version, how it looks on a phone, and a second person's approval."""

from console.texts.pages import views

__all__ = ["views"]

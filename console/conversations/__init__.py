"""Conversations that people asked an officer for: the queue, the talk, short answers."""

from console.conversations.canned import views as canned_views
from console.conversations.views import views

__all__ = ["canned_views", "views"]

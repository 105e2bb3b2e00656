"""Feedback and data requests: what is due first, and answering in the law's time."""

from console.tickets.views import views

__all__ = ["views"]

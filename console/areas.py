"""The areas of the console: one module of views for each of an officer's tasks."""

from typing import Final

from console import (
    admin,
    audiences,
    broadcasts,
    conversations,
    design,
    dossiers,
    lists,
    me,
    ratings,
    set_up,
    sign_in,
    texts,
    tickets,
    today,
    unsent_pages,
)
from console.views import Views

AREAS: Final[tuple[Views, ...]] = (
    today.views,
    sign_in.views,
    set_up.views,
    me.views,
    unsent_pages.views,
    *admin.AREAS,
    design.views,
    conversations.canned_views,
    conversations.views,
    tickets.views,
    ratings.views,
    *dossiers.AREAS,
    lists.views,
    audiences.views,
    *broadcasts.AREAS,  # after all others below /broadcasts: a number may be any name
    texts.views,
)

"""What citizens can do here: one module a task, each exporting `router`."""

from bot.handlers import (
    danger,
    feedback,
    fees,
    follow,
    genuine,
    language,
    linking,
    menu,
    mine,
    other,
    person,
    photos,
    places,
    postal,
    privacy,
    procedures,
    rating,
    start,
    status,
    stopping,
    subscriptions,
    tickets,
    timeline,
    unclear,
    unlinking,
)
from bot.router import Router

__all__ = ["router"]

router = Router("citizens")
# A router a line. Phrases that no label stands for come first; the catch-alls come last, so that nothing a person sends
# meets silence.
router.include(
    genuine.router,
    unlinking.router,
    language.router,
    person.router,
    tickets.router,
    subscriptions.router,
    stopping.router,
    linking.router,
    danger.router,
    privacy.router,
    follow.router,
    feedback.router,
    postal.router,
    rating.router,
    timeline.router,
    mine.router,
    photos.router,
    procedures.router,
    fees.router,
    places.router,
    status.router,
    start.router,
    menu.router,
    unclear.router,
    other.router,
)

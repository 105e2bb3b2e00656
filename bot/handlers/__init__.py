"""What citizens can do here: one module a task, each exporting `router`."""

from bot.handlers import follow, other, status
from bot.router import Router

__all__ = ["router"]

router = Router("citizens")
# The catch-all comes last, so that nothing a person sends meets silence.
router.include(follow.router, status.router, other.router)

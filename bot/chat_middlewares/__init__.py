"""What every update goes through on its way to a handler, outermost first."""

from collections.abc import Sequence

from bot.chat_middlewares.after_answer import count_failures_anew, end_short_states, offer_second_wish
from bot.chat_middlewares.flood import stem_floods
from bot.chat_middlewares.handover import keep_quiet
from bot.chat_middlewares.language import guess_language
from bot.chat_middlewares.late import drop_what_was_erased
from bot.chat_middlewares.transcript import keep_transcript
from bot.dispatcher import Middleware

AFTER_ANSWER: Sequence[Middleware] = (count_failures_anew, end_short_states, offer_second_wish)
MIDDLEWARES: Sequence[Middleware] = (
    drop_what_was_erased,
    keep_transcript,
    keep_quiet,
    guess_language,
    stem_floods,
    *AFTER_ANSWER,
)
"""Written down first, whatever becomes of it; who is not to be answered does not set the language of answers either."""

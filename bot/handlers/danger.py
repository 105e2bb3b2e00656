"""Words of danger: the emergency numbers first, then a person of the city; never a joke, never the menu alone.

docs: public-services 5 (113 police, 114 fire, 115 ambulance, and an officer).
"""

from __future__ import annotations

import re

from bot.answers import Call, Option
from bot.context import Context
from bot.handover import describe_handover, handover_options, open_handover
from bot.router import PASS, Passed, Router
from bot.texts.danger import DangerWords, words_of
from bot.understanding import Label
from dossiers import fold
from storage import dangers

router = Router("danger")

EVERY_SECONDS = 3600.0
"""Answered in full once in so long; in between, the numbers alone."""
REASON = "danger"
"""What puts a hand-over before all others in the officers' queue."""

_POLICE, _FIRE, _AMBULANCE = "113", "114", "115"
_OF_FIRE = re.compile(
    r"\b(chay|no gas|no binh|phat no|vu no|hoa hoan|mac ket|duoi nuoc|sap nha|lu cuon|"
    r"fire|burning|drown\w*|explo\w*|trapped)\b"
)
_OF_HARM = re.compile(
    r"\b(tu tu|tu sat|chet|muon chet|khong muon song|nhay cau|uong thuoc|cap cuu|bat tinh|ngat|tai nan|"
    r"suicide|kill myself|die|dying|ambulance|unconscious|accident)\b"
)
_OF_ONESELF = re.compile(
    r"\b(tu tu|tu sat|muon chet|khong muon song|chan song|nhay cau|suicide|kill myself|want to die|end my life)\b"
)
_OF_ONESELF_TYPED = "tự vẫn"  # folded it is also "tư vấn", advice
_SURE = 0.9
"""A cry for help may look a little like anything."""
_TELLS_OF_THINGS = ("feedback.", "rating.")
"""States in which people tell what happened, such words and all."""
_MERE_TALK = frozenset({Label.OUT_OF_SCOPE, Label.GREETING_THANKS, Label.HELP, Label.TALK_TO_OFFICER})


@router.danger()
async def answer_danger(context: Context) -> Passed | None:
    """Name the numbers, and put the person before all others in the queue for an officer.

    Said again within the hour, a sentence that plainly asks for something is answered as usual; else the numbers are
    repeated. Who speaks of hurting themselves gets the numbers and a kind word every time.
    """
    words = words_of(context.language)
    is_first = await dangers.begin_answer(
        context.database, context.citizen.id, entry_id=context.entry_id, every_seconds=EVERY_SECONDS
    )
    said = fold(context.text)
    calls = _calls(said, words)
    kindly = [words.not_alone] if _OF_ONESELF.search(said) or _OF_ONESELF_TYPED in context.text.lower() else []
    if not is_first:
        if not kindly and _asks_for_something(context):
            return PASS
        text = "\n".join((words.again, *kindly, words.person))
        await context.answer(text, *calls, *handover_options(context.language)[:1])
        return None
    opened = await open_handover(context, reason=REASON)
    parts = [words.call_now, *kindly, describe_handover(opened, context.language)]
    await context.answer("\n\n".join(parts), *calls, *handover_options(context.language))
    return None


def _calls(said: str, words: DangerWords) -> list[Option]:
    """Return all three numbers, the likeliest first."""
    calls = {
        _POLICE: Call(words.police, _POLICE),
        _FIRE: Call(words.fire, _FIRE),
        _AMBULANCE: Call(words.ambulance, _AMBULANCE),
    }
    first = _AMBULANCE if _OF_HARM.search(said) else _FIRE if _OF_FIRE.search(said) else _POLICE
    return [calls.pop(first), *calls.values()]


def _asks_for_something(context: Context) -> bool:
    if (context.standing.state or "").startswith(_TELLS_OF_THINGS):
        return True
    meaning = context.meaning
    return meaning is not None and meaning.confidence >= _SURE and meaning.label not in _MERE_TALK

"""What citizens read: Vietnamese first, English on request.

Formal, plain sentences of at most 20 words, "Ông/Bà", no picture signs (docs: public-services 4.3, 6.5).
"""

from bot.texts.dossier import describe_dossier
from bot.texts.languages import words_for
from bot.texts.words import Words

__all__ = ["Words", "describe_dossier", "words_for"]

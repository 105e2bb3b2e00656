"""The languages there are."""

from bot.texts import en, vi
from bot.texts.words import Words

LANGUAGES = {words.language: words for words in (vi.WORDS, en.WORDS)}


def words_for(language: str) -> Words:
    """Return the texts in a language; Vietnamese for one that we do not have."""
    return LANGUAGES.get(language, vi.WORDS)

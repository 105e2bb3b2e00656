"""What is wrong with a file as a whole.

ListRefused        it cannot be read; `word` says why (console/words/lists.toml, [refused])

Single rows never raise: they are noted with their line and a word.
"""


class ListRefused(Exception):
    """The file is no list that we take; tell its author by the word, and let them upload it again."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word

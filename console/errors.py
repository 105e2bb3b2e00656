"""What goes wrong in the console.

ConsoleError
├── Forbidden       the officer may not do this here: 403
├── NotFound        no such thing, or not in a unit of the officer's: 404, the same page
├── BadForm         a form that no page of ours sent: 400
└── Conflict        somebody was first, or it changed meanwhile: 409
"""


class ConsoleError(Exception):
    """Answered with a page of its own; the message is a key of `words/shell.toml`, for people."""

    status = 400
    word = "shell.errors.bad_form"

    def __init__(self, word: str | None = None) -> None:
        super().__init__(word or self.word)
        self.word = word or self.word


class Forbidden(ConsoleError):
    """The officer's roles do not allow it in this unit."""

    status = 403
    word = "shell.errors.forbidden"


class NotFound(ConsoleError):
    """There is no such thing, or it belongs to a unit of others: nobody learns which."""

    status = 404
    word = "shell.errors.not_found"


class BadForm(ConsoleError):
    """A request that none of our pages makes: another site's, or one of long ago."""


class Conflict(ConsoleError):
    """Somebody was first; the page must be looked at again."""

    status = 409
    word = "shell.errors.conflict"

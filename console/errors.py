"""What goes wrong in the console.

ConsoleError
├── Forbidden       the officer may not do this here: 403
├── NotFound        no such thing, or not in a unit of the officer's: 404, the same page
├── BadForm         a form that no page of ours sent: 400
├── Conflict        somebody was first, or it changed meanwhile: 409
├── TooLarge        a form larger than any of ours: 413
├── TooMany         wait a while, then try again: 429
├── Broken          a bug of ours: 500
└── Unavailable     PostgreSQL or Redis is away: 503
"""


class ConsoleError(Exception):
    """Answered with a page of its own; the message is a key of `words/shell.toml`, for people."""

    status = 400
    word = "shell.errors.bad_form"
    is_passing = False
    """The same may work in a minute."""

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


class TooLarge(ConsoleError):
    """More than any form of ours sends; lists are uploaded another way."""

    status = 413
    word = "shell.errors.too_large"


class TooMany(ConsoleError):
    """Too many tries, or too many people at once."""

    status = 429
    word = "sign_in.errors.busy"
    is_passing = True


class Broken(ConsoleError):
    """Something failed that should not: the log says where."""

    status = 500
    word = "shell.errors.broken"
    is_passing = True


class Unavailable(ConsoleError):
    """A server that the page needs does not answer; nothing was done, or nobody knows."""

    status = 503
    word = "shell.errors.unavailable"
    is_passing = True

"""The account's articles: made in two steps, because the platform works on them for a while (docs: zalo 4.6).

`create` and `update` answer a token; once the clock has passed the processing time the token yields the article's id.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.parts import Part

ARTICLE_PATH = "/_emulator/articles/"
MAX_ARTICLES = 5_000
MAX_TOKENS = 10_000
PROCESSING = -214  # docs: zalo 4.8
INVALID = -201


@dataclass(frozen=True, slots=True)
class Article:
    """One article. `kind` is `normal` or `video`, `status` and `comment` are `show` or `hide`; times ms since 1970."""

    article_id: str
    kind: str
    title: str
    author: str
    description: str
    cover: dict[str, Any]
    body: list[dict[str, Any]]
    status: str
    comment: str
    created_ms: int
    updated_ms: int
    more: dict[str, Any] = field(default_factory=dict)
    """Fields that only pass through: `tracking_link`, `related_medias`, a video's id."""

    @property
    def page_path(self) -> str:
        """Where people read it: a page of the emulator itself."""
        return ARTICLE_PATH + self.article_id

    @property
    def cover_url(self) -> str:
        """The picture shown with the title, an empty text without one."""
        return str(self.cover.get("photo_url", ""))


@dataclass(frozen=True, slots=True)
class _Work:
    """An article under way: `ready_ms` is when `article` becomes the one that everybody sees."""

    ready_ms: int
    article: Article


class Articles(Part):
    """All articles by their id, and the work under way by its token."""

    def __init__(self, config: EmulatorConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._known: OrderedDict[str, Article] = OrderedDict()
        self._work: OrderedDict[str, _Work] = OrderedDict()
        self._done: OrderedDict[str, str] = OrderedDict()

    def create(self, make: Callable[[str, int], Article]) -> str:
        """Begin a new article; its token. `make` gets the new id and now in ms."""
        return self._begin(make(secrets.token_hex(10), self._clock.now_ms()))

    def update(self, article: Article) -> str:
        """Begin to replace an article; a token again."""
        return self._begin(replace(article, updated_ms=self._clock.now_ms()))

    def verify(self, token: str) -> str:
        """The article's id for a token. Raises Refused: -214 while the work goes on, -201 for an unknown token."""
        self._settle()
        if token in self._work:
            raise Refused(PROCESSING)
        if token not in self._done:
            raise Refused(INVALID, rule="token", detail="this token was not given for an article")
        return self._done[token]

    def find(self, article_id: str) -> Article | None:
        """The finished article with this id."""
        self._settle()
        return self._known.get(article_id)

    def remove(self, article_id: str) -> bool:
        """Forget an article; whether there was one."""
        self._settle()
        return self._known.pop(article_id, None) is not None

    def all(self, kind: str) -> list[Article]:
        """The finished articles of a kind, newest first."""
        self._settle()
        return [article for article in reversed(self._known.values()) if article.kind == kind]

    def snapshot(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {
            "known": [asdict(article) for article in self._known.values()],
            "work": [[token, work.ready_ms, asdict(work.article)] for token, work in self._work.items()],
            "done": list(self._done.items()),
        }

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        self._known = OrderedDict((each["article_id"], Article(**each)) for each in raw["known"])
        self._work = OrderedDict((token, _Work(ready, Article(**each))) for token, ready, each in raw["work"])
        self._done = OrderedDict(raw["done"])

    def _begin(self, article: Article) -> str:
        token = secrets.token_urlsafe(32)
        ready_ms = self._clock.now_ms() + int(self._config.article_processing_seconds * 1000)
        self._work[token] = _Work(ready_ms, article)
        return token

    def _settle(self) -> None:
        """What is ready by now becomes visible, in the order in which it was begun."""
        now_ms = self._clock.now_ms()
        for token in [token for token, work in self._work.items() if work.ready_ms <= now_ms]:
            article = self._work.pop(token).article
            self._known[article.article_id] = article
            self._done[token] = article.article_id
        while len(self._known) > MAX_ARTICLES:
            self._known.popitem(last=False)
        while len(self._done) > MAX_TOKENS:
            self._done.popitem(last=False)

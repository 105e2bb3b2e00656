from collections.abc import Callable

import pytest

from emulator.articles import Article, Articles
from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.errors import Refused

CONFIG = EmulatorConfig(article_processing_seconds=10)


def make(title: str = "Lịch tiếp dân") -> Callable[[str, int], Article]:
    return lambda article_id, now_ms: Article(
        article_id, "normal", title, "UBND", "", {"photo_url": "https://x.vn/a.png"}, [], "show", "show", now_ms, now_ms
    )


def test_an_article_is_there_when_its_time_has_come() -> None:
    clock = Clock()
    articles = Articles(CONFIG, clock)
    token = articles.create(make())
    with pytest.raises(Refused) as early:
        articles.verify(token)
    assert (early.value.code, early.value.rule) == (-214, None)
    assert articles.all("normal") == []
    clock.set_ms(clock.now_ms() + 10_000)
    article_id = articles.verify(token)
    assert articles.verify(token) == article_id
    found = articles.find(article_id)
    assert found
    assert (found.title, found.cover_url, found.page_path) == (
        "Lịch tiếp dân", "https://x.vn/a.png", f"/_emulator/articles/{article_id}"
    )  # fmt: skip


def test_a_token_that_was_never_given_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        Articles(CONFIG, Clock()).verify("made up")
    assert (refused.value.code, refused.value.rule) == (-201, "token")


def test_an_update_shows_after_its_time_and_keeps_the_id() -> None:
    clock = Clock()
    articles = Articles(CONFIG, clock)
    token = articles.create(make())
    clock.set_ms(clock.now_ms() + 10_000)
    article = articles.find(articles.verify(token))
    assert article
    changed = articles.update(make("Mới")(article.article_id, 0))
    assert articles.all("normal")[0].title == "Lịch tiếp dân"
    clock.set_ms(clock.now_ms() + 10_000)
    assert articles.verify(changed) == article.article_id
    assert [each.title for each in articles.all("normal")] == ["Mới"]
    assert articles.all("video") == []


def test_articles_and_work_under_way_survive_a_snapshot() -> None:
    clock = Clock()
    articles = Articles(CONFIG, clock)
    done = articles.create(make())
    clock.set_ms(clock.now_ms() + 10_000)
    article_id = articles.verify(done)
    waiting = articles.create(make("Chờ"))
    again = Articles(CONFIG, clock)
    again.restore(articles.snapshot())
    assert again.verify(done) == article_id
    with pytest.raises(Refused, match="-214"):
        again.verify(waiting)
    assert again.remove(article_id)
    assert not again.remove(article_id)

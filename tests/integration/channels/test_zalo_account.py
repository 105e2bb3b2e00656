"""What an account can be asked, against the emulator (docs: zalo 5, 6.3)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.errors import BadMessage, Temporary
from channels.zalo.methods import (
    BroadcastArticle,
    CreateArticle,
    GetArticle,
    ListArticles,
    RemoveArticle,
    TemplateStatus,
    VerifyArticle,
)
from channels.zalo.types import SendStatus
from tests.integration.channels.bench import PARAMS, PHONE, Bench, template, text

ARTICLE: dict[str, Any] = {
    "type": "normal",
    "title": "Lịch nghỉ lễ của bộ phận một cửa",
    "author": "UBND",
    "cover": {"cover_type": "photo", "photo_url": "https://dvc.example.vn/a.png", "status": "show"},
    "description": "Bộ phận một cửa nghỉ lễ.",
    "body": [{"type": "text", "content": "Bộ phận một cửa nghỉ từ 30/4 đến 1/5."}],
    "status": "show",
    "comment": "hide",
}


async def breaks_no_rule(bench: Bench) -> None:
    assert await bench.emulator.get("violations") == []


async def test_who_we_are(bench: Bench) -> None:
    account = await bench.account().oa()
    assert account.id == bench.emulator.credentials["oa_id"]
    assert account.is_verified is True


async def test_what_is_known_of_a_user(bench: Bench) -> None:
    user_id = await bench.citizen()
    api = bench.account()
    await api.tag(user_id, "khai-sinh")
    await api.update_user(user_id, alias="Ông A", phone="84905123456", address="12 Trần Phú")
    user = await api.user_detail(user_id)
    assert (user.user_id, user.user_is_follower, user.user_alias) == (user_id, True, "Ông A")
    assert user.shared_info is not None
    assert (user.shared_info.phone, user.shared_info.address) == ("84905123456", "12 Trần Phú")
    assert user.tags_and_notes_info is not None
    assert user.tags_and_notes_info.tag_names == ("khai-sinh",)
    await breaks_no_rule(bench)


async def test_a_shared_phone_may_be_a_number(bench: Bench) -> None:
    await bench.emulator.post("settings", {"shared_phone_as_number": True})
    user_id = await bench.citizen()
    api = bench.account()
    await api.update_user(user_id, phone="84905123456")
    user = await api.user_detail(user_id)
    assert user.shared_info is not None
    assert user.shared_info.phone == "84905123456"
    assert "84905123456" not in repr(user)


async def test_all_users_come_page_by_page_each_once(bench: Bench) -> None:
    phones = [f"849051{number:05d}" for number in range(103)]
    ids = set(await asyncio.gather(*(bench.emulator.add_phone(phone, follows=True) for phone in phones)))
    api = bench.account()
    found = [user_id async for user_id in api.users()]
    assert len(found) == len(set(found)) == 103
    assert set(found) == ids
    await api.tag(found[7], "khai-sinh")
    assert [user_id async for user_id in api.users(tag_name="khai-sinh", is_follower=True)] == [found[7]]
    assert [user_id async for user_id in api.users(is_follower=False)] == []
    await breaks_no_rule(bench)


async def test_tags_come_and_go(bench: Bench) -> None:
    user_id = await bench.citizen()
    api = bench.account()
    await api.tag(user_id, "a")
    await api.tag(user_id, "b")
    assert set(await api.tags()) == {"a", "b"}
    await api.untag(user_id, "a")
    await api.remove_tag("b")
    assert "b" not in await api.tags()
    assert [found async for found in api.users(tag_name="a")] == []
    await breaks_no_rule(bench)


async def test_what_was_said_while_the_webhook_was_down_is_found_again(bench: Bench) -> None:
    user_id = await bench.citizen()
    before = datetime.now(UTC) - timedelta(hours=1)
    for number in range(23):
        await bench.emulator.post(f"phones/{PHONE}/send", {"text": f"câu {number}"})
    await bench.channels()["zalo_oa"].send(text("trả lời", user_id=user_id))
    rows = [row async for row in bench.account().recent_chat(since=before)]
    assert len(rows) == len({row.message_id for row in rows}) == 25
    assert [row.is_from_user for row in rows[:2]] == [False, True]
    assert rows[1].message == "câu 22"
    assert rows[1].from_id == user_id
    assert rows[0].time is not None
    assert len([row async for row in bench.account().recent_chat(limit=12)]) == 12
    assert [row async for row in bench.account().recent_chat(since=datetime.now(UTC) + timedelta(hours=1))] == []
    assert [row.message_id for row in await bench.account().conversation(user_id)] == [
        row.message_id for row in rows[:10]
    ]
    await breaks_no_rule(bench)


async def test_a_reaction_reaches_the_citizens_message(bench: Bench) -> None:
    user_id = await bench.citizen()
    api = bench.account()
    asked = await anext(api.recent_chat())
    await api.react(user_id, asked.message_id, "/-strong")
    await api.react(user_id, asked.message_id, "/-remove")
    with pytest.raises(BadMessage, match="react_icon"):
        await api.react(user_id, asked.message_id, "👍")
    await breaks_no_rule(bench)


async def test_quotas_are_told(bench: Bench) -> None:
    user_id = await bench.citizen()
    api = bench.account()
    await bench.channels()["zalo_oa"].send(text("chào", user_id=user_id))
    of_user = await api.quota_of_user(user_id)
    assert of_user.cs_reply is not None
    assert (of_user.cs_reply.remain, of_user.cs_reply.total) == (7, 8)
    assert of_user.last_interaction is not None
    assert {asset.product_type for asset in await api.quota()} >= {"cs"}
    daily = await api.template_quota()
    assert daily.remaining_quota == daily.daily_quota == 500_000
    assert (await api.quality()).current in {"HIGH", "MEDIUM", "LOW", "UNDEFINED"}
    await breaks_no_rule(bench)


async def test_templates_are_listed_and_described(bench: Bench) -> None:
    api = bench.account()
    listed = {row.template_id: row async for row in api.templates()}
    assert {f"40010{number}" for number in range(1, 10)} <= set(listed)
    assert "400101" in {row.template_id async for row in api.templates(status=TemplateStatus.ENABLE)}
    described = await api.template("400101")
    assert {param.name for param in described.list_params} == set(PARAMS)
    assert set(await api.template_sample("400101")) == set(PARAMS)
    await breaks_no_rule(bench)


async def test_what_became_of_a_message_is_told(bench: Bench) -> None:
    receipt = await bench.channels()["zalo_template"].send(template())
    api = bench.account()
    assert (await api.message_status("no-such-id")).status is SendStatus.UNKNOWN_ID
    async with asyncio.timeout(5):
        while (state := await api.message_status(receipt.message_id)).status is not SendStatus.DELIVERED:
            assert state.status is SendStatus.NOT_DELIVERED
            await asyncio.sleep(0.02)
    assert state.delivery_time is not None


async def test_without_ratings_there_are_none(bench: Bench) -> None:
    now = datetime.now(UTC)
    ratings = bench.account().ratings("400101", since=now - timedelta(days=7), until=now)
    assert [rating async for rating in ratings] == []
    await breaks_no_rule(bench)


async def test_an_article_is_made_checked_broadcast_and_removed(bench: Bench) -> None:
    await bench.emulator.post("settings", {"article_processing_seconds": 0.3, "promotion_night_rule": False})
    await bench.citizen()
    client = bench.client()
    token = (await client.call(CreateArticle(fields=ARTICLE))).token
    with pytest.raises(Temporary, match="-214"):
        await client.call(VerifyArticle(token=token))
    article_id = await verified(client, token)
    page = await client.call(ListArticles())
    assert [row.id for row in page.articles] == [article_id]
    assert (await client.call(GetArticle(article_id=article_id))).fields["title"] == ARTICLE["title"]
    await client.call(BroadcastArticle(article_id=article_id, gender=0))
    await client.call(RemoveArticle(article_id=article_id))
    assert (await client.call(ListArticles())).articles == ()
    await breaks_no_rule(bench)


async def verified(client: Any, token: str) -> str:
    async with asyncio.timeout(5):
        while True:
            try:
                return str((await client.call(VerifyArticle(token=token))).id)
            except Temporary:
                await asyncio.sleep(0.02)

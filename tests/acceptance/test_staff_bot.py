"""The staff's bot: whoever writes to it learns the id of the chat, with which alerts can be ordered."""

import json
from typing import Any

import aiohttp

from tests.acceptance.conftest import Dossier
from tests.site import Site

UPDATE = {
    "event_name": "message.text.received",
    "message": {
        "message_id": "2d758cb5e222177a4e35",
        "date": 1767225600000,
        "text": "Xin chào",
        "chat": {"id": "6ede9afa66b88fe6d6a9", "chat_type": "PRIVATE"},
        "from": {"id": "6ede9afa66b88fe6d6a9", "display_name": "An", "is_bot": False},
    },
}


async def test_whoever_writes_to_the_bot_learns_the_chats_id(site: Site, dossier: Dossier) -> None:
    said = await site.emulator("POST", f"bot/{dossier.phone}/send", {"text": "Xin chào"})

    async def answers() -> list[dict[str, Any]]:
        messages = await site.messages(phone=dossier.phone, channel="bot")
        return [message for message in messages if said["chat_id"] in message["text"]]

    [answer] = await site.wait_until(answers, what="the bot's answer")
    assert "HOSO_ZALO_BOT_ALERT_CHATS" in answer["text"]


async def test_updates_without_the_secret_are_turned_away_and_the_empty_probe_is_not(site: Site) -> None:
    async def post(body: object, **headers: str) -> int:
        url = f"{site.url}/webhooks/zalo-bot/staff"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=json.dumps(body), headers=headers) as answer,
        ):
            return answer.status

    assert await post(UPDATE) == 401
    assert await post(UPDATE, **{"X-Bot-Api-Secret-Token": "wrong"}) == 401
    assert await post({}) == 200


async def test_an_sms_report_to_a_wrong_address_finds_nothing(site: Site) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("esms/wrong", "nobody/emulator-sms-callback-token"):
            async with session.get(f"{site.url}/webhooks/sms/{path}?SMSID=1") as answer:
                assert answer.status == 404
        async with session.get(f"{site.url}/webhooks/sms/esms/emulator-sms-callback-token?x=1") as answer:
            assert answer.status == 200

"""The SMS gateway's door: only its secret address takes reports, each is kept once, and none is believed here."""

import json
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.inbox import Inbox
from bot.sms_callback import SmsCallback, SmsGate, sms_document
from channels.sms.report import is_token, parse_report, to_body
from tests.integration.bot.harness import Relay, RunningBot, poll, running_bot

TOKEN = SecretStr("a-token-that-nobody-guesses")
REPORT = {
    "SMSID": "4a5b",
    "SendStatus": "5",
    "SendSuccess": "1",
    "SendFailed": "0",
    "TotalPrice": "500",
    "RequestId": "n-1",
    "TypeId": "2",
    "telcoid": "1",
    "phonenumber": "0905123456",
}


def routes(inbox: Inbox) -> list[aiohttp.web.RouteDef]:
    gate = SmsGate(is_token=lambda given: is_token(given, TOKEN), to_body=to_body, parse=parse_report)
    return SmsCallback({"esms": gate}, inbox).routes()


async def report(bot: RunningBot, query: Mapping[str, str], *, provider: str = "esms", token: str = "") -> int:
    url = f"{bot.url}/webhooks/sms/{provider}/{token or TOKEN.get_secret_value()}"
    async with bot.session.get(url, params=query) as answer:
        return answer.status


async def test_a_report_is_kept_once_and_wakes_the_workers(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=routes, api_documents=[sms_document()]) as bot:
        assert [await report(bot, REPORT), await report(bot, REPORT)] == [200, 200]
        [row] = await bot.rows()
        assert (row["platform"], row["kind"], row["state"]) == ("sms_esms", "receipt", "pending")
        assert json.loads(bot.cipher.decrypt(row["raw_enc"], "inbox.raw")) == REPORT
        assert bot.rung == [{"receipt"}]
        await report(bot, REPORT | {"SendStatus": "7"})
        assert len(await bot.rows()) == 2


@pytest.mark.parametrize(("provider", "token"), [("esms", "wrong"), ("speedsms", ""), ("esms", "%20"), ("", "x")])
async def test_a_wrong_address_is_no_address(postgres_url: str, tmp_path: Path, provider: str, token: str) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=routes) as bot:
        assert await report(bot, REPORT, provider=provider, token=token) == 404
        assert await bot.rows() == []


async def test_a_report_without_an_id_is_kept_and_nobody_is_woken(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=routes) as bot:
        assert await report(bot, {"x": "1"}) == 200
        assert [(row["kind"], row["state"]) for row in await bot.rows()] == [("unknown", "ignored")]
        assert bot.rung == []


async def test_a_query_that_is_no_report_is_refused(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool", routes=routes) as bot:
        assert await report(bot, {str(number): "x" for number in range(100)}) == 400
        assert await report(bot, {"SMSID": "a\0b"}) == 400
        assert await bot.rows() == []


async def test_a_report_waits_in_the_spool_while_the_database_is_away(postgres_url: str, tmp_path: Path) -> None:
    relay = Relay(postgres_url, tmp_path)
    await relay.start()
    async with running_bot(relay.url, tmp_path / "spool", direct_url=postgres_url, routes=routes) as bot:
        await relay.cut()
        assert await report(bot, REPORT) == 200
        await relay.start()
        [row] = await poll(bot.rows)
        assert row["platform"] == "sms_esms"
    await relay.cut()

"""Templates by phone and by user id, checked by the platform's description before they leave (docs: zalo 4.4, 6)."""

from __future__ import annotations

import asyncio
import unicodedata
from typing import Any

import pytest
import structlog
from pydantic import SecretStr

from channels.base import OutgoingMessage, TemplateContent
from channels.errors import BadMessage, NeedsHuman, RecipientRefused, RecipientUnreachable
from channels.zalo.catalog import BAD_NEWS_SECONDS, GOOD_SECONDS, TemplateCatalog
from channels.zalo.methods import SendTemplateHashed
from channels.zalo.proofs import hash_phone
from channels.zalo.template import ZaloTemplateChannel
from tests.integration.channels.bench import BY_USER, INFO, PARAMS, PHONE, SEND, Bench, template, template_to
from tests.proxy import Fault, FaultProxy


async def requests(bench: Bench, path: str) -> int:
    return sum(row["path"] == path for row in (await bench.emulator.get("requests"))["requests"])


class Seconds:
    """A clock for the catalogue."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# --- By user id -------------------------------------------------------------------------------------------------------


async def test_a_template_by_user_id_arrives_outside_every_window(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    receipt = await bench.channels()["zalo_template_uid"].send(template_to(user_id))
    (message,) = await bench.messages()
    assert message["request"] == {"user_id": user_id, "template_id": "400101", "template_data": PARAMS}
    assert receipt.message_id == message["answer"]["data"]["message_id"]
    assert receipt.sent_at is not None
    assert receipt.rate_limit == 4000
    assert await bench.emulator.get("violations") == []


async def test_our_reference_goes_by_user_id_only_where_a_setting_says_so(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    await bench.emulator.post("settings", {"uid_tracking_id": True})
    await bench.channels(template_uid_tracking=True)["zalo_template_uid"].send(template_to(user_id))
    assert (await bench.messages())[0]["tracking_id"] == "n-1"
    assert await bench.emulator.get("violations") == []


async def test_a_template_that_cannot_go_by_user_id_needs_a_human(bench: Bench) -> None:
    await bench.emulator.order(BY_USER, "error:-249")
    with pytest.raises(NeedsHuman, match="-249"):
        await bench.channels()["zalo_template_uid"].send(template_to("5"))


async def test_without_a_user_id_another_channel_is_used(bench: Bench) -> None:
    with pytest.raises(RecipientUnreachable, match="no_user_id") as caught:
        await bench.channels()["zalo_template_uid"].send(template())
    assert caught.value.try_other_channel


async def test_somebody_who_blocked_the_account_is_told_apart(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    await bench.emulator.post(f"phones/{PHONE}/state", {"blocked": True})
    with pytest.raises((RecipientUnreachable, RecipientRefused)) as caught:
        await bench.channels()["zalo_template_uid"].send(template_to(user_id))
    assert caught.value.try_other_channel


async def test_a_template_to_a_hashed_phone_arrives(bench: Bench) -> None:
    method = SendTemplateHashed(
        hash_phone=SecretStr(hash_phone(PHONE)), template_id="400101", template_data=PARAMS, tracking_id="n-2"
    )
    await bench.emulator.add_phone(PHONE)
    result = await bench.client().call(method)
    (message,) = await bench.messages()
    assert (message["phone"], message["tracking_id"], result.msg_id) == (
        PHONE,
        "n-2",
        message["answer"]["data"]["msg_id"],
    )
    assert await bench.emulator.get("violations") == []


# --- Checked before sending -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zalo_template", "zalo_template_uid"])
@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        (PARAMS | {"thu_tuc": "ế" * 201}, "param_too_long", "thu_tuc has 201 characters, at most 200"),
        (PARAMS | {"don_vi": " "}, "param_empty", "don_vi"),
        (PARAMS | {"extra": "x"}, "param_undefined", "extra"),
        ({name: value for name, value in PARAMS.items() if name != "don_vi"}, "param_missing", "don_vi"),
    ],
    ids=["long", "empty", "undefined", "missing"],
)
async def test_wrong_parameters_never_leave(
    bench: Bench, name: str, params: dict[str, str], code: str, words: str
) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    content = TemplateContent(template_id="400101", params=params)
    message = template() if name == "zalo_template" else template_to(user_id)
    with pytest.raises(BadMessage, match=words) as caught:
        await bench.channels()[name].send(message.model_copy(update={"template": content}))
    assert caught.value.code == code
    assert "ế" not in str(caught.value)
    assert await requests(bench, SEND) + await requests(bench, BY_USER) == 0


async def test_the_limit_counts_composed_letters(bench: Bench) -> None:
    await bench.channels()["zalo_template"].send(template(thu_tuc=unicodedata.normalize("NFD", "ế" * 200)))
    assert len(await bench.messages()) == 1


async def test_the_receipt_tells_the_price_by_the_way_it_went(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    channels = bench.channels()
    described = await bench.account().template("400101")
    by_phone = await channels["zalo_template"].send(template())
    by_user = await channels["zalo_template_uid"].send(template_to(user_id))
    assert by_phone.cost_vnd == described.price_by_phone is not None
    assert by_user.cost_vnd == described.price_by_user is not None


async def test_a_setting_turns_checks_off(bench: Bench) -> None:
    receipt = await bench.channels(check_templates=False)["zalo_template"].send(template())
    assert receipt.cost_vnd is None
    assert await requests(bench, INFO) == 0


async def test_both_channels_and_many_messages_ask_once(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    channels = bench.channels()
    messages = [(channels["zalo_template"], template(f"n-{number}")) for number in range(10)]
    messages += [(channels["zalo_template_uid"], template_to(user_id))] * 5
    await asyncio.gather(*(channel.send(message) for channel, message in messages))
    assert await requests(bench, INFO) == 1
    assert len(await bench.messages()) == 15


def checked(bench: Bench, **settings: Any) -> tuple[ZaloTemplateChannel, Seconds]:
    clock, client = Seconds(), bench.client()
    catalog = TemplateCatalog(client, clock=clock, **settings)
    return ZaloTemplateChannel(client, bench.zalo, catalog=catalog), clock


async def test_a_description_counts_for_an_hour(bench: Bench) -> None:
    channel, clock = checked(bench)
    await channel.send(template())
    clock.now += GOOD_SECONDS - 1
    await channel.send(template())
    assert await requests(bench, INFO) == 1
    clock.now += 1
    await channel.send(template())
    assert await requests(bench, INFO) == 2


async def test_bad_news_of_an_old_description_are_asked_again(bench: Bench) -> None:
    channel, clock = checked(bench)
    await channel.send(template())
    wrong = template(thu_tuc="x" * 201)
    with pytest.raises(BadMessage):
        await channel.send(wrong)
    assert await requests(bench, INFO) == 1, "fresh bad news is believed"
    clock.now += BAD_NEWS_SECONDS + 1
    with pytest.raises(BadMessage):
        await channel.send(wrong)
    assert await requests(bench, INFO) == 2


@pytest.mark.parametrize("mode", ["error:-100", "http_500", "reset"])
async def test_what_cannot_be_asked_is_not_checked_and_logged_once(bench: Bench, mode: str) -> None:
    await bench.emulator.order(INFO, mode, times=None)
    channel, clock = checked(bench)
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await channel.send(template())
            clock.now += BAD_NEWS_SECONDS + 1
    assert len(await bench.messages()) == 3
    assert [log["event"] for log in logs] == ["zalo.template_not_checked"]
    assert logs[0]["template_id"] == "400101"


async def test_an_unanswered_question_holds_no_message_up(bench: Bench) -> None:
    async with FaultProxy("127.0.0.1", bench.emulator.port) as proxy:
        proxy.fault = Fault.SWALLOW_ANSWER
        asking = bench.client(template_base=proxy.url)
        catalog = TemplateCatalog(asking, wait_seconds=0.05)
        channel = ZaloTemplateChannel(bench.client(), bench.zalo, catalog=catalog)
        async with asyncio.timeout(3):
            await asyncio.gather(*(channel.send(template(f"n-{number}")) for number in range(20)))
        assert proxy.requests_forwarded <= 1
    assert len(await bench.messages()) == 20


@pytest.mark.provokes_violations("template_id")
async def test_an_unknown_template_is_left_to_the_platform(bench: Bench) -> None:
    message = template().model_copy(update={"template": TemplateContent(template_id="999", params={"a": "b"})})
    with pytest.raises(NeedsHuman, match="-109"):
        await bench.channels()["zalo_template"].send(message)


@pytest.mark.provokes_violations("appsecret_proof")
@pytest.mark.parametrize("name", ["zalo_template", "zalo_template_uid"])
async def test_the_proof_goes_with_every_call(bench: Bench, name: str) -> None:
    await bench.emulator.post("settings", {"require_appsecret_proof": True})
    user_id = await bench.emulator.add_phone(PHONE)
    message: OutgoingMessage = template() if name == "zalo_template" else template_to(user_id)
    await bench.channels(send_appsecret_proof=True)[name].send(message)
    assert await requests(bench, INFO) == 1
    with pytest.raises(NeedsHuman, match=r"-1241|-242"):
        await bench.channels()[name].send(message)

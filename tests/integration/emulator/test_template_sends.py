"""Sends by phone, hash and encrypted phone, and every reason why one does not go (docs: zalo 6.1, 6.2, 6.6)."""

import asyncio
import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.codes import TEMPLATE
from emulator.phones import TEMPLATE_REFUSALS

PHONE = "84905123456"
NOON = "2026-03-02T12:00:00+07:00"
NIGHT = "2026-03-02T23:00:00+07:00"
DATA = {
    "401001": {"otp": "123456"},
    "401002": {"ma_ho_so": "H29"},
    "401003": {"han": "31/12/2026", "noi_dung": "Cấp bản sao trích lục"},
    "401006": {"ma_ho_so": "H29", "trang_thai": "Đang chuyển"},
}


def sha(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()


async def send(lab: Any, template_id: str, phone: str = PHONE, **more: Any) -> int:
    body = {"phone": phone, "template_id": template_id, "template_data": DATA[template_id], "tracking_id": "n", **more}
    return int((await lab.platform("POST", "/message/template", json=body))["error"])


async def send_otherwise(lab: Any, path: str, **who: Any) -> Any:
    body = {**who, "template_id": "401002", "template_data": DATA["401002"], "tracking_id": "n"}
    return await lab.platform("POST", path, json=body)


async def at(lab: Any, moment: str) -> None:
    await lab.control("clock", {"now": moment})
    current = (await lab.see("credentials"))["current"]["refresh_token"]
    lab.token = (await lab.refresh(current))["access_token"]


async def until(claim: Callable[[], bool]) -> None:
    """Wait until a claim holds; fail after ten seconds."""
    deadline = time.monotonic() + 10
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_a_hashed_phone_gets_the_message_and_the_receipt_carries_the_hash(lab: Any) -> None:
    await lab.control("phones", {"phone": "84987654321"})
    vector = "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438"
    answer = await send_otherwise(lab, "/message/template/hashphone", hash_phone=vector)
    assert answer["error"] == 0
    (message,) = await lab.see("messages?phone=84987654321")
    assert message["message_id"] == answer["data"]["msg_id"]
    (event,) = await lab.receiver.wait("user_received_message")
    assert event["recipient"] == {"id": vector}
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations(sometimes=True)
@pytest.mark.parametrize(
    ("who", "code", "rules"),
    [
        ({"hash_phone": sha("+" + PHONE)}, -108, ["hash_phone"]),
        ({"hash_phone": sha("0905123456")}, -108, ["hash_phone"]),
        ({"hash_phone": sha(PHONE).upper()}, -108, ["hash_phone"]),
        ({"hash_phone": PHONE}, -108, ["hash_phone"]),
        ({"hash_phone": 7}, -108, ["hash_phone"]),
        ({"phone": PHONE}, -108, ["hash_phone"]),
        ({"hash_phone": sha("84900000001")}, -118, []),
    ],
)
async def test_a_hash_that_is_not_of_a_known_bare_number_is_refused(
    lab: Any, who: dict[str, Any], code: int, rules: list[str]
) -> None:
    await lab.control("phones", {"phone": PHONE})
    assert await send_otherwise(lab, "/message/template/hashphone", **who) == {"error": code, "message": TEMPLATE[code]}
    assert [each["rule"] for each in await lab.see("violations")] == rules


@pytest.mark.provokes_violations("path")
async def test_rsa_and_journeys_are_off_unless_asked_for(lab: Any) -> None:
    for method, path in (
        ("GET", "/rsa/key/gen"),
        ("GET", "/rsa/key/get"),
        ("POST", "/rsa/message/template"),
        ("POST", "/journey/get-token"),
        ("GET", "/journey/check-token"),
    ):
        assert (await lab.platform(method, path))["error"] == -106


@pytest.mark.provokes_violations("phone", "rsa_key", "rsa_phone")
@pytest.mark.parametrize(("codes", "missing", "exists"), [("new", -142, -143), ("old", -128, -129)])
async def test_an_encrypted_phone_gets_the_message(make_lab: Any, codes: str, missing: int, exists: int) -> None:
    lab = await make_lab(rsa=True, rsa_codes=codes)
    assert (await lab.platform("GET", "/rsa/key/get"))["error"] == missing
    assert (await send_otherwise(lab, "/rsa/message/template", rsa_phone="x"))["error"] == missing
    made = (await lab.platform("GET", "/rsa/key/gen"))["data"]
    assert (await lab.platform("GET", "/rsa/key/gen"))["error"] == exists
    assert (await lab.platform("GET", "/rsa/key/get"))["data"] == made
    key = serialization.load_pem_public_key(made["publicKey"].encode())
    assert isinstance(key, rsa.RSAPublicKey)
    oaep = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    for phone, code in ((PHONE, 0), ("0905123456", -108)):
        written = base64.b64encode(key.encrypt(phone.encode(), oaep)).decode()
        assert (await send_otherwise(lab, "/rsa/message/template", rsa_phone=written))["error"] == code
    assert (await send_otherwise(lab, "/rsa/message/template", rsa_phone="x"))["error"] == -123
    assert (await send_otherwise(lab, "/rsa/message/template", rsa_phone=7))["error"] == -108
    assert len(await lab.see(f"messages?phone={PHONE}")) == 1


@pytest.mark.provokes_violations("journey_token", "phone", "token", "token_type")
async def test_a_journey_message_needs_a_token_that_lives(make_lab: Any) -> None:
    lab = await make_lab(journey=True)
    ask: Any = {"phone": PHONE, "token_type": "token_logistics_7"}
    made = (await lab.platform("POST", "/journey/get-token", json=ask))["data"]
    assert (await lab.platform("POST", "/journey/get-token", json={**ask, "token_type": "x"}))["error"] == -132
    assert (await lab.platform("POST", "/journey/get-token", json={**ask, "phone": "x"}))["error"] == -108
    bus = (await lab.platform("POST", "/journey/get-token", json={**ask, "token_type": "token_coach_bus_30"}))["data"]
    assert await send(lab, "401006") == -148
    assert await send(lab, "401006", journey_token="x") == -149
    assert await send(lab, "401006", journey_token=bus["token"]) == -1491
    assert await send(lab, "401006", journey_token=made["token"]) == 0
    checked = await lab.platform("GET", f"/journey/check-token?token={made['token']}")
    assert checked["data"]["token_type"] == "token_logistics_7"
    assert (await lab.platform("GET", "/journey/check-token"))["error"] == -148
    assert (await lab.platform("GET", "/journey/check-token?token=x"))["error"] == -149
    await lab.control("clock", {"advance_seconds": 7 * 86_400})
    lab.token = (await lab.refresh())["access_token"]
    assert await send(lab, "401006", journey_token=made["token"]) == -150
    assert (await lab.platform("GET", f"/journey/check-token?token={made['token']}"))["error"] == -150


@pytest.mark.parametrize("code", TEMPLATE_REFUSALS)
async def test_a_phone_may_be_told_to_refuse_templates_with_any_documented_code(lab: Any, code: int) -> None:
    changed = await lab.control(f"phones/{PHONE}/state", {"template_refusal": code})
    assert changed["template_refusal"] == code
    assert await lab.send() == {"error": code, "message": TEMPLATE[code]}
    await lab.control(f"phones/{PHONE}/state", {"template_refusal": 0})
    assert (await lab.send())["error"] == 0
    assert await lab.see("violations") == []


async def test_a_phone_refuses_with_documented_codes_only(lab: Any) -> None:
    for wrong in (-1, "x", None, False, True, [1]):
        await lab.control(f"phones/{PHONE}/state", {"template_refusal": wrong}, status=400)


async def test_nobody_who_was_away_for_long_gets_a_template(lab: Any) -> None:
    await lab.control(f"phones/{PHONE}/state", {"inactive": True})
    assert (await lab.send())["error"] == -114


async def test_at_night_only_one_time_passwords_go(make_lab: Any) -> None:
    lab = await make_lab(night_rule=True)
    await at(lab, NIGHT)
    assert await send(lab, "401002") == -133
    assert await send(lab, "401001") == 0
    await lab.control("settings", {"otp_at_night": False})
    assert await send(lab, "401001") == -133
    await lab.control("settings", {"night_rule": False})
    assert await send(lab, "401002") == 0


async def test_promotions_are_limited_for_citizens_and_for_the_account(make_lab: Any) -> None:
    lab = await make_lab(promotions_per_user_day=1, promotions_per_user_month=2, promotion_monthly_quota=3)
    await at(lab, NOON)
    assert [await send(lab, "401003") for _ in range(2)] == [0, -1472]
    await at(lab, "2026-03-03T12:00:00+07:00")
    assert await send(lab, "401003") == 0
    await at(lab, "2026-03-04T12:00:00+07:00")
    assert await send(lab, "401003") == -1471
    assert [await send(lab, "401003", phone) for phone in ("84900000001", "84900000002")] == [0, -1441]
    quota = (await lab.platform("GET", "/message/quota"))["data"]
    assert (quota["monthlyPromotionQuota"], quota["remainingMonthlyPromotionQuota"]) == ("3", "0")
    assert quota["dailyQuotaPromotion"] is None
    await lab.control("settings", {"over_quota_allowed": True})
    body = {"phone": "84900000002", "template_id": "401003", "template_data": DATA["401003"], "tracking_id": "n"}
    answer = await lab.platform("POST", "/message/template", json={**body, "sending_mode": "3"})
    assert (answer["error"], answer["data"]["sending_mode"]) == (0, "3")
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("mode")
async def test_test_messages_use_a_quota_of_their_own(make_lab: Any) -> None:
    lab = await make_lab(admin_phones=(PHONE,), development_daily_quota=1, daily_quota=0)
    assert await send(lab, "401002", mode="development") == 0
    assert await send(lab, "401002", mode="development") == -126
    assert await send(lab, "401002", "84900000001", mode="development") == -127
    assert await send(lab, "401002") == -144


@pytest.mark.provokes_violations(sometimes=True)
@pytest.mark.parametrize(("template", "code"), [("401004", -131), ("401005", -146), ("409999", -109)])
async def test_a_template_that_may_not_be_sent_is_refused(lab: Any, template: str, code: int) -> None:
    answer = await lab.send(template_id=template, template_data={"noi_dung": "x"})
    assert answer == {"error": code, "message": TEMPLATE[code]}


@pytest.mark.provokes_violations("template_data")
async def test_formats_are_checked_by_setting(lab: Any) -> None:
    data = {"han": "cuối năm", "noi_dung": "x"}
    assert await send(lab, "401003", template_data=data) == -1124
    await lab.control("settings", {"template_format_check": False})
    assert await send(lab, "401003", template_data=data) == 0


async def test_quotas_hashes_and_keys_survive_a_restart(make_lab: Any, tmp_path: Any) -> None:
    before = await make_lab(state_file=tmp_path / "state.json", rsa=True)
    await before.control("phones", {"phone": PHONE})
    assert await send(before, "401003") == 0
    key = (await before.platform("GET", "/rsa/key/gen"))["data"]
    stored, copied = tmp_path / "state.json", tmp_path / "copy.json"
    await until(lambda: b"PRIVATE KEY" in stored.read_bytes())
    copied.write_bytes(stored.read_bytes())
    after = await make_lab(state_file=copied, rsa=True)
    assert await send(after, "401003") == -1472
    assert (await after.platform("GET", "/rsa/key/get"))["data"] == key
    assert (await send_otherwise(after, "/message/template/hashphone", hash_phone=sha(PHONE)))["error"] == 0

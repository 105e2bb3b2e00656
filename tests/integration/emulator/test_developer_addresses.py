"""What developers look at and change while the emulator runs: requests, settings, the account's state, the rate."""

from typing import Any

import pytest

from emulator.conditions import CONDITIONS

OA_HOST = ("GET", "/v2.0/oa/getoa")
TEMPLATE_HOST = ("GET", "/message/quota")


async def user(lab: Any) -> str:
    phone = await lab.control("phones", {"phone": "0905123456", "follows": True})
    return str(phone["user_id"])


@pytest.mark.provokes_violations("phone")
async def test_a_request_is_shown_with_its_answer_and_the_rules_it_broke(lab: Any) -> None:
    await lab.send(phone="0905123456")
    await lab.send()
    refused, sent = (await lab.see("requests"))["requests"]
    assert (refused["path"], refused["error"], refused["rules"]) == ("/message/template", -108, ["phone"])
    assert sent["request"]["body"]["tracking_id"] == "n-1"
    assert sent["answer"]["data"]["msg_id"]
    assert sent["request"]["headers"]["access_token"] == lab.token
    assert (await lab.see(f"requests?since={refused['seq']}"))["requests"] == [sent]


async def test_only_the_latest_requests_are_kept(lab: Any) -> None:
    for _ in range(510):
        await lab.platform("GET", "/v2.0/oa/getoa")
    kept = (await lab.see("requests"))["requests"]
    assert (len(kept), kept[-1]["seq"]) == (500, 510)


async def test_the_control_addresses_are_not_among_the_requests(lab: Any) -> None:
    await lab.see("clock")
    assert (await lab.see("requests"))["requests"] == []


async def test_a_setting_changes_while_it_runs(lab: Any) -> None:
    await lab.control("settings", {"night_rule": True, "mac_prefix": False})
    await lab.control("clock", {"now": "2026-03-02T23:00:00+07:00"})
    assert (await lab.send())["error"] == -133
    shown = {each["name"]: each for each in (await lab.see("settings"))["settings"]}
    assert shown["night_rule"]["value"] is True
    assert shown["daily_quota"] == shown["daily_quota"] | {"value": 500_000, "default": 500_000, "type": "int"}
    assert all(each["help"] for each in shown.values())


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"no_such": 1}, "no_such"),
        ({"daily_quota": "many"}, "daily_quota"),
        ({"daily_quota": -1}, "daily_quota"),
        ({"night_rule": 1}, "night_rule"),
        ({"admin_phones": "84905123456"}, "admin_phones"),
        ({"webhook_url": "http://127.0.0.1/"}, "webhook_url"),
        ({"receipt_delay_seconds": None}, "receipt_delay_seconds"),
    ],
)
async def test_a_wrong_setting_is_named_and_nothing_is_set(lab: Any, wanted: dict[str, Any], field: str) -> None:
    said = await lab.control("settings", {"echo_oa_messages": False, **wanted}, status=400)
    assert said["field"] == field
    shown = {each["name"]: each["value"] for each in (await lab.see("settings"))["settings"]}
    assert shown["echo_oa_messages"] is True


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=list(CONDITIONS))
async def test_each_condition_refuses_with_its_codes(lab: Any, condition: Any) -> None:
    user_id = await user(lab)
    await lab.control("account", {condition.name: True})
    assert (await lab.send())["error"] == (condition.template or 0)
    assert (await lab.reply(user_id))["error"] == (condition.oa or 0)
    questions = {"oa": OA_HOST, "template": TEMPLATE_HOST}
    for host, (method, path) in questions.items():
        expected = 0 if condition.only_sends else (getattr(condition, host) or 0)
        assert (await lab.platform(method, path))["error"] == expected
    await lab.control("account", {condition.name: False})
    assert (await lab.send())["error"] == 0
    assert await lab.see("violations") == []


async def test_an_unknown_condition_is_named(lab: Any) -> None:
    assert (await lab.control("account", {"no_such": True}, status=400))["field"] == "no_such"
    assert (await lab.control("account", {"wallet_empty": 1}, status=400))["field"] == "wallet_empty"


async def test_the_rate_is_told_and_kept_a_minute(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-03-02T09:00:01+07:00"})
    await lab.control("settings", {"oa_requests_per_minute": 2})
    headers = {"access_token": lab.token}
    remaining = []
    for _ in range(3):
        async with lab.session.get(lab.url + "/v2.0/oa/getoa", headers=headers) as answer:
            remaining.append((answer.headers["X-RateLimit-Remain"], (await answer.json())["error"]))
            assert answer.headers["X-RateLimit-Limit"] == "2"
    assert remaining == [("1", 0), ("0", 0), ("0", -32)]
    await lab.control("clock", {"advance_seconds": 60})
    assert (await lab.platform(*OA_HOST))["error"] == 0
    await lab.control("settings", {"oa_requests_per_minute": None})
    assert (await lab.platform(*OA_HOST))["error"] == 0


async def test_tokens_and_quotas_are_told(lab: Any) -> None:
    await lab.send()
    told = await lab.see("tokens")
    assert told["access"]["state"] == told["refresh"]["state"] == "valid"
    assert told["quota"]["template_remaining"] == 499_999
    await lab.control("clock", {"advance_seconds": 90_000})
    assert (await lab.see("tokens"))["access"]["state"] == "expired"

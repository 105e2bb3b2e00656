import asyncio
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from emulator import credentials
from emulator.pkce import challenge_of

GIVEN = credentials()
CALLBACK = "https://dvc.example.vn/callback?from=zalo"
VERIFIER = "v" * 43


async def consent(lab: Any, **changes: str) -> dict[str, list[str]]:
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK, "state": "s&1", **changes}
    async with lab.session.get(lab.url + "/v4/oa/permission", params=asked) as page:
        assert page.status == 200
        assert "<form" in await page.text()
    async with lab.session.post(lab.url + "/v4/oa/permission", data=asked, allow_redirects=False) as back:
        assert back.status == 302
        return parse_qs(urlsplit(back.headers["Location"]).query)


def exchange(code: str, **more: str) -> dict[str, str]:
    return {"app_id": GIVEN["app_id"], "grant_type": "authorization_code", "code": code, **more}


@pytest.mark.provokes_violations("code")
async def test_an_admin_consents_and_the_code_becomes_a_pair_once(lab: Any) -> None:
    query = await consent(lab, code_challenge=challenge_of(VERIFIER))
    assert query["oa_id"] == [GIVEN["oa_id"]]
    assert query["state"] == ["s&1"]
    assert query["from"] == ["zalo"]
    pair = await lab.oauth(exchange(query["code"][0], code_verifier=VERIFIER))
    assert set(pair) == {"access_token", "refresh_token", "expires_in"}
    assert pair["expires_in"] == "90000"
    lab.token = pair["access_token"]
    assert (await lab.send())["error"] == 0
    assert (await lab.oauth(exchange(query["code"][0], code_verifier=VERIFIER)))["error"] == -14005


@pytest.mark.provokes_violations("code", "pkce")
async def test_a_code_with_the_wrong_verifier_or_too_late_is_refused(lab: Any) -> None:
    query = await consent(lab, code_challenge=challenge_of(VERIFIER))
    assert (await lab.oauth(exchange(query["code"][0], code_verifier="w" * 43)))["error"] == -14005
    query = await consent(lab)
    await lab.control("clock", {"advance_seconds": 601})
    assert (await lab.oauth(exchange(query["code"][0])))["error"] == -14005


@pytest.mark.provokes_violations("refresh_token_reused")
async def test_a_refresh_token_is_single_use_and_the_reuse_is_a_violation(lab: Any) -> None:
    pair = await lab.refresh()
    again = await lab.refresh()
    assert again["error"] == -14014
    assert "access_token" not in again
    assert again["error_name"]
    assert (await lab.send())["error"] == -124
    assert (await lab.refresh(pair["refresh_token"]))["expires_in"] == "90000"
    assert [each["rule"] for each in await lab.see("violations")] == ["refresh_token_reused"]


@pytest.mark.provokes_violations("refresh_token_reused")
async def test_of_fifty_refreshes_at_once_exactly_one_succeeds(lab: Any) -> None:
    answers = await asyncio.gather(*(lab.refresh() for _ in range(50)))
    assert len([answer for answer in answers if "access_token" in answer]) == 1
    assert {answer["error"] for answer in answers if "error" in answer} == {-14014}


async def test_a_refresh_token_dies_after_three_months(lab: Any) -> None:
    await lab.control("clock", {"advance_seconds": 90 * 86_400 + 1})
    assert (await lab.refresh())["error"] == -14014
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
async def test_each_wrong_part_of_a_token_request_has_its_code(lab: Any) -> None:
    refresh = {"app_id": GIVEN["app_id"], "grant_type": "refresh_token", "refresh_token": GIVEN["refresh_token"]}
    assert (await lab.oauth(refresh, secret="wrong"))["error"] == -14004
    assert (await lab.oauth({**refresh, "app_id": "1"}))["error"] == -14002
    assert (await lab.oauth({**refresh, "grant_type": "password"}))["error"] == -14018
    assert (await lab.oauth({**refresh, "refresh_token": "made up"}))["error"] == -14014
    assert (await lab.oauth(exchange("made up")))["error"] == -14005
    assert (await lab.platform("POST", "/v4/oa/access_token", json=refresh))["error"] == -14002
    assert "access_token" in await lab.refresh()


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [({"app_id": "1"}, -14002), ({"redirect_uri": "https://other.example.vn/"}, -14003),
     ({"redirect_uri": "javascript:alert(1)"}, -14003), ({"redirect_uri": ""}, -14003)],
)  # fmt: skip
async def test_a_consent_for_another_app_or_address_is_refused(make_lab: Any, changes: Any, code: int) -> None:
    lab = await make_lab(callback_url=CALLBACK)
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK, **changes}
    assert (await lab.platform("GET", "/v4/oa/permission", params=asked))["error"] == code
    assert (await lab.platform("POST", "/v4/oa/permission", data=asked))["error"] == code


async def test_the_consent_page_escapes_what_it_was_given(lab: Any) -> None:
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK, "state": '"><script>'}
    async with lab.session.get(lab.url + "/v4/oa/permission", params=asked) as page:
        assert "<script>" not in await page.text()

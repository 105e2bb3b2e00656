from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from emulator import credentials
from emulator.appsecret_proof import prove
from emulator.pkce import challenge_of

GIVEN = credentials()
CALLBACK = "https://dvc.example.vn/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def press(lab: Any, **changes: str) -> str:
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK, "state": "s-1", **changes}
    async with lab.session.post(lab.url + "/v4/oa/permission", data=asked, allow_redirects=False) as back:
        assert back.status == 302
        return str(back.headers["Location"])


async def consent(lab: Any, **changes: str) -> str:
    return parse_qs(urlsplit(await press(lab, **changes)).query)["code"][0]


async def exchange(lab: Any, code: str, **more: str) -> Any:
    return await lab.oauth({"app_id": GIVEN["app_id"], "grant_type": "authorization_code", "code": code, **more})


@pytest.mark.provokes_violations("pkce")
async def test_a_fixed_challenge_rules_whatever_the_request_said(make_lab: Any) -> None:
    lab = await make_lab(pkce="fixed", fixed_code_challenge=CHALLENGE)
    other = challenge_of("w" * 43)
    assert "access_token" in await exchange(lab, await consent(lab), code_verifier=VERIFIER)
    code = await consent(lab, code_challenge=other)
    assert (await exchange(lab, code, code_verifier="w" * 43))["error"] == -14005
    code = await consent(lab, code_challenge=other)
    assert "access_token" in await exchange(lab, code, code_verifier=VERIFIER)


@pytest.mark.provokes_violations("pkce")
async def test_fresh_needs_a_challenge_and_off_needs_none(make_lab: Any) -> None:
    fresh = await make_lab(pkce="fresh")
    assert (await exchange(fresh, await consent(fresh)))["error"] == -14005
    pair = await exchange(fresh, await consent(fresh, code_challenge=CHALLENGE), code_verifier=VERIFIER)
    assert "access_token" in pair
    off = await make_lab(pkce="off")
    assert "access_token" in await exchange(off, await consent(off, code_challenge=CHALLENGE))


@pytest.mark.provokes_violations("pkce")
async def test_a_challenge_that_will_fail_is_remarked_on_the_page(make_lab: Any) -> None:
    lab = await make_lab(pkce="fresh")
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK}
    async with lab.session.get(lab.url + "/v4/oa/permission", params=asked) as page:
        assert page.status == 200
    assert [(each["rule"], each["code"]) for each in await lab.see("violations")] == [("pkce", None)]


async def test_who_denies_sends_no_code_back(lab: Any) -> None:
    assert await press(lab, decision="deny") == CALLBACK + "?state=s-1"
    assert await press(lab, decision="deny", state="") == CALLBACK
    before = (await lab.see("credentials"))["current"]
    assert await press(lab)  # a consent that nobody redeems changes nothing
    assert (await lab.see("credentials"))["current"] == before
    assert (await lab.send())["error"] == 0


async def test_parameters_stand_before_the_fragment_of_a_callback(lab: Any) -> None:
    back = await press(lab, redirect_uri=CALLBACK + "?a=1#top")
    assert back.startswith(CALLBACK + "?a=1&code=")
    assert back.endswith("#top")


@pytest.mark.parametrize(("accept", "words"), [("vi", "Từ chối"), ("en-US,en", "Deny"), ("", "Từ chối")])
async def test_the_consent_page_speaks_two_languages(make_lab: Any, accept: str, words: str) -> None:
    lab = await make_lab(permissions=("gửi tin",))
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK}
    async with lab.session.get(
        lab.url + "/v4/oa/permission", params=asked, headers={"Accept-Language": accept}
    ) as page:
        text = await page.text()
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert words in text
    assert "gửi tin" in text
    assert "dvc.example.vn" in text


async def test_an_app_that_is_not_active_gets_no_consent_and_no_tokens(lab: Any) -> None:
    await lab.control("account", {"app_inactive": True})
    asked = {"app_id": GIVEN["app_id"], "redirect_uri": CALLBACK}
    assert (await lab.platform("GET", "/v4/oa/permission", params=asked))["error"] == -14002
    assert (await lab.platform("POST", "/v4/oa/permission", data=asked))["error"] == -14002
    assert (await lab.refresh())["error"] == -14002
    assert await lab.see("violations") == []
    await lab.control("account", {"app_inactive": False})
    assert "access_token" in await lab.refresh()


@pytest.mark.provokes_violations("refresh_token")
@pytest.mark.parametrize(
    ("names", "message", "keys", "says"),
    [(True, False, {"error", "error_name", "error_reason", "error_description", "ref_doc", "message"}, False),
     (True, True, {"error", "error_name", "error_reason", "error_description", "ref_doc", "message"}, True),
     (False, True, {"error", "message"}, True), (False, False, {"error", "message"}, False)],
)  # fmt: skip
async def test_the_keys_of_an_error_vary_by_setting(
    make_lab: Any, names: bool, message: bool, keys: set[str], says: bool
) -> None:
    lab = await make_lab(oauth_error_names=names, oauth_error_message=message)
    answer = await lab.refresh("made up")
    assert answer.keys() == keys
    assert (answer["error"], bool(answer["message"])) == (-14014, says)


async def test_a_refresh_without_refresh_token_leaves_the_old_one_good(make_lab: Any) -> None:
    lab = await make_lab(refresh_answer_omits_token=True)
    for _ in range(2):
        pair = await lab.refresh()
        assert set(pair) == {"access_token", "expires_in"}
        lab.token = pair["access_token"]
        assert (await lab.send())["error"] == 0
    assert await lab.see("violations") == []


@pytest.mark.parametrize("change", [{"callback_url": "https://new.example.vn/cb"}, {"permissions": ["gửi tin"]}])
async def test_another_callback_or_permission_ends_the_grant_until_the_next_consent(
    make_lab: Any, change: dict[str, Any]
) -> None:
    lab = await make_lab(callback_url=CALLBACK)
    assert (await lab.send())["error"] == 0
    await lab.control("settings", change)
    assert (await lab.send())["error"] == -124
    assert (await lab.platform("GET", "/v2.0/oa/getoa"))["error"] == -220
    assert (await lab.refresh())["error"] == -14014
    code = await consent(lab, redirect_uri=change.get("callback_url", CALLBACK))
    lab.token = (await exchange(lab, code))["access_token"]
    assert (await lab.send())["error"] == 0
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("path")
async def test_the_social_flow_is_not_an_accounts_matter(lab: Any) -> None:
    assert (await lab.platform("GET", "/v4/permission"))["error"] == -14018
    assert (await lab.platform("POST", "/v4/access_token"))["error"] == -14018


PROVEN = [("GET", "/v2.0/oa/getoa", -242), ("POST", "/message/template", -1241)]


@pytest.mark.provokes_violations
@pytest.mark.parametrize(("method", "path", "code"), PROVEN)
@pytest.mark.parametrize("is_required", [True, False])
async def test_a_proof_must_be_right_and_be_there_where_required(
    make_lab: Any, method: str, path: str, code: int, is_required: bool
) -> None:
    lab = await make_lab(require_appsecret_proof=is_required)

    async def call(**headers: str) -> int:
        answer = await lab.platform(method, path, headers={"access_token": lab.token, **headers}, json={})
        return int(answer["error"])

    right = prove(lab.token, GIVEN["app_secret"])
    assert await call(appsecret_proof=right) != code
    for wrong in (right.upper(), prove("another token", GIVEN["app_secret"]), ""):
        assert await call(appsecret_proof=wrong) == code
    assert (await call() == code) == is_required
    expected = 4 if is_required else 3
    assert [each["rule"] for each in await lab.see("violations")].count("appsecret_proof") == expected

"""From the consent page to the first pair, in the three PKCE modes, against the emulator (docs: zalo 2.1 to 2.3)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from channels.errors import NeedsHuman
from channels.zalo.auth import TokenPair
from channels.zalo.client import ZaloClient
from channels.zalo.consent import Consent, ConsentRefused, PkceMode, challenge_of, make_verifier
from channels.zalo.methods import GetOa
from channels.zalo.oauth import exchange_code
from tests.integration.channels.bench import Bench

CALLBACK = "https://hoso.example.vn/oauth/zalo/callback"


async def agree(consent: Consent) -> str:
    """What the admin's browser does: open the page, press the button; answers the address it is sent to."""
    async with aiohttp.ClientSession() as session:
        async with session.get(consent.url) as page:
            assert page.status == 200
            html = await page.text()
        fields = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', html))
        assert set(dict(parse_qsl(urlsplit(consent.url).query))) <= set(fields)
        answer_to = f"{consent.config.oauth_base}/v4/oa/permission"
        async with session.post(answer_to, data=fields, allow_redirects=False) as answer:
            assert answer.status == 302
            return answer.headers["Location"]


async def first_pair(bench: Bench, consent: Consent) -> tuple[str, TokenPair]:
    oa_id, method = consent.read_callback(await agree(consent))
    return oa_id, await exchange_code(bench.http, bench.zalo, method, now=bench.clock())


@pytest.mark.parametrize("pkce", ["fresh", "fixed", "off"])
async def test_a_consent_gives_a_pair_that_works(bench: Bench, pkce: PkceMode) -> None:
    verifier = make_verifier()
    settings: dict[str, Any] = {"pkce": pkce, "callback_url": CALLBACK}
    if pkce == "fixed":
        settings["fixed_code_challenge"] = challenge_of(verifier)
    await bench.emulator.post("settings", settings)
    consent = Consent.begin(bench.zalo, CALLBACK, pkce=pkce, fixed_verifier=verifier if pkce == "fixed" else None)
    oa_id, pair = await first_pair(bench, consent)
    assert oa_id == bench.emulator.credentials["oa_id"]
    assert pair.access_expires_at == bench.clock() + timedelta(hours=25)
    bench.store.pair = pair
    client: ZaloClient = bench.client()
    assert (await client.call(GetOa())).id == oa_id
    assert await bench.emulator.get("violations") == []


@pytest.mark.provokes_violations("pkce")
async def test_a_verifier_that_does_not_fit_needs_a_new_consent(bench: Bench) -> None:
    await bench.emulator.post("settings", {"pkce": "fixed", "fixed_code_challenge": challenge_of(make_verifier())})
    consent = Consent.begin(bench.zalo, CALLBACK, pkce="fixed", fixed_verifier=make_verifier())
    with pytest.raises(NeedsHuman, match="-14005"):
        await first_pair(bench, consent)


@pytest.mark.provokes_violations("code")
async def test_a_code_works_once(bench: Bench) -> None:
    consent = Consent.begin(bench.zalo, CALLBACK)
    _, method = consent.read_callback(await agree(consent))
    await exchange_code(bench.http, bench.zalo, method, now=bench.clock())
    with pytest.raises(NeedsHuman, match="-14005"):
        await exchange_code(bench.http, bench.zalo, method, now=bench.clock())


@pytest.mark.provokes_violations("secret_key")
async def test_a_wrong_app_secret_is_told_apart(bench: Bench) -> None:
    consent = Consent.begin(bench.zalo, CALLBACK)
    _, method = consent.read_callback(await agree(consent))
    wrong = bench.zalo.model_copy(update={"app_secret": SecretStr("wrong")})
    with pytest.raises(NeedsHuman, match="-14004"):
        await exchange_code(bench.http, wrong, method, now=bench.clock())


async def test_the_answer_to_somebody_elses_consent_is_not_believed(bench: Bench) -> None:
    ours, theirs = (Consent.begin(bench.zalo, CALLBACK) for _ in range(2))
    with pytest.raises(ConsentRefused, match="another consent"):
        ours.read_callback(await agree(theirs))

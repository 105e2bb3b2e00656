import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.errors import Refused
from emulator.messages import Message
from emulator.ratings import Ratings
from emulator.template_shelf import TemplateShelf
from emulator.zbs.journey_tokens import TOKEN_DAYS, JourneyTokens
from emulator.zbs.rsa_keys import RsaKeys
from emulator.zbs.workbench import Workbench

NOW = 1_772_400_000_000
DAY = 86_400_000
PHONE = "84987654321"
OAEP = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


def encrypt(public_key: str | None, text: str) -> str:
    key = serialization.load_pem_public_key((public_key or "").encode())
    assert isinstance(key, rsa.RSAPublicKey)
    return base64.b64encode(key.encrypt(text.encode(), OAEP)).decode()


async def test_an_encrypted_phone_is_read_after_a_restart_too() -> None:
    keys, restarted = RsaKeys(), RsaKeys()
    assert keys.public_key is None
    assert keys.snapshot() is None
    with pytest.raises(ValueError, match="no key"):
        keys.decrypt("eA==")
    await keys.make()
    first = keys.public_key
    await keys.make()
    assert keys.public_key == first
    restarted.restore(json.loads(json.dumps(keys.snapshot())))
    assert restarted.decrypt(encrypt(first, PHONE)) == PHONE
    for wrong in ("no base64!", base64.b64encode(b"x" * 256).decode()):
        with pytest.raises(ValueError, match=r".+"):
            restarted.decrypt(wrong)


@pytest.mark.parametrize("token_type", TOKEN_DAYS)
def test_a_journey_token_lives_as_many_days_as_its_type_says(token_type: str) -> None:
    tokens = JourneyTokens()
    made = tokens.make(token_type, PHONE, NOW)
    assert made.expires_ms - NOW == TOKEN_DAYS[token_type] * DAY
    restarted = JourneyTokens()
    restarted.restore(json.loads(json.dumps(tokens.snapshot())))
    restarted.check(made.token, token_type, PHONE, made.expires_ms - 1)
    with pytest.raises(Refused, match="-150"):
        restarted.check(made.token, token_type, PHONE, made.expires_ms)


def test_a_journey_token_is_good_for_its_phone_and_type_only() -> None:
    tokens = JourneyTokens()
    made = tokens.make("token_logistics_7", PHONE, NOW)
    for written, token_type, phone, code in (
        (None, made.type, PHONE, -148),
        ("", made.type, PHONE, -148),
        ("x", made.type, PHONE, -149),
        (7, made.type, PHONE, -149),
        (made.token, made.type, "84900000000", -149),
        (made.token, "token_coach_bus_7", PHONE, -1491),
    ):
        with pytest.raises(Refused) as refused:
            tokens.check(written, token_type, phone, NOW)
        assert refused.value.code == code


def test_the_days_work_is_counted_by_kind() -> None:
    bench = Workbench()
    bench.count("create", 1, NOW)
    bench.count("edit", 1, NOW)
    with pytest.raises(Refused, match="-160"):
        bench.count("create", 1, NOW)
    restarted = Workbench()
    restarted.restore(json.loads(json.dumps(bench.snapshot())))
    with pytest.raises(Refused, match="-160"):
        restarted.check("edit", 1, NOW)
    restarted.count("edit", 1, NOW + DAY)
    media_id = bench.add_picture("/x.png")
    assert bench.picture(media_id) == "/x.png"
    assert bench.picture("x") is None
    assert bench.picture(7) is None


def test_the_shelf_keeps_what_differs_from_the_file() -> None:
    shelf = TemplateShelf()
    assert shelf.snapshot() == []
    first = shelf.all()[0]
    created = replace(first, template_id=shelf.new_id(), name="mới", is_seed=False)
    shelf.put(created)
    shelf.put(replace(first, status="DISABLE", is_seed=False))
    restarted = TemplateShelf()
    restarted.restore(json.loads(json.dumps(shelf.snapshot())))
    assert restarted.all() == shelf.all()
    assert [template.status for template in restarted.all()][:2] == ["DISABLE", "ENABLE"]
    assert int(restarted.new_id()) == int(created.template_id) + 1
    assert TemplateShelf().get(first.template_id) is first


def test_a_card_is_kept_with_the_message_unless_everybody_can_read_the_template() -> None:
    first = TemplateShelf().all()[0]
    data = dict.fromkeys(first.params, "x")
    assert first.shown(data) == {}
    assert replace(first, is_seed=False).shown(data) == first.content(data)


def rated(message_id: str, template_id: str = "401002") -> Message:
    return Message(1, NOW, "template", "in", PHONE, "1", template_id, "n-1", message_id, b"{}", b"")


def test_ratings_are_found_by_template_and_time_newest_first() -> None:
    ratings = Ratings(max_ratings=3)
    for number in range(4):
        ratings.add(rated(f"m{number}"), 5, "Tốt", ["Nhanh"], NOW + number)
    ratings.add(rated("other", "400101"), 1, "", [], NOW)
    kept = Ratings()
    kept.restore(json.loads(json.dumps(ratings.snapshot())))
    assert [rating["msgId"] for rating in kept.select("401002", NOW, NOW + 9)] == ["m3", "m2"]
    assert [rating["msgId"] for rating in kept.select("401002", NOW + 2, NOW + 2)] == ["m2"]
    (one,) = kept.select("401002", NOW + 3, NOW + 3)
    assert one == {
        "note": "Tốt", "rate": 5, "submitDate": str(NOW + 3), "msgId": "m3", "feedbacks": ["Nhanh"],
        "trackingId": "n-1", "oaId": "2000000000000000002", "templateId": "401002",
    }  # fmt: skip

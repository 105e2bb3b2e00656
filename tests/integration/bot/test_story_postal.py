"""Results by post: one's own dossiers alone, one wish at a time, and honest words about postage."""

import json
from pathlib import Path
from typing import Any

from bot.texts.postal import words_of
from storage import outgoing
from storage.outgoing import OUTGOING_COLUMN
from tests.integration.bot.stories import last, own, titles
from tests.integration.bot.town import Town, open_town
from tests.integration.workers.one_stop import is_signed, run_receiver
from workers.webhook_signature import new_secret

VI, EN = words_of("vi"), words_of("en")
CODE, OTHER, STRANGERS = "H17.33.2-260302-0056", "H17.33.2-260302-0057", "H17.33.2-260302-0099"


async def told_one_stop(town: Town) -> list[dict[str, Any]]:
    rows = await town.database.fetch("SELECT payload_enc FROM outgoing_events ORDER BY ordinal")
    return [json.loads(town.cipher.decrypt(row["payload_enc"], OUTGOING_COLUMN)) for row in rows]


async def test_a_wish_is_registered_once_told_and_taken_back(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    await town.event(STRANGERS, 4, phone="0905999888")
    assert await an.says("#post") == [VI.nothing_linked]
    found = await own(town, an, CODE, 4)
    (asked,) = await an.says("gửi giấy về nhà giúp em")
    assert asked == f"{VI.confirm.format(code=CODE)}\n{VI.who_pays}"
    (registered,) = await an.presses(VI.yes)
    assert registered.startswith(VI.registered.format(code=CODE))
    assert VI.call_back in registered
    (event,) = await told_one_stop(town)
    assert (event["type"], event["subject"]) == ("hoso.postal.requested", CODE)
    assert event["data"]["agency_code"] == "H17.33.2"
    assert "address" not in event["data"]
    # A second wish is the first one.
    (stands,) = await an.says(f"#post_yes {found}")
    assert stands.startswith(f"Hồ sơ {CODE} đã đăng ký")
    (stands,) = await an.says(f"#post {CODE}")
    assert titles(await last(an)) == [VI.withdraw]
    (parcel,) = await an.says("bưu điện bao giờ giao")
    assert VI.parcel in parcel
    assert f"kết quả hồ sơ {CODE} qua bưu điện đã được ghi nhận" in parcel
    assert await an.says(f"#post_withdraw {found}") == [VI.withdrawn.format(code=CODE)]
    assert [event["type"] for event in await told_one_stop(town)] == [
        "hoso.postal.requested",
        "hoso.postal.withdrawn",
    ]
    (postage,) = await an.says("phí chuyển phát mấy")
    assert postage == VI.postage
    assert "VNPost" in postage
    assert "miễn phí" not in postage
    # Others' dossiers, by code or by number, look like unknown ones.
    (row,) = await town.database.fetch("SELECT id FROM dossiers WHERE code = %(code)s", {"code": STRANGERS})
    wishes = (
        f"#post {STRANGERS}",
        f"#post_yes {row['id']}",
        f"#post_withdraw {row['id']}",
        "#post H17.33.2-260302-9999",
    )
    assert [await an.says(wish) for wish in wishes] == [[VI.not_yours]] * 4
    assert len(await told_one_stop(town)) == 2


async def test_several_dossiers_are_offered_and_those_without_a_result_are_not(town: Town) -> None:
    an = await town.person("0905123456", name="An", language="en")
    await own(town, an, CODE, 4)
    await own(town, an, OTHER, 9)
    await own(town, an, STRANGERS, 10)
    (asked,) = await an.says("#post")
    assert asked == EN.choose
    assert sorted(titles(await last(an))) == [CODE, OTHER]
    (confirm,) = await an.presses(OTHER)
    assert confirm.startswith(EN.confirm.format(code=OTHER))
    assert await an.presses(EN.no) == [EN.stopped]
    assert await an.says(f"#post {STRANGERS}") == [EN.already_returned.format(code=STRANGERS)]
    await town.event(CODE, 3)
    assert await an.says(f"#post {CODE}") == [EN.no_result.format(code=CODE)]
    assert await told_one_stop(town) == []


async def test_the_address_is_asked_for_only_where_it_is_needed_and_the_one_stop_system_is_told(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    secret = new_secret()
    async with (
        run_receiver() as receiver,
        open_town(
            postgres_url,
            redis_url,
            data_dir,
            postal_asks_address=True,
            outgoing_url=receiver.url,
            outgoing_secrets=secret,
        ) as town,
    ):
        an = await town.person("0905123456", name="An")
        found = await own(town, an, CODE, 4)
        assert await an.says(f"#post_yes {found}") == [VI.ask_address.format(code=CODE)]
        assert await an.says("Trần Phú") == [VI.short_address]
        assert await an.says("thôi") == [VI.stopped]
        await an.says(f"#post_yes {found}")
        (registered,) = await an.says("12 Trần Phú, phường Hải Châu, Đà Nẵng")
        assert registered.startswith(VI.registered.format(code=CODE))
        (row,) = await town.database.fetch("SELECT address_enc FROM postal_wishes")
        assert "Trần Phú".encode() not in row["address_enc"]
        await an.presses(VI.withdraw)

        async def has_both() -> bool:
            return len(receiver.got) == 2

        await town.until(has_both, "both events at the one-stop system")
        assert all(is_signed(secret, headers, body) for headers, body in receiver.got)
        first, second = receiver.events
        assert (first["type"], second["type"]) == ("hoso.postal.requested", "hoso.postal.withdrawn")
        assert first["data"]["address"] == "12 Trần Phú, phường Hải Châu, Đà Nẵng"

        async def all_recorded() -> bool:
            return await outgoing.count(town.database) == {}

        await town.until(all_recorded, "their delivery to be recorded")

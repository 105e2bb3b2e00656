"""The estimate is what the sending makes: the same people, and what their short messages cost to the đồng."""

import json
from collections import Counter

from storage import broadcast_rows
from storage.audiences import Audience
from storage.crypto import Cipher, generate_key
from storage.notices import CONTENT_COLUMN
from storage.officers import Role
from tests.integration.status_bridge.broadcast_office import (
    MESSAGE,
    UNIT,
    BroadcastOffice,
    open_broadcast_office,
    phone,
)
from tests.integration.status_bridge.people_of_audiences import CIPHER, Town
from tests.integration.status_bridge.test_broadcasts_counting import close
from workers.broadcasts.audience_source import AudienceSource
from workers.broadcasts.preparing import Preparing

LONG = "Đăng ký " + "biến động đất đai " * 6
SMS = "x" * 100 + " {ten} {thu_tuc}"


async def _town(office: BroadcastOffice) -> None:
    """People of every kind; 1 to 6 are reached by short messages."""
    await office.people(6)
    await office.town.dossier(phone(1), procedure_name=LONG)
    await office.town.dossier(phone(2), name="Trần Thị Bảo Ngọc " * 3, procedure_name=LONG)
    for place in range(3):  # one phone, several owners: nobody is named
        await office.town.dossier(phone(3), name=f"Chủ {place}", procedure_name=LONG)
    await office.town.dossier(phone(4), procedure_name="Đăng ký khai tử " + LONG)  # not named
    await office.town.dossier(phone(5), procedure_name=LONG, name_enc=b"\x01damaged")
    await office.people(4, first=7)
    await office.town.chat(phone(7), language="en")
    await office.town.opt_out(phone(8))
    await office.town.dossier(None)
    elsewhere = Town(office.database, Cipher([generate_key()]))
    elsewhere._codes = 1000
    await elsewhere.dossier(phone(11))  # a number that no key of ours opens
    for place in range(1, 7):
        await close(office, place, "zalo_template")


async def test_the_estimate_counts_the_rows_that_are_made_and_their_own_cost(postgres_url: str) -> None:
    async with open_broadcast_office(postgres_url) as office:
        office.choose(approval_people=1000)
        office.choose(audience=office.config.audience.__class__(shared_phone_owners=2))
        await _town(office)
        author = await office.hire(Role.AUTHOR)
        message = MESSAGE.model_copy(update={"sms": SMS})
        made = await office.submitted(author, message=message, audience=Audience(units=(UNIT,)))
        assert made.estimate is not None
        await office.desk.start(made.number, author)
        source = AudienceSource(office.database, CIPHER, office.config.audience)
        preparing = Preparing(office.database, CIPHER, source, chunk_rows=3)
        while (moving := await broadcast_rows.find(office.database, made.id)) and moving.state == "preparing":
            assert await preparing.make_chunk(moving)
        rows = await office.run(
            "SELECT recipient_hash, content_enc FROM notices WHERE broadcast_id = %(id)s", id=made.id
        )
        people = {
            bytes(row["recipient_hash"]): json.loads(CIPHER.decrypt(row["content_enc"], CONTENT_COLUMN)) for row in rows
        }
        by_sms = [people[CIPHER.lookup_hash(phone(place))]["sms"] for place in range(1, 7)]
        short = office.config.route.short
        others = made.estimate.by_channel["zalo_template"] * 200 + made.estimate.by_channel["zalo_template_uid"] * 150
        assert made.estimate.asked == len(rows) == 9
        assert made.estimate.by_channel == {"sms_esms": 6, "zalo_template": 2, "zalo_template_uid": 1}
        assert made.estimate.cost_vnd == sum(map(short.cost_vnd, by_sms)) + others
        assert len(Counter(map(short.cost_vnd, by_sms))) > 1, "they do not all cost the same"

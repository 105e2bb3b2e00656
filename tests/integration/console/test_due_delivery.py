"""A confirmed apology on its way: through the same delivery as every notice, onto the emulator's phone, once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from emulator import EmulatorConfig, create_app, credentials
from status_bridge.routing import TEMPLATE_BY_PHONE, Policy
from storage import notices, timelines
from tests.integration.console.dossier_town import HAI_CHAU, code_in, event, notices_of, take
from tests.integration.workers.composition import open_world, route_by
from tests.integration.workers.test_whole_way import serve
from tests.office import open_office

CODE = code_in(HAI_CHAU, 1)


async def test_it_arrives_after_what_was_said_before_and_the_chat_s_timeline_knows_it(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    quick = EmulatorConfig(night_rule=False, receipt_delay_seconds=0.01)
    async with (
        open_office(postgres_url, redis_url, data_dir) as office,
        serve(create_app(quick)) as emulator,
        open_world(postgres_url, emulator, access_token=credentials()["access_token"]) as world,
        aiohttp.ClientSession(emulator) as control,
    ):
        world.cipher = office.cipher
        late = (datetime.now(UTC) - timedelta(days=2)).replace(microsecond=0)
        await take(office, event(CODE, 2, due_at=late.isoformat()))
        lan = await office.sign_in("lan", (HAI_CHAU, "author"))
        path = f"/console/due/{CODE}/apology"
        day = (await lan.get(path)).text.split('type="date" value="')[1][:10]
        fields = {"step": "confirm", "seen": late.isoformat(), "day": day, "reason": "Cần thẩm tra thêm."}
        assert "vào hàng gửi" in (await lan.post(path, fields)).text
        policy = Policy(channels={TEMPLATE_BY_PHONE}, templates=office.settings.templates)
        for _ in range(2):  # the second time there is nothing left
            await world.delivery(route_by=route_by(policy)).deliver_due("status")
        _, apology = await notices_of(office, CODE)
        assert apology["state"] == "accepted"
        arrived = await (await control.get("/_emulator/messages")).json()
        messages = arrived["messages"] if isinstance(arrived, dict) else arrived
        assert [message["template_id"] for message in messages] == ["400102", "400112"]
        assert messages[1]["tracking_id"] == notices.tracking_id(apology["id"])
        violations = await (await control.get("/_emulator/violations")).json()
        assert not (violations["violations"] if isinstance(violations, dict) else violations)
        told = await timelines.told_of(office.database, apology["dossier_id"])
        assert [one.kind for one in told] == ["accepted", "apology"]
        page = (await lan.get(f"/console/dossiers/{CODE}")).text
        assert "Xin lỗi và hẹn lại ngày" in page
        assert "Nền tảng đã nhận" in page

"""One thing of every kind in one ward, and the addresses of all views that show or change it."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from console.app import all_views
from console.views import View
from storage import api_keys
from storage.tickets import Photo
from tests.integration.console import dossier_town, talk_rows
from tests.integration.console.broadcast_town import FIELDS
from tests.integration.console.test_lists import send
from tests.office import Answer, Desktop, Office

WARD, NEIGHBOUR = dossier_town.HAI_CHAU, dossier_town.THANH_KHE
ROLES = ("viewer", "author", "approver", "administrator")
SECRETS = ("0905123456", "+84905123456", "84905123456", "Minh Châu", "chau@example.org", "048099001234")
"""What no page shows without a click that is audited."""
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class WholeTown:
    """The ward with its author `lan`; `ids` are by the area of an address, then by the name of its place."""

    office: Office
    lan: Desktop
    ids: Mapping[str, Mapping[str, str]]

    def path_of(self, view: View, **others: str) -> str:
        """A view's address for the ward's things."""
        area = view.path.removeprefix("/admin").removeprefix("/conversations/canned") or "/"
        area = "canned" if "/canned/" in view.path else area.split("/")[1]
        known = {**self.ids.get(area, {}), **others}
        return "/console" + _PLACE.sub(lambda place: known[place[1]], view.path)

    def views_of_things(self) -> list[View]:
        """Every view with a place in its address, all texts left out: they are the whole city's."""
        return [view for view in all_views() if "{" in view.path and not view.path.startswith("/texts/")]


async def open_whole_town(office: Office, mark: str = "") -> WholeTown:
    """Fill the ward; `mark` stands in everything that somebody else wrote."""
    lan = await office.sign_in("lan", *((WARD, role) for role in ROLES), name=f"Lan{mark}")
    code = dossier_town.code_in(WARD, 77)
    told = {
        "procedure_name": f"Đăng ký khai sinh{mark}",
        "agency": {"code": WARD, "name": f"UBND phường{mark}"},
        "applicant": {"name": f"{dossier_town.NAME}{mark}", "phone": dossier_town.PHONE, "email": "chau@example.org"},
    }
    await dossier_town.take(office, dossier_town.event(code, 2, **told))
    notice = await dossier_town.set_notice(office, code, state="failed", reason="recipient_unreachable:-118")
    [row] = await office.database.fetch("SELECT id FROM dossiers WHERE code = %(code)s", {"code": code})
    citizen = await talk_rows.person(office, "u1")
    await talk_rows.link(office, citizen, int(row["id"]))
    words = f"gọi tôi 0905123456, căn cước 048099001234{mark}"
    await talk_rows.says(office, citizen, words)
    await talk_rows.says(office, citizen, words, kind="photo")
    talk = await talk_rows.waiting(office, citizen)
    photo = Photo("image/jpeg", b"\xff\xd8\xff\xd9")
    ticket = await talk_rows.feedback(office, citizen, words, dossier_id=int(row["id"]), photos=(photo,))
    async with office.database.transaction() as connection:
        key, _ = await api_keys.make(connection, f"ward-system{mark}", scopes=["broadcasts"], unit=WARD)
    made = {
        "canned": await _made(lan, "conversations/canned", title=f"Chào{mark}", text=f"Xin chào{mark}", unit=WARD),
        "audience": await _made(lan, "audiences", name=f"Phường{mark}", unit=WARD, kind="dossiers", units=WARD),
        "broadcast": await _made(lan, "broadcasts/new", **{**FIELDS, "unit": WARD, "title": f"Cắt điện{mark}"}),
        "list": re.sub(r"\D", "", (await _list(lan, mark)).where),
    }
    ahead = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    await _made(lan, "admin/days", first=ahead, kind="off", unit=WARD, reason=f"Bão{mark}")
    chief = await office.sign_in("chief", ("*", "author"))
    await _made(chief, "texts/finished/vi/text", text="Hồ sơ {{ code }} đã xong.", do="submit")
    [canned] = await office.database.fetch("SELECT id FROM canned_answers", {})
    await _until_read(office)
    return WholeTown(
        office,
        lan,
        {
            "dossiers": {"code": code, "notice": str(notice)},
            "due": {"code": code},
            "conversations": {"number": talk.number, "message": "2"},
            "tickets": {"number": ticket.number, "position": "1"},
            "canned": {"id": str(canned["id"])},
            "lists": {"id": made["list"]},
            "audiences": {"id": made["audience"].rpartition("/")[2]},
            "broadcasts": {"number": made["broadcast"].rpartition("/")[2]},
            "officers": {"officer_id": str(lan.officer.id)},
            "keys": {"key_id": key},
            "units": {"code": WARD},
            "texts": {"notice": "finished", "language": "vi", "medium": "text", "version": "1"},
        },
    )


async def _made(lan: Desktop, path: str, **fields: str) -> str:
    answer = await lan.post(f"/console/{path}", fields)
    assert answer.status == 200, answer.text
    return answer.where


async def _list(lan: Desktop, mark: str) -> Answer:
    told = mark.replace('"', "'")
    file = f"Số điện thoại,Tên{told}\n0905123456,=Châu{told}\nsai{told},1\n"
    return await send(lan, file, file_name=f"{told}.csv")


async def _until_read(office: Office) -> None:
    for _ in range(300):
        rows = await office.database.fetch("SELECT 1 FROM recipient_lists WHERE state = 'reading'", {})
        if not rows:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the list was not read")


async def contents(office: Office) -> dict[str, str]:
    """A digest of every table."""
    tables = await office.database.fetch(
        "SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition"
        " AND relnamespace = 'public'::regnamespace",
        {},
    )
    found = {}
    for table in tables:
        query = f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum FROM {table['name']} t"
        found[table["name"]] = (await office.database.fetch(query, {}))[0]["sum"]
    return found

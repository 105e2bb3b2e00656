"""Every reason that a dead end can have is told in words, in both languages."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels import errors
from channels.errors import ChannelError
from channels.sms.codes import ESMS, SPEEDSMS
from channels.zalo.error_codes import OA, TEMPLATE_BY_USER, ZBS
from status_bridge import routing
from status_bridge.code_words import meaning_of
from status_bridge.dead_ends import EN, STAYS, VI, describe, explain_stay, knows
from workers.retry import name_error

ROOT = Path(__file__).parents[3]
TABLES = {
    "zalo_oa": OA,
    "zalo_template": ZBS,
    "zalo_template_uid": TEMPLATE_BY_USER,
    "sms_esms": ESMS,
    "sms_speedsms": SPEEDSMS,
}


def codes() -> Iterator[tuple[str, str, str]]:
    """Channel, code, and the reason that a notice ends with."""
    for channel, table in TABLES.items():
        for code, row in table.items():
            yield channel, str(code), name_error(row.to_error(code))


def classes() -> Iterator[type[ChannelError]]:
    for _, member in inspect.getmembers(errors, inspect.isclass):
        if issubclass(member, ChannelError):
            yield member


@pytest.mark.parametrize(("channel", "code", "reason"), list(codes()))
def test_every_code_of_every_table_is_told(channel: str, code: str, reason: str) -> None:
    assert knows(reason)
    assert knows(f"too_old:{reason}")
    assert meaning_of(channel, code)


@pytest.mark.parametrize("kind", list(classes()))
def test_every_class_of_error_is_told(kind: type[ChannelError]) -> None:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    assert knows(name)
    assert knows(f"{name}:some_word")


def test_every_reason_that_the_router_gives_for_no_route_is_told() -> None:
    source = inspect.getsource(routing)
    said = {value for name, value in vars(routing).items() if name.isupper() and isinstance(value, str)}
    said |= set(re.findall(r'return "([a-z_]+)"', source)) | set(re.findall(r'else "([a-z_]+)"', source))
    reasons = said & set(re.findall(r"[a-z_]+", inspect.getsource(routing._why_none) + " never_confirmed"))
    assert {"recipient_refused", "nothing_left", "never_confirmed"} <= reasons
    assert [reason for reason in sorted(reasons) if not knows(reason)] == []


def test_every_reason_that_a_statement_writes_is_told() -> None:
    # Officers' own messages are told to who wrote them, and broadcasts have reports; what waits here are notices.
    others = ("handovers", "broadcast", "recipient_lists")
    files = [path for path in (ROOT / "storage" / "queries").glob("*.sql") if not path.stem.startswith(others)]
    texts = [path.read_text(encoding="utf-8") for path in files]
    written = set(re.findall(r"\breason = '([a-z_]+)', ", "".join(texts)))
    written |= set(
        re.findall(r"(?:THEN|ELSE) '(lease_expired|poison|never_confirmed|in_doubt_resend|brake)'", "".join(texts))
    )
    assert {"poison", "overtaken", "never_confirmed"} <= written
    assert [reason for reason in sorted(written) if not knows(reason) and reason not in STAYS] == []


@pytest.mark.parametrize("reason", ["no_mobile", "opted_out", "not_delivered", "no_receipt", "composition", "poison"])
def test_what_intake_and_others_write_is_told(reason: str) -> None:
    assert knows(reason)


@pytest.mark.parametrize("language", [VI, EN])
def test_the_special_row_counts_before_the_class_and_says_what_made_it_an_end(language: str) -> None:
    special, common = describe("recipient_unreachable:-118", language), describe("recipient_unreachable:-9", language)
    assert special.why != common.why
    assert special.to_do
    late = describe("too_old:platform_down:connect", language)
    assert late.why.endswith(describe("platform_down", language).why)
    assert late.why != describe("platform_down", language).why


def test_officers_read_vietnamese_and_english_is_there_for_others() -> None:
    assert describe("no_mobile").why == "Hồ sơ không có số điện thoại di động."
    assert describe("no_mobile", EN).why == "The dossier has no mobile number."


@pytest.mark.parametrize("reason", [None, "", "something_new", "something_new:-1", "too_old:", "too_old"])
def test_a_reason_in_no_table_is_told_all_the_same(reason: str | None) -> None:
    for language in (VI, EN):
        told = describe(reason, language)
        assert told.why
        assert told.to_do
    assert not knows(reason or "")


def test_why_a_notice_waits_is_told_in_a_few_words() -> None:
    assert explain_stay("quiet_hours", VI) == "chờ hết giờ nghỉ"
    assert explain_stay("quiet_hours") == "waits for a decent hour"
    assert explain_stay("no_mobile") is explain_stay(None) is None


def test_a_code_means_what_its_own_platform_says() -> None:
    assert meaning_of("zalo_template", "-118") != meaning_of("zalo_oa", "-118")
    assert meaning_of("zalo_template", "lease_expired")
    assert meaning_of(None, "timeout")
    assert meaning_of("zalo_template", None) is meaning_of("zalo_template", "strange") is None

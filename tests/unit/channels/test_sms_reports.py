"""eSMS's reports: who may bring them, how they are stored and read (docs: zalo 10.1)."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from channels.base import EventKind, IncomingEvent
from channels.errors import MalformedWebhook
from channels.sms.report import SmsReport, is_token, parse_report, to_body
from channels.sms.speedsms_methods import ReceiverStatus
from channels.sms.status import SmsState, read_vnd

SAMPLE = {
    "SMSID": "f1e0c4d2a5b64c7e",
    "SendFailed": "0",
    "SendStatus": "5",
    "SendSuccess": "1",
    "TotalPrice": "500.0000",
    "TotalReceiver": "1",
    "TotalSent": "1",
    "RequestId": "n-01HZX3",
    "TypeId": "2",
    "telcoid": "2",
    "phonenumber": "0905123456",
    "switchsmsid": "",
}


def read(**changes: str) -> IncomingEvent:
    (event,) = parse_report(to_body(SAMPLE | changes))
    return event


def test_a_report_is_read_whole() -> None:
    event = read()
    assert (event.platform, event.event_name, event.kind) == ("sms_esms", "sms_report", EventKind.RECEIPT)
    assert event.dedup_key == "f1e0c4d2a5b64c7e:delivered:5"
    assert event.payload == SmsReport(
        sms_id="f1e0c4d2a5b64c7e",
        reference="n-01HZX3",
        state=SmsState.DELIVERED,
        cost_vnd=500,
        carrier="2",
        phone=SecretStr("0905123456"),
    )
    assert "0905123456" not in repr(event)


@pytest.mark.parametrize(
    ("status", "success", "failed", "state"),
    [
        ("1", "0", "0", SmsState.WAITING),
        ("2", "0", "0", SmsState.WAITING),
        ("7", "0", "0", SmsState.WAITING),
        ("4", "0", "0", SmsState.FAILED),
        ("5", "1", "0", SmsState.DELIVERED),
        ("5", "0", "1", SmsState.FAILED),
        ("5", "1", "1", SmsState.FAILED),
        ("5", "0", "0", SmsState.UNKNOWN),  # the documented sample: finished alone is no success
        ("5", "", "", SmsState.UNKNOWN),
        ("9", "1", "0", SmsState.UNKNOWN),
        ("x", "1", "0", SmsState.UNKNOWN),
    ],
)
def test_each_state_of_the_sheet(status: str, success: str, failed: str, state: SmsState) -> None:
    payload = read(SendStatus=status, SendSuccess=success, SendFailed=failed).payload
    assert isinstance(payload, SmsReport)
    assert payload.state is state


def test_the_same_report_again_has_the_same_key_and_a_later_state_another() -> None:
    assert read().dedup_key == read(TotalPrice="0").dedup_key
    assert read().dedup_key != read(SendStatus="7").dedup_key


@pytest.mark.parametrize("changes", [{"SMSID": ""}, {"SMSID": "x" * 101}])
def test_a_report_without_a_message_is_kept_as_unknown(changes: dict[str, str]) -> None:
    event = read(**changes)
    assert event.kind is EventKind.UNKNOWN
    assert event.dedup_key.startswith("sha256:")


@pytest.mark.parametrize("body", [b"", b"[]", b'"x"', b"\xff", b'{"SMSID": "\\u0000"}'])
def test_what_is_no_report_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        parse_report(body)


@pytest.mark.parametrize(
    "query", [{"SMSID": "a\ud800"}, {"SMSID": "a\0"}, {str(number): "" for number in range(41)}], ids=lambda q: len(q)
)
def test_a_query_that_cannot_be_stored_is_malformed_at_the_door(query: dict[str, str]) -> None:
    with pytest.raises(MalformedWebhook):
        to_body(query)


def test_the_body_to_store_is_the_query_itself() -> None:
    assert json.loads(to_body(SAMPLE)) == SAMPLE


def test_only_our_token_opens_the_address() -> None:
    assert is_token("the-right-token-here", SecretStr("the-right-token-here"))
    assert not is_token("the-right-token-her", SecretStr("the-right-token-here"))
    assert not is_token("\udcff", SecretStr("the-right-token-here"))
    assert not is_token("", SecretStr(""))


@pytest.mark.parametrize(
    ("written", "vnd"),
    [("500.0000", 500), ("500", 500), (500.0, 500), (500, 500), ("0.5", None), ("", None), (None, None), ("x", None)],
)
def test_prices_as_they_are_written(written: object, vnd: int | None) -> None:
    assert read_vnd(written) == vnd


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, SmsState.DELIVERED),
        ("0", SmsState.DELIVERED),
        (1, SmsState.WAITING),
        (63, SmsState.WAITING),
        (64, SmsState.FAILED),
        (-1, SmsState.UNKNOWN),
        (None, SmsState.UNKNOWN),
    ],
)
def test_each_state_of_the_other_gateway(status: object, state: SmsState) -> None:
    assert ReceiverStatus.model_validate({"phone": "84905123456", "status": status}).state is state

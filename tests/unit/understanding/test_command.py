"""``python -m bot.understanding`` in a pipe, and that no text can break it."""

import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import LABELS, understand
from bot.understanding.__main__ import MAX_LINE_BYTES, read_lines

COMMAND = [sys.executable, "-m", "bot.understanding"]


def ask(data: bytes) -> list[str]:
    done = subprocess.run(COMMAND, input=data, capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    return done.stdout.decode().splitlines()


def test_one_answer_a_line_with_label_confidence_and_entities() -> None:
    label, confidence, entities = ask("hs H17-250806-00017 nộp 12/5/2026 tới mô rồi\n".encode())[0].split("\t")
    assert label == "dossier_status"
    assert len(confidence.partition(".")[2]) == 3
    assert 0 <= float(confidence) <= 1
    assert json.loads(entities) == {
        "dossier_codes": ["H17-250806-00017"],
        "dates": [{"words": "12/5/2026", "day": "2026-05-12"}],
    }


def test_blank_lines_bad_bytes_and_a_missing_line_end_are_answered() -> None:
    answers = ask(b"xin chao\r\n\n   \n\xff\xfe\x00\xc3\n\xf0\x9f\x91\x8d\nho so toi dau")
    assert len(answers) == 6
    assert answers[1] == answers[2] == "out_of_scope\t0.000\t{}"
    assert {answer.split("\t")[0] for answer in answers} <= set(LABELS)


def test_a_line_of_any_length_gets_one_answer_from_its_beginning() -> None:
    endless = "hồ sơ của tôi tới đâu rồi " * 100_000
    answers = ask(f"{endless}\nxin chào\n{'b' * (2 * MAX_LINE_BYTES)}\ncảm ơn".encode())
    assert [answer.split("\t")[0] for answer in answers[::2]] == ["dossier_status", "out_of_scope"]
    assert [answer.split("\t")[0] for answer in answers[1::2]] == ["greeting_thanks"] * 2


def test_no_line_is_ever_held_whole() -> None:
    """A line without an end filled the memory."""

    class InPieces(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            assert size is not None
            assert 0 < size <= MAX_LINE_BYTES
            return super().readline(size)

    lines = InPieces(b"a" * (3 * MAX_LINE_BYTES) + b"\n\n" + b"b" * MAX_LINE_BYTES + b"\nc")
    assert [line.rstrip()[:1] + line[-1:] for line in read_lines(lines)] == [b"aa", b"\n", b"bb", b"cc"]


def test_a_reader_that_is_gone_and_a_full_disk_end_it_without_a_traceback() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(COMMAND, input=b"xin", stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    script = f"yes | {sys.executable} -m bot.understanding | head -1"
    piped = subprocess.run(["bash", "-c", script], capture_output=True, check=True, timeout=60)
    assert (piped.stdout.count(b"\n"), piped.stderr) == (1, b"")


def test_a_thousand_lines_come_back_in_order() -> None:
    lines = [f"hồ sơ {number:04} tới đâu rồi" for number in range(1000)]
    answers = ask("\n".join(lines).encode())
    assert len(answers) == 1000
    assert [json.loads(answer.split("\t")[2])["code_tails"] for answer in answers] == [[f"{n:04}"] for n in range(1000)]


def test_an_answer_comes_before_the_next_question() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(3):
            process.stdin.write("cảm ơn\n".encode())
            process.stdin.flush()
            assert process.stdout.readline().startswith(b"greeting_thanks\t")
        process.stdin.close()
        assert process.wait(timeout=30) == 0


LETTERS = st.sampled_from(list("aăâeêioôơuưyđdhsgnmtcbkqrx ABĐ0123456789.,-/?!\u0300\u0301\u0323\u200b\n\t#:👍"))


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=300) | st.text(LETTERS, max_size=120) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Nd"]))
)
def test_no_text_breaks_it(text: str) -> None:
    meaning = understand(text, now=datetime(2026, 2, 28, tzinfo=UTC))
    assert meaning.label in LABELS
    assert 0 <= meaning.confidence <= 1


@settings(max_examples=100, deadline=None)
@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)),
    st.sampled_from(["rằm", "ngày 31", "29/2", "mồng 30 âm", "thứ 2 tuần trước"]),
)
def test_days_are_found_from_any_day(now: datetime, words: str) -> None:
    assert understand(f"nộp {words}", now=now).entities.dates

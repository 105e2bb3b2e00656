"""What commands print: a citizen's words are shown as they are, and do nothing to an officer's screen."""

import pytest

from hoso.commands.output import print_rows


@pytest.mark.parametrize("text", ["[/b] chào", "[black on black]ẩn[/]", "[link=https://example.vn]bấm[/link]", "a[0]"])
def test_words_in_brackets_are_words(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([{"text": text}], ("text",), as_json=False, empty="")
    assert text in capsys.readouterr().out


def test_signs_that_command_a_terminal_are_not_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    said = "một\x1b[2J\x1b]52;c;eA==\x07 hai\x9b31m\u202e ba\nbốn"
    print_rows([{"text": said}], ("text",), as_json=False, empty="")
    out = capsys.readouterr().out
    assert not set("\x1b\x07\x9b\u202e") & set(out)
    for word in ("một", "hai", "ba", "bốn"):
        assert word in out

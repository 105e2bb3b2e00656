"""From an answer to the messages of a channel: cut to length, with buttons where the channel has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from bot.answers import Answer, Call, Choice, Option, Page
from channels.content import Attachment, Button, CallPhone, Feature, OpenUrl, Reply
from channels.plain_text import MAX_CHAT_CHARS, split_text
from dossiers.text import fold

MAX_TITLE_CHARS = 100  # docs: zalo 4.2


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message to be sent."""

    text: str | None
    buttons: tuple[Button, ...] = ()
    attachment: Attachment | None = None


def render(answer: Answer, features: Collection[Feature]) -> list[Rendered]:
    """Return the messages of an answer, in order. Without buttons, the choices are numbered lines to be typed."""
    has_buttons = Feature.BUTTONS in features
    text = answer.text if has_buttons or not answer.options else f"{answer.text}\n\n{_list_options(answer.options)}"
    parts = split_text(text, MAX_CHAT_CHARS)
    rendered = [Rendered(part) for part in parts]
    if has_buttons and answer.options and parts:
        rendered[-1] = Rendered(parts[-1], tuple(_button(option) for option in answer.options))
    if answer.attachment is not None:
        rendered.append(Rendered(None, attachment=answer.attachment))
    return rendered


def typed_choices(answer: Answer) -> dict[str, str]:
    """Return what may be typed instead of pressing: a choice's number, its title, other words for it → payload."""
    choices = [option for option in answer.options if isinstance(option, Choice)]
    numbered = {str(number): choice.payload for number, choice in enumerate(choices, start=1)}
    also = {words: choice.payload for choice in choices for words in choice.also}
    return also | {fold(choice.title): choice.payload for choice in choices} | numbered


def chosen(text: str, choices: Mapping[str, str]) -> str | None:
    """Return the payload that a typed text stands for, if it does."""
    return choices.get(fold(text).strip(" .,!)")) if choices else None


def _list_options(options: Sequence[Option]) -> str:
    lines, number = [], 0
    for option in options:
        match option:
            case Choice():
                number += 1
                lines.append(f"{number}. {option.title}")
            case Page():
                lines.append(f"{option.title}: {option.url}")
            case Call():
                lines.append(f"{option.title}: {option.phone}")
    return "\n".join(lines)


def _button(option: Option) -> Button:
    title = option.title[:MAX_TITLE_CHARS]
    match option:
        case Choice():
            return Reply(title=title, text=option.payload, is_hidden=True)
        case Page():
            return OpenUrl(title=title, url=option.url)
        case Call():
            return CallPhone(title=title, phone=SecretStr(option.phone))

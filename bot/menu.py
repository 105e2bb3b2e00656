"""The menu, and the button that stands for each wish: the one place where commands and wishes meet."""

from __future__ import annotations

from collections.abc import Mapping

from bot.answers import Choice, Option
from bot.texts.menu import MenuWords, words_of
from bot.understanding import Entities, Label

_COMMANDS: Mapping[Label, tuple[str, str]] = {
    # label → the command that begins its task, the field of MenuWords with its button's title
    Label.DOSSIER_STATUS: ("status", "status"),
    Label.LINK_DOSSIER: ("link", "link"),
    Label.LIST_DOSSIERS: ("mine", "mine"),
    Label.PROCEDURE_PAPERS: ("procedures", "procedures"),
    Label.FEE: ("fee", "fee"),
    Label.WHERE_WHEN: ("where", "where"),
    Label.POSTAL_DELIVERY: ("post", "post"),
    Label.FEEDBACK: ("feedback", "feedback"),
    Label.TALK_TO_OFFICER: ("person", "person"),
    Label.STOP_NOTIFICATIONS: ("stop", "stop"),
    Label.DELETE_DATA: ("mydata", "my_data"),
    Label.HELP: ("help", "help_title"),
}
_OF_A_DOSSIER = frozenset({Label.DOSSIER_STATUS, Label.LINK_DOSSIER, Label.POSTAL_DELIVERY})
_OF_A_PROCEDURE = {Label.PROCEDURE_PAPERS: "papers", Label.FEE: "fee"}


def main_menu(language: str) -> tuple[Option, ...]:
    """Return the first half of the menu: what most people come for."""
    words = words_of(language)
    wishes = (Label.LIST_DOSSIERS, Label.PROCEDURE_PAPERS, Label.WHERE_WHEN, Label.TALK_TO_OFFICER)
    return (*(_button(words, label) for label in wishes), Choice(words.other, "#menu more"))


def more_menu(language: str) -> tuple[Option, ...]:
    """Return the second half, with the other language in its own name."""
    words = words_of(language)
    wishes = (Label.LINK_DOSSIER, Label.FEEDBACK, Label.STOP_NOTIFICATIONS, Label.DELETE_DATA)
    other = Choice(words.other_language, f"#language {'vi' if language == 'en' else 'en'}")
    return (*(_button(words, label) for label in wishes), other)


def whole_menu(language: str) -> Choice:
    """Return the button that opens the menu."""
    return Choice(words_of(language).menu, "#menu")


def wish_button(label: Label, entities: Entities, language: str) -> Choice | None:
    """Return the button that does what a label wants, with the code that was named; None for mere talk."""
    words = words_of(language)
    if label not in _COMMANDS:
        return None
    button = _button(words, label)
    if label in _OF_A_DOSSIER and entities.dossier_codes:
        return Choice(button.title, f"{button.payload} {entities.dossier_codes[0]}")
    if label in _OF_A_PROCEDURE and entities.procedure_codes:
        return Choice(button.title, f"#{_OF_A_PROCEDURE[label]} {entities.procedure_codes[0]}")
    return button


def _button(words: MenuWords, label: Label) -> Choice:
    command, title = _COMMANDS[label]
    return Choice(getattr(words, title), f"#{command}")

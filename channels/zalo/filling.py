"""A template's parameters as they go out, and what is wrong with them: pure (docs: zalo 6.1, 6.4).

A problem names the parameter and the limit, never the value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from channels.base import OutgoingMessage, TemplateContent
from channels.errors import BadMessage, ChannelError, NeedsHuman
from channels.plain_text import is_wire_text, to_wire_text
from channels.zalo.types import ENABLED, TemplateDescription, TemplateParam

# docs: zalo 6.3; a word that the sheet does not know says nothing, and the platform judges.
SWITCHED_OFF = frozenset({"PENDING_REVIEW", "REJECT", "DISABLE"})


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a template would be refused: a short word, and a line."""

    code: str
    detail: str
    is_of_template: bool = False
    """The template is at fault, not the message: somebody can switch it on again, and the message waits for that."""

    def to_error(self) -> ChannelError:
        """The error that a sender sees, of the class of the platform's own refusal (docs: zalo 6.6, -131, -146)."""
        return (NeedsHuman if self.is_of_template else BadMessage)(self.code, self.detail)


def take_template(message: OutgoingMessage) -> TemplateContent:
    """The message's template with its values in NFC. Raises `BadMessage` for what a template channel cannot carry."""
    if message.template is None:
        raise BadMessage("no_template", "this channel sends templates only")
    if message.attachment is not None or message.quote_message_id is not None or message.buttons:
        raise BadMessage("content", "a template carries neither buttons nor attachment nor quote of ours")
    # All at once, since nearly always nothing is to be done; a line feed joins with no letter around it.
    if is_wire_text("\n".join(message.template.params.values())):
        return message.template
    params = {name: to_wire_text(value) for name, value in message.template.params.items()}
    return TemplateContent(template_id=message.template.template_id, params=params)


class TemplateRules:
    """What one template demands, prepared for quick checks."""

    def __init__(self, described: TemplateDescription) -> None:
        self.described = described
        self._by_name: Mapping[str, TemplateParam] = {param.name: param for param in described.list_params}
        self._required = frozenset(param.name for param in described.list_params if param.require)

    def find_problem(self, params: Mapping[str, str]) -> Problem | None:
        """The first thing that the platform would refuse; `params` are in NFC."""
        status = self.described.status
        if status in SWITCHED_OFF:
            detail = f"the template is {status}, not {ENABLED}; see the platform's console"
            return Problem("template_status", detail, is_of_template=True)
        missing = self._required - params.keys()
        if missing:
            return Problem("param_missing", f"the template demands the parameter {min(missing)}")
        for name, value in params.items():
            param = self._by_name.get(name)
            if param is None:
                return Problem("param_undefined", f"the template has no parameter {name}")
            if problem := _find_problem(param, value):
                return problem
        return None


def _find_problem(param: TemplateParam, value: str) -> Problem | None:
    length = len(value)
    if param.max_length is not None and length > param.max_length:
        return Problem(
            "param_too_long", f"{param.name} has {length} characters, at most {param.max_length} are allowed"
        )
    if not value.strip():
        is_needed = param.require and not param.accept_null
        return Problem("param_empty", f"{param.name} is empty") if is_needed else None
    if param.min_length is not None and length < param.min_length:
        return Problem("param_too_short", f"{param.name} has {length} characters, {param.min_length} are demanded")
    return None

"""Approved templates as cards."""

from typing import Any

from emulator.templates import load_templates


def read(_direction: str, template_id: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """A card with its filled-in table; an unknown template is shown as nothing."""
    template = load_templates().get(template_id or "")
    if template is None:
        return {}
    return template.content(request["template_data"])

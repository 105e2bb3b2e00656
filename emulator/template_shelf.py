"""The account's templates as they are now: those of the file, changed or not, and those created since."""

from collections.abc import Iterable
from typing import Any

from emulator.parts import Part
from emulator.templates import Template, load_templates, parse_template

FIRST_CREATED_ID = 500_001


class TemplateShelf(Part):
    """All templates by id; `by_id` may be read, `put` changes it."""

    def __init__(self) -> None:
        self.by_id: dict[str, Template] = dict(load_templates())

    def get(self, template_id: str) -> Template | None:
        """The template with this id in its present state."""
        return self.by_id.get(template_id)

    def all(self) -> list[Template]:
        """Every template, the file's first, then the created ones, oldest first."""
        return list(self.by_id.values())

    def put(self, template: Template) -> None:
        """Add a template, or take this one in the place of another with its id."""
        self.by_id[template.template_id] = template

    def new_id(self) -> str:
        """An id that no template has yet."""
        return str(max([FIRST_CREATED_ID - 1, *map(int, self.by_id)]) + 1)

    def snapshot(self) -> list[dict[str, Any]]:
        """What differs from the file, as JSON."""
        return [template.to_json() for template in self.by_id.values() if not template.is_seed]

    def restore(self, raw: Iterable[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        for each in raw:
            self.put(parse_template(each))

"""Migrations are known by their files' numbers, so that asking for missing ones needs no alembic."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from storage import migrations


def test_the_numbers_of_the_files_are_alembics_one_line_of_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert [each.revision for each in script.walk_revisions()][::-1] == migrations.revisions()

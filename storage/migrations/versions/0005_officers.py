"""Officers and their audit log, broadcasts, audiences, and the texts of notices."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = (Path(__file__).parents[1] / "sql" / "0005_officers.sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic runs online here
    driver.execute(script)


def downgrade() -> None:
    raise RuntimeError("officers and broadcasts have no place in the tables before: restore a backup instead")

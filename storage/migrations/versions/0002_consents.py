"""Consents under way: asked for on the command line, answered at the web server's door."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = (Path(__file__).parents[1] / "sql" / "0002_consents.sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic runs online here
    driver.execute(script)


def downgrade() -> None:
    op.execute("DROP TABLE consents")

"""The spine: dossiers, events, notices, attempts, accounts, inbox, citizens, links, keys."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = (Path(__file__).parents[1] / "sql" / "0001_spine.sql").read_text(encoding="utf-8")
    # Handed to the driver as it is: SQLAlchemy would read the script's %I as a parameter.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic runs online here
    driver.execute(script)


def downgrade() -> None:
    raise RuntimeError("the first migration is not taken back: restore a backup instead")

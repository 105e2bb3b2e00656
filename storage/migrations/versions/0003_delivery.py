"""Delivery: routes, receipts in time, the daily limit, the brake and the site's mark."""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = (Path(__file__).parents[1] / "sql" / "0003_delivery.sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic runs online here
    driver.execute(script)


def downgrade() -> None:
    raise RuntimeError("notices of later releases do not fit the tables before: restore a backup instead")

"""The conversation: chats, one-time codes, tickets, outgoing events, the catalogue of procedures and places."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    script = (Path(__file__).parents[1] / "sql" / "0004_conversation.sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.driver_connection
    assert driver is not None  # noqa: S101 - alembic runs online here
    driver.execute(script)


def downgrade() -> None:
    raise RuntimeError("conversations and tickets have no place in the tables before: restore a backup instead")

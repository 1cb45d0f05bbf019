"""Hints from shops, and people who are forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("orders", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "hints",
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("integration", "order_id"),
    )
    op.create_table(
        "forgotten",
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("books", "mark"),
    )
    op.create_table(
        "keys",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )

"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("orders", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_batches_integration"), "batches", ["integration"], unique=False)
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("changes_of_order", "changes", ["integration", "order_id"], unique=False)
    op.create_index(op.f("ix_changes_run"), "changes", ["run"], unique=False)
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "customer_links",
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("books", "identity"),
    )
    op.create_table(
        "directory",
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("books", "number"),
    )
    op.create_table(
        "directory_keys",
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("books", "field", "value", "number"),
    )
    op.create_index("directory_by_number", "directory_keys", ["books", "number"], unique=False)
    op.create_table(
        "dispatches",
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("rules_sha256", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("integration", "reference"),
    )
    op.create_index("dispatches_by_state", "dispatches", ["integration", "state"], unique=False)
    op.create_index("dispatches_of_order", "dispatches", ["integration", "order_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("net", sa.String(), nullable=False),
        sa.Column("vat", sa.String(), nullable=False),
        sa.Column("total", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("written_as", sa.String(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sold", sa.Text(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("books", "reference"),
    )
    op.create_index("documents_of_order", "documents", ["integration", "order_id"], unique=False)
    op.create_table(
        "leases",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_leases_batch"), "leases", ["batch"], unique=False)
    op.create_table(
        "operations",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("books", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("operations_of", "operations", ["books", "kind", "subject"], unique=False)
    op.create_index("operations_of_batch", "operations", ["batch"], unique=False)
    op.create_table(
        "orders",
        sa.Column("integration", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("normalised", sa.Text(), nullable=False),
        sa.Column("read_with", sa.String(), nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("customer_type", sa.String(), nullable=False),
        sa.Column("classification", sa.Text(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("integration", "order_id"),
    )
    op.create_index("orders_claimed", "orders", ["batch"], unique=False)
    op.create_index("orders_numbers", "orders", ["integration", "number"], unique=False)
    unfinished = ["integration", "eligible", "stage", "ordered_at", "order_id", "read_with"]
    op.create_index("orders_unfinished", "orders", unfinished, unique=False)
    op.create_table(
        "owners",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "vat_answers",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("consultation", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", "valid"),
    )

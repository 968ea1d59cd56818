"""The first schema: sets and their meetings, what is due, what is to be sent.

Revision: 0001, after nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "people",
    "learning_sets",
    "members",
    "places",
    "meetings",
    "turns",
    "attendance",
    "bids",
    "turn_skips",
    "report_skips",
    "questions",
    "takeaways",
    "learning_lines",
    "commitments",
    "report_backs",
    "handled_requests",
    "due_prompts",
    "lanes",
    "outbox",
    "sent_messages",
)
"""Each after those to which its rows belong."""


def upgrade() -> None:
    _do_not_block_the_bot()
    _people_and_sets()
    _meetings()
    _given_to_meetings()
    _words_of_meetings()
    _commitments()
    _handled_and_due()
    _to_send()


def downgrade() -> None:
    _do_not_block_the_bot()
    for table in reversed(TABLES):
        op.drop_table(table)


def _people_and_sets() -> None:
    op.create_table(
        "people",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("work_days", sa.JSON(), nullable=False),
        sa.Column("work_start", sa.Time(), nullable=False),
        sa.Column("work_end", sa.Time(), nullable=False),
        sa.Column("away_from", sa.Date(), nullable=True),
        sa.Column("away_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_people"),
    )
    op.create_table(
        "learning_sets",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.String(length=255), nullable=False),
        sa.Column("creator", sa.String(length=255), nullable=False),
        sa.Column("facilitator", sa.String(length=255), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("first_meeting_at", sa.DateTime(), nullable=False),
        sa.Column("every_weeks", sa.Integer(), nullable=False),
        sa.Column("format_id", sa.String(length=255), nullable=False),
        sa.Column("clock_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_link", sa.Text(), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_learning_sets"),
    )
    op.create_index(
        "uq_learning_sets_active_in_channel",
        "learning_sets",
        ["workspace_id", "channel_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "members",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=255), nullable=False),
        sa.Column("answer", sa.String(length=24), nullable=False),
        sa.Column("first_meeting", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "person"],
            ["people.workspace_id", "people.id"],
            name="fk_members_workspace_id_person",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "set_id"],
            ["learning_sets.workspace_id", "learning_sets.id"],
            name="fk_members_workspace_id_set_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "set_id", "person", name="pk_members"),
    )
    op.create_index("ix_members_workspace_id_person", "members", ["workspace_id", "person"], unique=False)
    op.create_table(
        "places",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("unit_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stand_in", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "set_id"],
            ["learning_sets.workspace_id", "learning_sets.id"],
            name="fk_places_workspace_id_set_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "set_id", "unit_id", name="pk_places"),
    )


def _meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("phase", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facilitator", sa.String(length=255), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.String(length=24), nullable=False),
        sa.Column("ending_offer_seconds", sa.Integer(), nullable=True),
        sa.Column("learning_shown", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_unfinished", sa.Boolean(), nullable=False),
        sa.Column("kept_units", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "set_id"],
            ["learning_sets.workspace_id", "learning_sets.id"],
            name="fk_meetings_workspace_id_set_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_meetings"),
    )
    op.create_index(
        "ix_meetings_workspace_id_set_id_number",
        "meetings",
        ["workspace_id", "set_id", "number"],
        unique=True,
    )
    op.create_table(
        "turns",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("chosen_by", sa.String(length=255), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("none_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_turns_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "number", name="pk_turns"),
    )


def _given_to_meetings() -> None:
    op.create_table(
        "attendance",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_attendance_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "person", name="pk_attendance"),
    )
    op.create_table(
        "bids",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_bids_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "person", name="pk_bids"),
    )
    op.create_table(
        "turn_skips",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("unit_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_turn_skips_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "unit_id", name="pk_turn_skips"),
    )
    op.create_table(
        "report_skips",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_report_skips_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "person", name="pk_report_skips"),
    )


def _words_of_meetings() -> None:
    op.create_table(
        "questions",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=255), nullable=False),
        sa.Column("begun_in", sa.String(length=255), nullable=False),
        sa.Column("asker", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_questions_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_questions"),
    )
    op.create_index(
        "ix_questions_workspace_id_meeting_id", "questions", ["workspace_id", "meeting_id"], unique=False
    )
    op.create_table(
        "takeaways",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("turn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_takeaways_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "turn", "person", name="pk_takeaways"),
    )
    op.create_table(
        "learning_lines",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("about_problem", sa.Text(), nullable=True),
        sa.Column("about_self", sa.Text(), nullable=True),
        sa.Column("about_set", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_learning_lines_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "meeting_id", "person", name="pk_learning_lines"),
    )


def _commitments() -> None:
    op.create_table(
        "commitments",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=255), nullable=False),
        sa.Column("recorded_by", sa.String(length=255), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_step", sa.Text(), nullable=True),
        sa.Column("how_known", sa.Text(), nullable=True),
        sa.Column("if_then", sa.Text(), nullable=True),
        sa.Column("hope_to_learn", sa.Text(), nullable=True),
        sa.Column("horizon", sa.String(length=24), nullable=False),
        sa.Column("locks_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_commitments_workspace_id_meeting_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "set_id"],
            ["learning_sets.workspace_id", "learning_sets.id"],
            name="fk_commitments_workspace_id_set_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_commitments"),
    )
    op.create_index(
        "ix_commitments_workspace_id_meeting_id", "commitments", ["workspace_id", "meeting_id"], unique=False
    )
    op.create_index(
        "ix_commitments_workspace_id_set_id_finished",
        "commitments",
        ["workspace_id", "set_id", "finished"],
        unique=False,
    )
    op.create_table(
        "report_backs",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("commitment_id", sa.String(length=255), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("happened", sa.Text(), nullable=True),
        sa.Column("learned", sa.Text(), nullable=True),
        sa.Column("airtime", sa.Boolean(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "commitment_id"],
            ["commitments.workspace_id", "commitments.id"],
            name="fk_report_backs_workspace_id_commitment_id",
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "meeting_id"],
            ["meetings.workspace_id", "meetings.id"],
            name="fk_report_backs_workspace_id_meeting_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_report_backs"),
    )
    op.create_index(
        "ix_report_backs_workspace_id_commitment_id_meeting_id",
        "report_backs",
        ["workspace_id", "commitment_id", "meeting_id"],
        unique=True,
    )
    op.create_index(
        "ix_report_backs_workspace_id_meeting_id",
        "report_backs",
        ["workspace_id", "meeting_id"],
        unique=False,
    )


def _handled_and_due() -> None:
    op.create_table(
        "handled_requests",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("request", sa.String(length=255), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "request", name="pk_handled_requests"),
    )
    op.create_index("ix_handled_requests_received_at", "handled_requests", ["received_at"], unique=False)
    op.create_table(
        "due_prompts",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("set_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meeting_id", sa.String(length=255), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=True),
        sa.Column("rung", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "set_id"],
            ["learning_sets.workspace_id", "learning_sets.id"],
            name="fk_due_prompts_workspace_id_set_id",
        ),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_due_prompts"),
    )
    op.create_index("ix_due_prompts_state_due_at", "due_prompts", ["state", "due_at"], unique=False)
    op.create_index(
        "ix_due_prompts_workspace_id_set_id", "due_prompts", ["workspace_id", "set_id"], unique=False
    )


def _to_send() -> None:
    op.create_table(
        "lanes",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("lane", sa.String(length=255), nullable=False),
        sa.Column("last_position", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "lane", name="pk_lanes"),
    )
    op.create_table(
        "outbox",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("lane", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("best_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("update_only", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "lane"], ["lanes.workspace_id", "lanes.lane"], name="fk_outbox_workspace_id_lane"
        ),
        sa.PrimaryKeyConstraint("workspace_id", "lane", "position", name="pk_outbox"),
    )
    op.create_index(
        "uq_outbox_waiting",
        "outbox",
        ["workspace_id", "key"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "sent_messages",
        sa.Column("workspace_id", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("channel", sa.String(length=255), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_sent_messages"),
    )


def _do_not_block_the_bot() -> None:
    """Give up rather than queue behind a long transaction: everybody else would queue behind us."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("SET LOCAL lock_timeout = '5s'")

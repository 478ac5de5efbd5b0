-- What turns leave behind beside the records. Times are milliseconds since 1970, UTC.
-- A keyed hash of an event's id: a redelivery is known by it, also of somebody who was erased since. Nothing personal.
CREATE TABLE seen_events (
    id      INTEGER PRIMARY KEY,
    event   BLOB NOT NULL UNIQUE,
    seen_at INTEGER NOT NULL
);

-- Messages to be sent, in the order of their ids within a conversation; or given up ("dead"). AUTOINCREMENT, because an
-- id is an idempotency key towards a platform and must never come up twice.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    person     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
    kind       TEXT NOT NULL,
    farewell   INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    parts_sent INTEGER NOT NULL DEFAULT 0,
    reason     TEXT,
    told       INTEGER NOT NULL DEFAULT 0,
    token      BLOB,
    body       TEXT NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (platform, workspace, person, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (platform, workspace, person) WHERE state = 'dead';

-- Where a platform has what was sent, to edit it or to take it back.
CREATE TABLE sent_messages (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    channel   TEXT NOT NULL,
    message   TEXT NOT NULL,
    sent_at   INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace, person, channel, message)
) WITHOUT ROWID;

-- A keyed hash of somebody who was erased, when that was, and whether they want to be left alone.
CREATE TABLE tombstones (
    person     BLOB PRIMARY KEY,
    erased_at  INTEGER NOT NULL,
    left_alone INTEGER NOT NULL
) WITHOUT ROWID;

-- When a check waits for a time: a reminder, a nudge, its end.
ALTER TABLE checks ADD COLUMN due_at INTEGER;
CREATE INDEX checks_due ON checks (due_at) WHERE due_at IS NOT NULL;

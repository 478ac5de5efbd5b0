-- As the SQLite schema, table by table, with what several processes on one database need besides. Every table that grows
-- leads its key with whose it is, so that a distributed PostgreSQL can spread it by (platform, workspace, person).
CREATE TABLE people (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    revision  BIGINT NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, person)
);

-- `pack` is the one that the body names: what no check names any more can go without reading them all.
CREATE TABLE checks (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    person     TEXT NOT NULL,
    id         TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    changed_at TEXT COLLATE "C" NOT NULL,
    body       TEXT NOT NULL,
    due_at     BIGINT,
    pack       TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, person, id)
);
CREATE INDEX checks_due ON checks (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX checks_packs ON checks (pack);

-- Nothing personal, small, and the same for all: a distributed database copies it to every node.
CREATE TABLE packs (
    name TEXT PRIMARY KEY,
    body BYTEA NOT NULL
);

CREATE TABLE seen_events (
    event   BYTEA PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
CREATE INDEX seen_events_by_age ON seen_events (seen_at);

-- `claimed_by` is the process that sends it, known by an advisory lock that it holds as long as it lives.
CREATE TABLE outbox (
    id         BIGINT GENERATED ALWAYS AS IDENTITY,
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    person     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
    kind       TEXT NOT NULL,
    farewell   BOOLEAN NOT NULL,
    due_at     BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    parts_sent BIGINT NOT NULL DEFAULT 0,
    reason     TEXT,
    told       BOOLEAN NOT NULL DEFAULT false,
    token      BYTEA,
    body       TEXT NOT NULL,
    pack       TEXT,
    share      TEXT,
    replaces   TEXT,
    claimed_by INTEGER,
    claimed_at BIGINT,
    PRIMARY KEY (platform, workspace, person, id)
);
CREATE INDEX outbox_waiting ON outbox (platform, workspace, person, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (platform, workspace, person) WHERE state = 'dead';
CREATE INDEX outbox_shares ON outbox (platform, workspace, person, share) WHERE share IS NOT NULL;

CREATE TABLE sent_messages (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    channel   TEXT NOT NULL,
    message   TEXT NOT NULL,
    sent_at   BIGINT NOT NULL,
    check_id  TEXT,
    asked     BIGINT,
    share     TEXT,
    part      BIGINT,
    place     TEXT,
    PRIMARY KEY (platform, workspace, person, channel, message)
);
CREATE INDEX sent_messages_asking ON sent_messages (platform, workspace, person, check_id, asked)
    WHERE asked IS NOT NULL;
CREATE INDEX sent_messages_shares ON sent_messages (platform, workspace, person, share, part) WHERE share IS NOT NULL;
CREATE INDEX sent_messages_in_channels ON sent_messages (channel, message) WHERE share IS NOT NULL;
CREATE INDEX sent_messages_in_places ON sent_messages (platform, place) WHERE place IS NOT NULL;

CREATE TABLE tombstones (
    person     BYTEA PRIMARY KEY,
    erased_at  BIGINT NOT NULL,
    left_alone BOOLEAN NOT NULL
);

CREATE TABLE workspaces (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    revision  BIGINT NOT NULL,
    body      TEXT NOT NULL,
    left_at   BIGINT,
    PRIMARY KEY (platform, workspace)
);
CREATE INDEX workspaces_left ON workspaces (platform, workspace) WHERE left_at IS NOT NULL;

CREATE TABLE kept (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE reviews (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    check_id  TEXT NOT NULL,
    share     TEXT NOT NULL,
    place     TEXT NOT NULL,
    asked_at  BIGINT NOT NULL,
    PRIMARY KEY (platform, workspace, person, check_id, share)
);
CREATE INDEX reviews_of_a_place ON reviews (platform, place, asked_at);

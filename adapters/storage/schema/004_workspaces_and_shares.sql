-- The rules of a workspace, and since when it has sent the bot away (NULL: it has not). `body` may name its mentors.
CREATE TABLE workspaces (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    body      TEXT NOT NULL,
    left_at   INTEGER,
    PRIMARY KEY (platform, workspace)
);
CREATE INDEX workspaces_left ON workspaces (platform, workspace) WHERE left_at IS NOT NULL;

-- The copy in a channel that a message brings up to date; and, once a part of it was sent, the channel and the message
-- that it takes the place of, as JSON.
ALTER TABLE outbox ADD COLUMN share TEXT;
ALTER TABLE outbox ADD COLUMN replaces TEXT;
CREATE INDEX outbox_shares ON outbox (platform, workspace, person, share) WHERE share IS NOT NULL;

-- What asks something: for which check, and at which state of it. What is the part of a copy in a channel: of which
-- share and check, and the part's number.
ALTER TABLE sent_messages ADD COLUMN check_id TEXT;
ALTER TABLE sent_messages ADD COLUMN asked INTEGER;
ALTER TABLE sent_messages ADD COLUMN share TEXT;
ALTER TABLE sent_messages ADD COLUMN part INTEGER;
CREATE INDEX sent_messages_asking ON sent_messages (platform, workspace, person, check_id, asked)
    WHERE asked IS NOT NULL;
CREATE INDEX sent_messages_shares ON sent_messages (platform, workspace, person, share, part) WHERE share IS NOT NULL;
CREATE INDEX sent_messages_in_channels ON sent_messages (channel, message) WHERE share IS NOT NULL;

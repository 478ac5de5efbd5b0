-- In which workspace a copy stands, where its owner's own key is of none.
ALTER TABLE sent_messages ADD COLUMN place TEXT;
CREATE INDEX sent_messages_in_places ON sent_messages (platform, place) WHERE place IS NOT NULL;

-- What a platform was told last, by a name: a digest of its commands. Nothing personal.
CREATE TABLE kept (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- What lets the bot into a workspace, and what is handed out to be shown again once: all of it encrypted. `until`: when it
-- goes by itself. A row without a body is held by somebody until then.
CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    body  BLOB,
    until INTEGER
) WITHOUT ROWID;

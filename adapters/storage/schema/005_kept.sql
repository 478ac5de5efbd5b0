-- What a platform was told last, by a name: a digest of its commands. Nothing personal.
CREATE TABLE kept (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Every table leads its key with whose it is: no row is found without knowing the person.
CREATE TABLE people (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    revision  INTEGER NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, person)
);

CREATE TABLE checks (
    platform   TEXT NOT NULL,
    workspace  TEXT NOT NULL,
    person     TEXT NOT NULL,
    id         TEXT NOT NULL,
    revision   INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (platform, workspace, person, id)
);

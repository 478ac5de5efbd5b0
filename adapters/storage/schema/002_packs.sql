-- The questionnaires that checks were begun with, so that an old report renders with its own. Nothing personal.
CREATE TABLE packs (
    name TEXT PRIMARY KEY,
    body BLOB NOT NULL
);

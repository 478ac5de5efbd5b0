-- The copies that mentors are asked to look at, so that their queue needs no look into every check: what is shown of them
-- is in the check itself. `place`: the workspace that the copy is in.
CREATE TABLE reviews (
    platform  TEXT NOT NULL,
    workspace TEXT NOT NULL,
    person    TEXT NOT NULL,
    check_id  TEXT NOT NULL,
    share     TEXT NOT NULL,
    place     TEXT NOT NULL,
    asked_at  INTEGER NOT NULL,
    PRIMARY KEY (platform, workspace, person, check_id, share)
) WITHOUT ROWID;
CREATE INDEX reviews_of_a_place ON reviews (platform, place, asked_at);

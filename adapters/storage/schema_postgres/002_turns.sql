-- Which check is at hand, to be read with the person in one go; the text is never read as JSON, for it may be damaged.
ALTER TABLE people ADD COLUMN current_check TEXT
    GENERATED ALWAYS AS (substring(body FROM '"current_check":"([^"]+)"')) STORED;

-- Writes what turns changed, several people's together: all of them or, where one may not be written, none. That one
-- raises 'duplicate' (its event was taken already, or is older than the person's erasing) or 'stale' (somebody else
-- changed the person or the check since they were read at revision *_was; 0: they were not there).
CREATE FUNCTION teamcheck_turns(turns json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t record;
    was bigint;
BEGIN
    FOR t IN SELECT * FROM json_to_recordset(turns) AS row (
        platform text, workspace text, person text, at bigint, event text, mark text,
        person_was bigint, person_is bigint, person_body text,
        check_id text, check_was bigint, check_is bigint, changed_at text, check_body text, due_at bigint, pack text,
        over boolean, messages json
    ) LOOP
        IF t.event IS NOT NULL THEN
            INSERT INTO seen_events VALUES (decode(t.event, 'hex'), t.at) ON CONFLICT DO NOTHING;
            IF NOT FOUND OR EXISTS (
                SELECT 1 FROM tombstones WHERE tombstones.person = decode(t.mark, 'hex') AND erased_at >= t.at
            ) THEN
                RAISE EXCEPTION 'duplicate';
            END IF;
        END IF;
        IF t.person_body IS NOT NULL THEN
            IF t.person_was = 0 THEN
                INSERT INTO people VALUES (t.platform, t.workspace, t.person, t.person_is, t.person_body)
                ON CONFLICT DO NOTHING;
            ELSE
                UPDATE people p SET revision = t.person_is, body = t.person_body
                WHERE p.platform = t.platform AND p.workspace = t.workspace AND p.person = t.person
                AND p.revision = t.person_was;
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'stale';
            END IF;
        END IF;
        IF t.over THEN
            DELETE FROM checks c
            WHERE c.platform = t.platform AND c.workspace = t.workspace AND c.person = t.person AND c.id = t.check_id
            AND c.revision = t.check_was;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'stale';
            END IF;
        ELSIF t.check_body IS NOT NULL THEN
            IF t.check_was = 0 THEN
                INSERT INTO checks VALUES (
                    t.platform, t.workspace, t.person, t.check_id, t.check_is, t.changed_at, t.check_body, t.due_at,
                    t.pack
                ) ON CONFLICT DO NOTHING;
            ELSE
                UPDATE checks c SET revision = t.check_is, changed_at = t.changed_at, body = t.check_body,
                    due_at = t.due_at, pack = t.pack
                WHERE c.platform = t.platform AND c.workspace = t.workspace AND c.person = t.person
                AND c.id = t.check_id AND c.revision = t.check_was;
            END IF;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'stale';
            END IF;
        ELSIF t.check_id IS NOT NULL THEN
            UPDATE checks c SET due_at = t.due_at
            WHERE c.platform = t.platform AND c.workspace = t.workspace AND c.person = t.person AND c.id = t.check_id
            AND c.due_at IS DISTINCT FROM t.due_at;
        END IF;
        IF t.messages IS NOT NULL THEN
            INSERT INTO outbox (platform, workspace, person, state, kind, share, farewell, due_at, created_at, token,
                body, pack)
            SELECT t.platform, t.workspace, t.person, 'waiting', m.kind, m.share, m.farewell, 0, t.at,
                decode(m.token, 'hex'), m.body, m.pack
            FROM json_to_recordset(t.messages) AS m (
                kind text, share text, farewell boolean, token text, body text, pack text
            );
        END IF;
    END LOOP;
END
$$;

-- Receiving. In one transaction a shipper calls stage, COPYs leaves to
-- pg_temp.osint_stage (seq, ts, type, case_id, leaf_hash, leaf), calls receive,
-- checks that its own tree is an extension of the size and root that it was told, calls seal
-- with its newest checkpoint, and commits. To send the same again changes
-- nothing. A second connection may stage the next batch meanwhile.

-- at turns milliseconds since 1970 into a time, exactly. STABLE, as what it
-- calls is: so it is inlined.
CREATE FUNCTION audit.at(ms bigint) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT timestamptz '1970-01-01 00:00:00+00' + ms * interval '1 millisecond'
$$;

-- ends says whether a leaf ends as one of that place does. The keys of a leaf
-- are sorted, body is an object and session is 16 characters, so this is what
-- the leaf says itself; to parse it would cost many times as much. % and \ are
-- LIKE's, and in no type or case.
CREATE FUNCTION audit.ends(leaf bytea, ledger uuid, seq bigint, ts bigint, type text, case_id text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT convert_from(leaf, 'UTF8') LIKE concat('{%}', ',"case":"' || replace(case_id, '_', '\_') || '"', ',"ledger":"', ledger,
            '","seq":', seq, ',"session":"________________","ts":', ts, ',"type":"', replace(type, '_', '\_'), '","v":1}')
        AND translate(concat(type, case_id), '%\"', '') = concat(type, case_id)
$$;

-- stage makes the session's staging table. It is the owner's, so that nothing
-- the caller makes is ever read with the owner's rights; the caller may insert.
-- All but leaf is what the leaf says itself, ts in milliseconds since 1970,
-- case_id null if it is of no case; the hash is held against the leaf by entry's
-- constraint.
CREATE FUNCTION audit.stage() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
BEGIN
    IF to_regclass('pg_temp.osint_stage') IS NULL THEN
        CREATE TEMPORARY TABLE osint_stage (
            seq bigint NOT NULL, ts bigint NOT NULL CHECK (ts >= 0), type text NOT NULL, case_id text,
            leaf_hash bytea NOT NULL, leaf bytea NOT NULL
        ) ON COMMIT DELETE ROWS;
        EXECUTE format('GRANT INSERT ON pg_temp.osint_stage TO %I', session_user);
    END IF;
END
$$;

-- receive takes what is staged into entry, and returns the seq that is due
-- next with the newest checkpoint's size and root. With nothing staged it only
-- says so: next is 0 for a ledger that is not known here. It waits for another
-- receive of the same ledger to commit.
CREATE FUNCTION audit.receive(ledger uuid, OUT next bigint, OUT size bigint, OUT root bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
    team   text := audit.my_team();
    b      record; -- of the batch
    h      audit.ledger;
    open   jsonb;
    bad    bigint;
    made   bigint;
    moment timestamptz := clock_timestamp();
BEGIN
    IF team IS NULL THEN
        RAISE EXCEPTION '% is in no team', session_user USING ERRCODE = 'OA003',
            HINT = format('an admin admits it: SELECT audit.admit(%L, team)', session_user);
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('pg_temp.osint_stage') AND relowner = 'osint_owner'::regrole AND relkind = 'r') THEN
        RAISE EXCEPTION 'audit.stage was not called in this session' USING ERRCODE = 'OA004';
    END IF;
    SELECT count(*) AS n, min(s.seq) AS first, max(s.seq) AS last, audit.at(min(s.ts)) AS since, audit.at(max(s.ts)) AS until,
        count(*) = count(DISTINCT s.seq) AND max(s.seq) - min(s.seq) = count(*) - 1 AS contiguous INTO b
    FROM pg_temp.osint_stage s;

    SELECT * INTO h FROM audit.ledger l WHERE l.ledger_id = receive.ledger FOR UPDATE;
    IF NOT FOUND AND b.first = 0 THEN
        SELECT convert_from(leaf, 'UTF8')::jsonb INTO open FROM pg_temp.osint_stage s WHERE s.seq = 0;
        IF open->>'type' IS DISTINCT FROM 'genesis' OR open->'body'->>'key' IS NULL THEN
            RAISE EXCEPTION 'ledger %: entry 0 is no genesis with a key', ledger USING ERRCODE = 'OA004';
        END IF;
        INSERT INTO audit.ledger (ledger_id, team_id, login, origin, key)
        VALUES (ledger, team, session_user, 'osint.local/' || ledger, open->'body'->>'key') ON CONFLICT DO NOTHING;
        SELECT * INTO h FROM audit.ledger l WHERE l.ledger_id = receive.ledger FOR UPDATE;
    END IF;
    IF h.ledger_id IS NOT NULL AND (h.login <> session_user OR h.team_id <> team) THEN
        RAISE EXCEPTION 'ledger % is another login''s', ledger USING ERRCODE = 'OA003';
    END IF;
    next := coalesce(h.next, 0); size := coalesce(h.size, 0); root := h.root;
    IF b.n = 0 THEN
        RETURN;
    END IF;
    IF NOT b.contiguous OR b.first > next THEN
        RAISE EXCEPTION 'ledger %: entry % is due, the batch has % of % to %', ledger, next, b.n, b.first, b.last USING ERRCODE = 'OA002';
    END IF;

    IF b.first < next THEN -- sent again: it must be the same
        SELECT min(s.seq) INTO bad FROM pg_temp.osint_stage s
        LEFT JOIN audit.entry e ON e.ledger_id = receive.ledger AND e.seq = s.seq AND e.leaf_hash = sha256('\x00'::bytea || s.leaf)
        WHERE s.seq < receive.next AND e.seq IS NULL;
        IF bad IS NOT NULL THEN
            RAISE EXCEPTION 'ledger %: entry % is not what was received before', ledger, bad USING ERRCODE = 'OA001';
        END IF;
    END IF;
    IF b.last >= next THEN
        PERFORM audit.cover('audit.entry', CASE WHEN date_trunc('month', b.since) = date_trunc('month', b.until) THEN ARRAY[b.since]
            ELSE ARRAY(SELECT DISTINCT date_trunc('month', audit.at(s.ts)) FROM pg_temp.osint_stage s) END);
        INSERT INTO audit.entry (ledger_id, seq, ts, type, case_id, team_id, received_at, leaf_hash, leaf)
        SELECT receive.ledger, s.seq, audit.at(s.ts), s.type, s.case_id, team, moment, s.leaf_hash, s.leaf
        FROM pg_temp.osint_stage s WHERE s.seq >= receive.next AND audit.ends(s.leaf, ledger, s.seq, s.ts, s.type, s.case_id);
        GET DIAGNOSTICS made = ROW_COUNT;
        IF made <> b.last + 1 - next THEN
            SELECT min(s.seq) INTO bad FROM pg_temp.osint_stage s
            WHERE s.seq >= receive.next AND audit.ends(s.leaf, ledger, s.seq, s.ts, s.type, s.case_id) IS NOT TRUE;
            RAISE EXCEPTION 'ledger %: entry % is not the leaf that it is sent as', ledger, bad USING ERRCODE = 'OA004';
        END IF;
        UPDATE audit.ledger l SET next = b.last + 1, last_received = moment, last_ts = b.until WHERE l.ledger_id = receive.ledger;
        next := b.last + 1;
        PERFORM audit.ensure_partitions();
    END IF;
    TRUNCATE pg_temp.osint_stage;
END
$$;

-- seal keeps a checkpoint of what was received, and makes it the ledger's
-- newest if it is larger. The caller has verified it: its signature, and that
-- the tree of that size extends the one before.
CREATE FUNCTION audit.seal(ledger uuid, note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
DECLARE
    h      audit.ledger;
    lines  text[] := string_to_array(note, E'\n');
    o_size bigint;
    o_root bytea;
BEGIN
    SELECT * INTO h FROM audit.ledger l WHERE l.ledger_id = ledger AND l.login = session_user AND l.team_id = audit.my_team() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger % is not one of %', ledger, session_user USING ERRCODE = 'OA003';
    END IF;
    IF lines[1] IS DISTINCT FROM h.origin OR lines[2] !~ '^(0|[1-9][0-9]{0,17})$' OR lines[3] !~ '^[A-Za-z0-9+/]{43}=$' THEN
        RAISE EXCEPTION 'ledger %: this is no checkpoint of it', ledger USING ERRCODE = 'OA004';
    END IF;
    o_size := lines[2];
    o_root := decode(lines[3], 'base64');
    IF o_size > h.next THEN
        RAISE EXCEPTION 'ledger %: a checkpoint of % entries, and only % were received', ledger, o_size, h.next USING ERRCODE = 'OA002';
    END IF;
    IF o_size = h.size AND o_root <> h.root OR EXISTS (
        SELECT FROM audit.checkpoint c WHERE c.ledger_id = ledger AND c.size = o_size AND split_part(c.note, E'\n', 3) <> lines[3]) THEN
        RAISE EXCEPTION 'ledger %: two checkpoints of % entries differ', ledger, o_size USING ERRCODE = 'OA001';
    END IF;
    INSERT INTO audit.checkpoint (ledger_id, size, team_id, note) VALUES (ledger, o_size, h.team_id, note) ON CONFLICT DO NOTHING;
    IF o_size > h.size THEN
        UPDATE audit.ledger l SET size = o_size, root = o_root WHERE l.ledger_id = ledger;
    END IF;
END
$$;

-- hand_over makes a ledger another login's of the same team: for when a login
-- was renamed or replaced. An admin of the team calls it.
CREATE FUNCTION audit.hand_over(ledger uuid, login text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
BEGIN
    UPDATE audit.ledger l SET login = m.login FROM audit.member m
    WHERE l.ledger_id = hand_over.ledger AND l.team_id = audit.my_team() AND m.login = hand_over.login AND m.team_id = l.team_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'ledger % and login % are not both of the team of %', ledger, login, session_user USING ERRCODE = 'OA003';
    END IF;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.stage, audit.receive, audit.seal TO osint_ship;
GRANT EXECUTE ON FUNCTION audit.hand_over TO osint_admin;

-- What was taken away is told, and taken back.

-- receive takes what is staged into entry, and returns the seq that is due next
-- with the newest checkpoint's size and root. With nothing staged it only says
-- so: next is 0 for a ledger that is not known here. What is sent again must be
-- what is here; where a row of it was taken away, it is put back. It waits for
-- another receive of the same ledger to commit.
CREATE OR REPLACE FUNCTION audit.receive(ledger uuid, OUT next bigint, OUT size bigint, OUT root bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
    team   text := audit.my_team();
    b      record; -- of the batch
    h      audit.ledger;
    open   jsonb;
    bad    bigint;
    made   bigint;
    due    bigint; -- of the batch, those that are not here
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
    due := b.n; next := coalesce(h.next, 0); size := coalesce(h.size, 0); root := h.root;
    IF b.n = 0 THEN
        RETURN;
    END IF;
    IF NOT b.contiguous OR b.first > next THEN
        RAISE EXCEPTION 'ledger %: entry % is due, the batch has % of % to %', ledger, next, b.n, b.first, b.last USING ERRCODE = 'OA002';
    END IF;

    IF b.first < next OR EXISTS (SELECT FROM audit.entry e WHERE e.ledger_id = receive.ledger AND e.seq BETWEEN b.first AND b.last) THEN -- sent again
        SELECT min(s.seq) INTO bad FROM pg_temp.osint_stage s
        JOIN audit.entry e ON e.ledger_id = receive.ledger AND e.seq = s.seq
        WHERE e.leaf <> s.leaf OR e.leaf_hash <> s.leaf_hash;
        IF bad IS NOT NULL THEN
            RAISE EXCEPTION 'ledger %: entry % is not what was received before', ledger, bad USING ERRCODE = 'OA001';
        END IF;
        DELETE FROM pg_temp.osint_stage s USING audit.entry e WHERE e.ledger_id = receive.ledger AND e.seq = s.seq;
        SELECT count(*) INTO due FROM pg_temp.osint_stage;
    END IF;
    IF due > 0 THEN
        PERFORM audit.cover('audit.entry', CASE WHEN date_trunc('month', b.since) = date_trunc('month', b.until) THEN ARRAY[b.since]
            ELSE ARRAY(SELECT DISTINCT date_trunc('month', audit.at(s.ts)) FROM pg_temp.osint_stage s) END);
        INSERT INTO audit.entry (ledger_id, seq, ts, type, case_id, team_id, received_at, leaf_hash, leaf)
        SELECT receive.ledger, s.seq, audit.at(s.ts), s.type, s.case_id, team, moment, s.leaf_hash, s.leaf
        FROM pg_temp.osint_stage s WHERE audit.ends(s.leaf, ledger, s.seq, s.ts, s.type, s.case_id);
        GET DIAGNOSTICS made = ROW_COUNT;
        IF made <> due THEN
            SELECT min(s.seq) INTO bad FROM pg_temp.osint_stage s
            WHERE audit.ends(s.leaf, ledger, s.seq, s.ts, s.type, s.case_id) IS NOT TRUE;
            RAISE EXCEPTION 'ledger %: entry % is not the leaf that it is sent as', ledger, bad USING ERRCODE = 'OA004';
        END IF;
    END IF;
    IF b.last >= next THEN
        UPDATE audit.ledger l SET next = b.last + 1, last_received = moment, last_ts = b.until WHERE l.ledger_id = receive.ledger;
        next := b.last + 1;
        PERFORM audit.ensure_partitions();
    END IF;
    TRUNCATE pg_temp.osint_stage;
END
$$;

-- extent says what is shown of a ledger, counted, beside what was confirmed of it
-- (next, and the newest checkpoint's size): how many entries, the first and the
-- last, and the newest checkpoint. It has no row where the caller may not see
-- the ledger.
CREATE FUNCTION audit.extent(ledger uuid) RETURNS TABLE (next bigint, size bigint, entries bigint, first bigint, last bigint, sealed bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT l.next, l.size, e.entries, coalesce(e.first, 0), coalesce(e.last, -1), coalesce((SELECT max(c.size) FROM audit.checkpoint c WHERE c.ledger_id = l.ledger_id), 0)
    FROM audit.ledger l,
        LATERAL (SELECT count(*) AS entries, min(x.seq) AS first, max(x.seq) AS last FROM audit.entry x WHERE x.ledger_id = l.ledger_id) e
    WHERE l.ledger_id = extent.ledger
        AND (l.team_id = audit.my_team()
                AND (l.login = session_user OR pg_has_role(session_user, 'osint_analyst', 'USAGE') OR pg_has_role(session_user, 'osint_admin', 'USAGE'))
            OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user))
$$;

-- known says whether anybody shipped a ledger here, so that a login which sees
-- nothing of it is told apart from a server that has nothing.
CREATE FUNCTION audit.known(ledger uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT EXISTS (SELECT FROM audit.ledger l WHERE l.ledger_id = known.ledger)
$$;

REVOKE ALL ON FUNCTION audit.extent, audit.known FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.extent, audit.known TO osint_ship, osint_analyst, osint_admin;

-- admit puts a login into a team, or changes its clearance; it must exist. An
-- admin does so for the own team, a superuser or a member of osint_owner for any.
CREATE OR REPLACE FUNCTION audit.admit(login text, team text, clearance text DEFAULT 'TLP:AMBER') RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
        AND NOT pg_has_role(session_user, 'osint_owner', 'MEMBER')
        AND (audit.my_team() IS DISTINCT FROM team
            OR EXISTS (SELECT FROM audit.member m WHERE m.login = admit.login AND m.team_id <> team)) THEN
        RAISE EXCEPTION '% may admit to its own team only', session_user USING ERRCODE = 'OA003';
    END IF;
    IF replace(upper(clearance), 'TLP:', '') NOT IN ('CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED') THEN
        RAISE EXCEPTION '% is no label: write TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT or TLP:RED', clearance USING ERRCODE = '22023';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = admit.login) THEN
        RAISE EXCEPTION 'there is no login %', login USING ERRCODE = '42704', HINT = format('CREATE ROLE %I LOGIN', login);
    END IF;
    IF team !~ '^[a-z0-9][a-z0-9._-]{0,62}$' THEN
        RAISE EXCEPTION '% is no name of a team: small letters and digits, and . _ - in between', team USING ERRCODE = '22023';
    END IF;
    INSERT INTO audit.member AS m (login, team_id, clearance) VALUES (admit.login, team, audit.rank(admit.clearance))
    ON CONFLICT ON CONSTRAINT member_pkey DO UPDATE
        SET team_id = excluded.team_id, clearance = excluded.clearance, admitted_by = session_user, admitted_at = now();
END
$$;

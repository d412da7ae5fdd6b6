-- Reading leaves. A leaf is the shipper's: whatever it holds, what is read from
-- it is of the type wanted or null, so that none stops a projection.

-- json reads a leaf; null if it is none. jsonb has no U+0000, which a leaf may
-- hold.
CREATE FUNCTION audit.json(leaf bytea) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RETURN replace(convert_from(leaf, 'UTF8'), '\u0000', '\ufffd')::jsonb;
EXCEPTION
    WHEN data_exception OR program_limit_exceeded THEN RETURN NULL;
END
$$;

CREATE FUNCTION audit.int(v jsonb) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(v) = 'number' THEN least(greatest(v::numeric, -9007199254740991), 9007199254740991)::bigint END
$$;

-- int4 is for columns of that width.
CREATE FUNCTION audit.int4(v jsonb) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(v) = 'number' THEN least(greatest(v::numeric, -2147483647), 2147483647)::int END
$$;

CREATE FUNCTION audit.list(v jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(v) = 'array' THEN v ELSE '[]' END
$$;

-- done is when an act was done: the time of the case line it stands on, else
-- when it was recorded.
CREATE FUNCTION audit.done(body jsonb, ts timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN audit.int(body->'at') >= 0 THEN audit.at(audit.int(body->'at')) ELSE ts END
$$;

-- event_uuid is a leaf's hash, cut to a UUID of version 8.
CREATE FUNCTION audit.event_uuid(leaf_hash bytea) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(set_byte(set_byte(substr(leaf_hash, 1, 16),
        6, get_byte(leaf_hash, 6) & 15 | 128), 8, get_byte(leaf_hash, 8) & 63 | 128), 'hex')::uuid
$$;

-- act says what each type of leaf does to what, for events; the keys are the
-- body's that hold the id and the name of it. result: the body is an answer.
CREATE TABLE audit.act (
    type     text PRIMARY KEY,
    action   text NOT NULL,
    resource text NOT NULL,
    id_key   text,
    name_key text,
    result   boolean NOT NULL DEFAULT false
);
INSERT INTO audit.act (type, action, resource, id_key, name_key, result) VALUES
    ('genesis', 'CREATE', 'ledger', NULL, 'tool', false),
    ('key.rotate', 'UPDATE', 'signing_key', 'new', 'reason', false),
    ('key.revoke', 'DELETE', 'signing_key', 'key', 'reason', false),
    ('heartbeat', 'READ', 'ledger', NULL, 'tool', false),
    ('case.open', 'CREATE', 'investigation', NULL, 'target', false),
    ('case.ruling', 'CREATE', 'ruling', 'subject', 'kind', false),
    ('task.start', 'READ', 'source', 'collector', 'subject', false),
    ('task.finish', 'READ', 'source', 'collector', 'subject', true),
    ('key.use', 'READ', 'api_key', 'credential', 'source', false),
    ('finding', 'CREATE', 'finding', 'id', 'title', true),
    ('risk', 'CREATE', 'risk_assessment', NULL, 'level', true),
    ('case.close', 'UPDATE', 'investigation', NULL, 'outcome', true),
    ('case.act', 'UPDATE', 'investigation', NULL, 'act', false),
    ('disclosure', 'READ', 'disclosure', NULL, 'what', false),
    ('erasure', 'DELETE', 'personal_data', NULL, 'what', false),
    ('report', 'CREATE', 'report', NULL, NULL, true),
    ('attest', 'CREATE', 'attestation', NULL, NULL, true),
    ('rollback', 'UPDATE', 'ledger', NULL, 'why', false),
    ('case.remove', 'DELETE', 'investigation', NULL, 'reason', false),
    ('metric', 'CREATE', 'metrics', NULL, NULL, true),
    ('config', 'UPDATE', 'configuration', 'path', 'component', false),
    ('ship', 'READ', 'shipment', 'dest', NULL, true);

-- The clearance of each case: the strictest label that it was opened with.
CREATE TABLE audit.dossier (
    team_id   text NOT NULL,
    case_id   text NOT NULL,
    clearance smallint NOT NULL,
    PRIMARY KEY (team_id, case_id)
);

-- Sums over the many leaves of a case, each ledger's apart.
CREATE TABLE audit.tally (
    team_id       text NOT NULL,
    case_id       text NOT NULL,
    ledger_id     uuid NOT NULL,
    started       bigint NOT NULL, -- tasks
    undecided     bigint NOT NULL, -- of these, which name no earlier line of the case as the ruling that allows them
    first_start   timestamptz,
    last_start    timestamptz,
    failed        bigint NOT NULL, -- tasks that asked and had no answer
    observations  bigint NOT NULL,
    exchanges     bigint NOT NULL,
    cost_microusd bigint NOT NULL,
    last_ruling   timestamptz,
    PRIMARY KEY (team_id, case_id, ledger_id)
);
CREATE TABLE audit.tally_rule (
    team_id   text NOT NULL,
    case_id   text NOT NULL,
    ledger_id uuid NOT NULL,
    verdict   text NOT NULL,
    rule      text NOT NULL,
    cite      text NOT NULL,
    rulings   bigint NOT NULL,
    redacted  text[] NOT NULL, -- categories of data
    PRIMARY KEY (team_id, case_id, ledger_id, verdict, rule, cite)
);

-- projection says how far each ledger was projected: entries before upto.
CREATE TABLE audit.projection (
    ledger_id uuid PRIMARY KEY REFERENCES audit.ledger,
    team_id   text NOT NULL,
    upto      bigint NOT NULL DEFAULT 0
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['act', 'dossier', 'tally', 'tally_rule', 'projection'] LOOP
        EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON audit.%I TO osint_owner USING (true) WITH CHECK (true)', t);
    END LOOP;
END
$$;
CREATE POLICY team ON audit.projection FOR SELECT TO osint_ship, osint_analyst, osint_admin USING (team_id = (SELECT audit.my_team()));
GRANT SELECT ON audit.projection TO osint_ship, osint_analyst, osint_admin;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;

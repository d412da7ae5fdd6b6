-- The truth: the leaves of every ledger, as they were hashed, and nothing that
-- changes one. SQLSTATEs of ours: OA001 fork, OA002 gap, OA003 not yours,
-- OA004 not a leaf, OA005 append-only.

CREATE FUNCTION audit.refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of %.% is refused: it is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'OA005';
END
$$;

-- ledger is one row for each ledger: how far it was received (next, the seq that
-- is due), and the newest checkpoint (size, root). login and team_id are who
-- shipped it first; nobody else appends to it.
CREATE TABLE audit.ledger (
    ledger_id      uuid PRIMARY KEY,
    team_id        text NOT NULL,
    login          text NOT NULL,
    origin         text NOT NULL,
    key            text NOT NULL, -- of the genesis leaf, pinned
    next           bigint NOT NULL DEFAULT 0 CHECK (next >= 0),
    size           bigint NOT NULL DEFAULT 0 CHECK (size BETWEEN 0 AND next),
    root           bytea CHECK (octet_length(root) = 32),
    first_received timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_received  timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_ts        timestamptz -- of the newest leaf
);
CREATE INDEX ledger_team ON audit.ledger (team_id, login);

CREATE TABLE audit.entry (
    ledger_id   uuid NOT NULL,
    seq         bigint NOT NULL CHECK (seq >= 0),
    ts          timestamptz NOT NULL, -- the leaf's own
    type        text NOT NULL,        -- the leaf's own
    case_id     text,                 -- the leaf's own
    team_id     text NOT NULL,
    received_at timestamptz NOT NULL, -- by this server's clock
    leaf_hash   bytea NOT NULL,
    leaf        bytea NOT NULL,
    PRIMARY KEY (ledger_id, seq, ts),
    CONSTRAINT leaf_hash CHECK (leaf_hash = sha256('\x00'::bytea || leaf))
) PARTITION BY RANGE (ts);
-- What an investigation's row is made of; not its many tasks and rulings.
CREATE INDEX entry_case ON audit.entry (team_id, case_id)
    WHERE type IN ('case.open', 'case.close', 'case.remove', 'finding', 'risk');
CREATE TABLE audit.entry_default PARTITION OF audit.entry DEFAULT;

CREATE TABLE audit.checkpoint (
    ledger_id   uuid NOT NULL REFERENCES audit.ledger,
    size        bigint NOT NULL,
    team_id     text NOT NULL,
    note        text NOT NULL, -- the signed note
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (ledger_id, size)
);

-- protect makes a table append-only: its rows, and for a partition TRUNCATE,
-- which no row trigger sees. ALWAYS: also while session_replication_role is
-- replica.
CREATE FUNCTION audit.protect(tab regclass, partition boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT partition THEN
        EXECUTE format('CREATE TRIGGER no_change BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION audit.refuse()', tab);
    END IF; -- a partition has its parent's
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse()', tab);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER no_change, ENABLE ALWAYS TRIGGER no_truncate,'
        ' ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', tab);
END
$$;

SELECT audit.protect('audit.entry'), audit.protect('audit.entry_default', true), audit.protect('audit.checkpoint');
ALTER TABLE audit.ledger ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY owner ON audit.ledger TO osint_owner USING (true) WITH CHECK (true);
CREATE POLICY ship ON audit.ledger FOR SELECT TO osint_ship USING (login = session_user AND team_id = (SELECT audit.my_team()));
CREATE POLICY team ON audit.ledger FOR SELECT TO osint_analyst, osint_admin USING (team_id = (SELECT audit.my_team()));

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['entry', 'checkpoint'] LOOP
        EXECUTE format('CREATE POLICY owner_reads ON audit.%I FOR SELECT TO osint_owner USING (true)', t);
        EXECUTE format('CREATE POLICY owner_adds ON audit.%I FOR INSERT TO osint_owner WITH CHECK (true)', t);
        EXECUTE format('CREATE POLICY ship ON audit.%I FOR SELECT TO osint_ship USING'
            ' (team_id = (SELECT audit.my_team()) AND ledger_id IN (SELECT l.ledger_id FROM audit.ledger l WHERE l.login = session_user))', t);
        EXECUTE format('CREATE POLICY team ON audit.%I FOR SELECT TO osint_analyst, osint_admin USING (team_id = (SELECT audit.my_team()))', t);
    END LOOP;
END
$$;

-- How long each ledger has been silent. A ledger in use has a heartbeat a day.
CREATE VIEW audit.silence WITH (security_invoker = true) AS
    SELECT ledger_id, team_id, login, origin, next AS entries, last_ts, last_received, now() - last_received AS silent
    FROM audit.ledger;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT SELECT ON audit.ledger, audit.entry, audit.checkpoint, audit.silence TO osint_ship, osint_analyst, osint_admin;

-- Reading the entries as they stand. osint audit log puts one query to this
-- view and to a ledger's own; osint says there what each column is.

-- json is for every leaf a reader may see: it fails at none.
GRANT EXECUTE ON FUNCTION audit.json TO osint_ship, osint_viewer, osint_analyst, osint_admin;

CREATE VIEW audit.log WITH (security_invoker = true) AS
    SELECT e.received_at AS received, e.ledger_id::text AS ledger, e.seq, e.ts AS time,
        x.j->>'session' AS session, x.j->>'actor' AS actor, e.type, e.case_id,
        coalesce(x.j#>>'{body,subject}', x.j#>>'{body,target}') AS subject,
        x.j#>>'{body,collector}' AS collector, x.j#>>'{body,source}' AS source,
        coalesce(x.j#>>'{body,outcome}', (
            SELECT string_agg(DISTINCT g->>'verdict', ',')
            FROM jsonb_array_elements(CASE WHEN jsonb_typeof(x.j#>'{body,groups}') = 'array' THEN x.j#>'{body,groups}' END) g)) AS outcome,
        e.leaf
    FROM audit.entry e,
        LATERAL (SELECT audit.json(e.leaf) AS j OFFSET 0) x; -- each leaf parsed once, and only if need be

GRANT SELECT ON audit.log TO osint_ship, osint_viewer, osint_analyst, osint_admin;

-- A viewer reads entries as it reads events: up to its clearance. A case whose
-- opening was not projected yet is above all.
CREATE POLICY viewer ON audit.dossier FOR SELECT TO osint_viewer
    USING (team_id = (SELECT audit.my_team()) AND clearance <= (SELECT audit.my_clearance()));
CREATE POLICY viewer ON audit.entry FOR SELECT TO osint_viewer
    USING (team_id = (SELECT audit.my_team()) AND CASE
        WHEN type = 'config' THEN (SELECT audit.my_clearance()) >= 2
        WHEN case_id IS NULL THEN true
        ELSE (SELECT audit.my_clearance()) >= 4 OR case_id IN (SELECT d.case_id FROM audit.dossier d) END);
GRANT SELECT ON audit.dossier, audit.entry TO osint_viewer;

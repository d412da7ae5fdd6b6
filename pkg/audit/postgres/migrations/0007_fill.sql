-- From entries to rows. Nobody may call these but audit.project.

-- fill adds the rows of a range of one ledger's entries, and what they add to
-- the sums of their cases. The caller sees to it that each entry is filled once.
CREATE FUNCTION audit.fill(led uuid, team text, since bigint, until bigint, with_events boolean) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
    months timestamptz[];
BEGIN
    SELECT array_agg(DISTINCT date_trunc('month', e.ts)) INTO months FROM audit.entry e WHERE e.ledger_id = led AND e.seq >= since AND e.seq < until;
    PERFORM audit.cover(t::regclass, months) FROM unnest(ARRAY['audit.events', 'audit.api_key_usage', 'audit.system_metrics']) t;

    -- Rows that came before their case's opening, from another ledger, are the
    -- strictest case's; those of events stay so.
    WITH labelled AS (
        INSERT INTO audit.dossier AS d (team_id, case_id, clearance)
        SELECT team, o.case_id, max(audit.rank(o.b->>'tlp'))
        FROM (SELECT e.case_id, audit.json(e.leaf)->'body' AS b FROM audit.entry e
            WHERE e.ledger_id = led AND e.seq >= since AND e.seq < until AND e.type = 'case.open' AND e.case_id IS NOT NULL OFFSET 0) o
        GROUP BY o.case_id
        ON CONFLICT (team_id, case_id) DO UPDATE SET clearance = excluded.clearance WHERE d.clearance < excluded.clearance
        RETURNING case_id, clearance
    ), usage AS (
        UPDATE audit.api_key_usage u SET clearance = l.clearance FROM labelled l
        WHERE u.team_id = team AND u.investigation_id = l.case_id AND u.clearance <> l.clearance
    )
    UPDATE audit.risk_assessments r SET clearance = l.clearance FROM labelled l
    WHERE r.team_id = team AND r.investigation_id = l.case_id AND r.clearance <> l.clearance;

    WITH p AS MATERIALIZED ( -- each leaf parsed once
        SELECT e.seq, e.ts, e.type, e.case_id, e.received_at, e.leaf_hash,
            x.j->>'actor' AS actor, x.j->>'session' AS session, x.j->'body' AS b, audit.done(x.j->'body', e.ts) AS at,
            CASE WHEN e.type = 'config' THEN 2 WHEN e.case_id IS NULL THEN 0 ELSE coalesce(d.clearance, 4) END::smallint AS clearance
        FROM audit.entry e
        LEFT JOIN audit.dossier d ON d.team_id = team AND d.case_id = e.case_id,
            LATERAL (SELECT audit.json(e.leaf) AS j OFFSET 0) x
        WHERE e.ledger_id = led AND e.seq >= since AND e.seq < until AND e.type <> 'segment'
    ), asked AS MATERIALIZED (
        SELECT p.*, p.b->>'outcome' AS outcome, p.b->>'outcome' IN ('ok', 'empty', 'partial') AS answered,
            coalesce(p.b->>'outcome' NOT IN ('no-key', 'refused', 'review', 'skipped', 'cancelled'), true)
                OR audit.int(p.b->'exchanges') > 0 AS asked
        FROM p WHERE p.type = 'task.finish'
    ), add_events AS (
        INSERT INTO audit.events (event_uuid, timestamp, event_type, user_id, user_name, user_agent, session_id, action,
            resource_type, resource_id, resource_name, success, error_message, request_data, response_data, processing_time_ms,
            created_at, updated_at, case_id, team_id, ledger_id, seq, clearance)
        SELECT audit.event_uuid(p.leaf_hash), p.ts, p.type, p.actor, p.actor, p.b->>'tool', p.session,
            CASE WHEN p.type = 'config' AND p.b->>'operation' IN ('create', 'add') THEN 'CREATE'
                WHEN p.type = 'config' AND p.b->>'operation' IN ('delete', 'remove') THEN 'DELETE' ELSE coalesce(a.action, 'CREATE') END,
            coalesce(a.resource, split_part(p.type, '.', 1)), coalesce(p.b->>a.id_key, p.case_id, led::text), p.b->>a.name_key,
            f.failed IS NOT TRUE, CASE WHEN f.failed THEN coalesce(p.b->>'reason', p.b->>'outcome') END,
            CASE WHEN a.result IS NOT TRUE THEN p.b END, CASE WHEN a.result THEN p.b END, audit.int4(p.b->'elapsed_ms'),
            p.received_at, p.received_at, p.case_id, team, led, p.seq, p.clearance
        FROM p LEFT JOIN audit.act a ON a.type = p.type,
            LATERAL (SELECT CASE p.type WHEN 'task.finish' THEN p.b->>'outcome' NOT IN ('ok', 'empty', 'partial')
                WHEN 'case.close' THEN p.b->>'outcome' <> 'complete' END AS failed) f
        WHERE with_events ORDER BY p.seq
    ), add_usage AS (
        INSERT INTO audit.api_key_usage (service_name, operation, user_id, investigation_id, request_timestamp, response_time_ms, success,
            rate_limited, quota_exceeded, response_size, cost_usd, error_type, error_message, request_metadata, created_at,
            team_id, ledger_id, seq, clearance)
        SELECT coalesce(p.b->>'source', ''), p.b->>'collector', p.actor, p.case_id, p.at, audit.int4(p.b->'elapsed_ms'), p.answered IS TRUE,
            coalesce(p.outcome = 'rate-limited', false), coalesce(p.outcome = 'quota-exceeded', false), audit.int(p.b->'bytes'),
            coalesce(audit.int(p.b->'cost_microusd'), 0) / 1e6, CASE WHEN p.answered IS NOT TRUE THEN p.outcome END, p.b->>'reason',
            jsonb_build_object('kind', p.b->'kind', 'subject', p.b->'subject', 'exchanges', p.b->'exchanges', 'observations', p.b->'observations'),
            p.received_at, team, led, p.seq, p.clearance
        FROM asked p WHERE p.asked ORDER BY p.seq
    ), add_risks AS (
        INSERT INTO audit.risk_assessments (assessment_id, investigation_id, overall_risk_score, threat_level, confidence_level,
            assessment_data, threat_vectors, critical_findings, recommendations, assessed_by, assessed_at, coverage_completeness, created_at,
            team_id, ledger_id, seq, clearance)
        SELECT audit.event_uuid(p.leaf_hash), p.case_id, audit.int(p.b->'score_centi') / 100.0, p.b->>'level',
            audit.int(p.b->'confidence_permille') / 1000.0, p.b, p.b->'vectors', p.b->'critical', p.b->'recommendations', p.actor, p.at,
            audit.int(p.b->'coverage_permille') / 1000.0, p.received_at, team, led, p.seq, p.clearance
        FROM p WHERE p.type = 'risk' ORDER BY p.seq
    ), add_metrics AS (
        INSERT INTO audit.system_metrics (metric_name, metric_value, metric_unit, metric_type, labels, timestamp, created_at,
            team_id, ledger_id, seq, clearance)
        SELECT s.v->>'name', audit.int(s.v->'value_milli') / 1000.0, s.v->>'unit',
            CASE WHEN s.v->>'kind' IN ('counter', 'histogram') THEN s.v->>'kind' ELSE 'gauge' END, s.v->'labels', p.ts, p.received_at,
            team, led, p.seq, 0 -- of the machine, of no case
        FROM p CROSS JOIN LATERAL jsonb_array_elements(audit.list(p.b->'samples')) WITH ORDINALITY s(v, place)
        WHERE p.type = 'metric' AND s.v->>'name' IS NOT NULL AND audit.int(s.v->'value_milli') IS NOT NULL ORDER BY p.seq, s.place
    ), add_changes AS (
        INSERT INTO audit.configuration_changes (change_id, component, operation, resource_path, old_value, new_value, changed_by,
            change_reason, approved_by, change_timestamp, created_at, team_id, ledger_id, seq, clearance)
        SELECT audit.event_uuid(p.leaf_hash), p.b->>'component', p.b->>'operation', p.b->>'path', p.b->'old', p.b->'new', p.actor,
            p.b->>'reason', p.b->>'approved_by', p.ts, p.received_at, team, led, p.seq, p.clearance
        FROM p WHERE p.type = 'config' ORDER BY p.seq
    ), add_rules AS (
        INSERT INTO audit.tally_rule AS r (team_id, case_id, ledger_id, verdict, rule, cite, rulings, redacted)
        SELECT team, p.case_id, led, coalesce(g->>'verdict', ''), coalesce(g->>'rule', ''), coalesce(g->>'cite', ''),
            sum(greatest(jsonb_array_length(audit.list(g->'collectors')), 1)),
            ARRAY(SELECT DISTINCT c FROM unnest(array_agg(DISTINCT g->'redact')) l, jsonb_array_elements_text(audit.list(l)) c ORDER BY c)
        FROM p CROSS JOIN LATERAL jsonb_array_elements(audit.list(p.b->'groups')) g
        WHERE p.type = 'case.ruling' AND p.case_id IS NOT NULL
        GROUP BY p.case_id, coalesce(g->>'verdict', ''), coalesce(g->>'rule', ''), coalesce(g->>'cite', '')
        ON CONFLICT (team_id, case_id, ledger_id, verdict, rule, cite) DO UPDATE SET rulings = r.rulings + excluded.rulings,
            redacted = ARRAY(SELECT DISTINCT c FROM unnest(r.redacted || excluded.redacted) c ORDER BY c)
    )
    INSERT INTO audit.tally AS t (team_id, case_id, ledger_id, started, undecided, first_start, last_start, failed, observations, exchanges,
        cost_microusd, last_ruling)
    SELECT team, s.case_id, led, sum(s.started), sum(s.undecided), min(s.start), max(s.start), sum(s.failed), sum(s.observations),
        sum(s.exchanges), sum(s.cost), max(s.ruling)
    FROM (
        SELECT p.case_id, 1 AS started, CASE WHEN audit.int(p.b->'decision') BETWEEN 1 AND audit.int(p.b->'line') THEN 0 ELSE 1 END AS undecided, p.at AS start,
            0 AS failed, 0::bigint AS observations, 0::bigint AS exchanges, 0::bigint AS cost, NULL::timestamptz AS ruling
        FROM p WHERE p.type = 'task.start'
        UNION ALL
        SELECT p.case_id, 0, 0, NULL, CASE WHEN p.asked AND p.answered IS NOT TRUE THEN 1 ELSE 0 END, coalesce(audit.int(p.b->'observations'), 0),
            coalesce(audit.int(p.b->'exchanges'), 0), coalesce(audit.int(p.b->'cost_microusd'), 0), NULL
        FROM asked p
        UNION ALL
        SELECT p.case_id, 0, 0, NULL, 0, 0, 0, 0, p.at FROM p WHERE p.type = 'case.ruling'
    ) s WHERE s.case_id IS NOT NULL GROUP BY s.case_id
    ON CONFLICT (team_id, case_id, ledger_id) DO UPDATE SET started = t.started + excluded.started, undecided = t.undecided + excluded.undecided,
        first_start = least(t.first_start, excluded.first_start), last_start = greatest(t.last_start, excluded.last_start),
        failed = t.failed + excluded.failed, observations = t.observations + excluded.observations, exchanges = t.exchanges + excluded.exchanges,
        cost_microusd = t.cost_microusd + excluded.cost_microusd, last_ruling = greatest(t.last_ruling, excluded.last_ruling);
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;

-- The two tables that have one row for a case, and the function that projects.

-- conclude writes the rows of cases of one team anew, from all of the team's
-- entries and sums: whichever order they came in, the row is the same.
CREATE FUNCTION audit.conclude(team text, cases text[]) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
#variable_conflict use_column
BEGIN
    WITH k AS MATERIALIZED (
        SELECT e.case_id, e.type, e.ts, e.ledger_id, e.seq, e.received_at, x.j->>'actor' AS actor, x.j->'body' AS b, audit.done(x.j->'body', e.ts) AS at
        FROM audit.entry e, LATERAL (SELECT audit.json(e.leaf) AS j OFFSET 0) x
        WHERE e.team_id = team AND e.case_id = ANY (cases) AND e.type IN ('case.open', 'case.close', 'case.remove', 'finding', 'risk')
    ), opened AS (
        SELECT DISTINCT ON (case_id) * FROM k JOIN (SELECT case_id, clearance FROM audit.dossier WHERE team_id = team AND case_id = ANY (cases)) d USING (case_id)
        WHERE type = 'case.open' ORDER BY case_id, at, ledger_id, seq
    ), closed AS (
        SELECT DISTINCT ON (case_id) * FROM k WHERE type = 'case.close' ORDER BY case_id, at DESC, ledger_id DESC, seq DESC
    ), removed AS (
        SELECT DISTINCT ON (case_id) * FROM k WHERE type = 'case.remove' ORDER BY case_id, at DESC, ledger_id DESC, seq DESC
    ), risk AS (
        SELECT DISTINCT ON (case_id) * FROM k WHERE type = 'risk' ORDER BY case_id, at DESC, ledger_id DESC, seq DESC
    ), finding AS (
        SELECT DISTINCT ON (case_id, b->>'id') * FROM k WHERE type = 'finding' ORDER BY case_id, b->>'id', at DESC, ledger_id DESC, seq DESC
    ), found AS (
        SELECT case_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('id', b->'id', 'rule', b->'rule', 'severity', b->'severity', 'title', b->'title',
                'subject', b->'subject')) ORDER BY b->>'severity', b->>'id') AS list
        FROM finding WHERE b->>'severity' IN ('critical', 'high') GROUP BY case_id
    ), sums AS (
        SELECT case_id, sum(started) AS started, sum(undecided) AS undecided, min(first_start) AS first_start, max(last_start) AS last_start,
            sum(failed) AS failed, sum(observations) AS observations, sum(exchanges) AS exchanges, sum(cost_microusd) AS cost, max(last_ruling) AS last_ruling
        FROM audit.tally WHERE team_id = team AND case_id = ANY (cases) GROUP BY case_id
    ), rules AS (
        SELECT case_id, verdict, rule, cite, sum(rulings) AS rulings FROM audit.tally_rule
        WHERE team_id = team AND case_id = ANY (cases) GROUP BY case_id, verdict, rule, cite
    ), ruled AS (
        SELECT case_id, bool_or(verdict = 'review') AS review, jsonb_agg(jsonb_build_object('verdict', verdict, 'rule', rule, 'cite', cite, 'rulings', rulings)
                ORDER BY verdict, rule, cite) AS all_of_them,
            jsonb_agg(jsonb_build_object('verdict', verdict, 'rule', rule, 'cite', cite, 'rulings', rulings) ORDER BY verdict, rule, cite)
                FILTER (WHERE verdict <> 'allow') AS kept_out
        FROM rules GROUP BY case_id
    ), redacted AS (
        SELECT case_id, jsonb_agg(DISTINCT c ORDER BY c) AS categories FROM audit.tally_rule, unnest(redacted) c
        WHERE team_id = team AND case_id = ANY (cases) GROUP BY case_id
    ), judged AS (
        SELECT o.*, s.started, s.undecided, s.last_ruling, r.all_of_them, r.kept_out, x.categories,
            CASE WHEN s.undecided > 0 THEN 'non_compliant' WHEN r.review THEN 'review_required' ELSE 'compliant' END AS compliance
        FROM opened o JOIN ruled r USING (case_id) JOIN sums s USING (case_id) LEFT JOIN redacted x USING (case_id)
    ), target AS (
        UPDATE audit.risk_assessments r SET target_id = o.b->>'target' FROM opened o
        WHERE r.team_id = team AND r.investigation_id = o.case_id AND r.target_id IS DISTINCT FROM o.b->>'target'
    ), assess AS (
        INSERT INTO audit.compliance_assessments AS c (assessment_id, investigation_id, framework, status, risk_level, compliance_score, violations,
            data_categories, processing_records, remediation_actions, assessed_by, assessed_at, created_at, team_id, ledger_id, seq, clearance)
        SELECT md5(team || '/' || j.case_id || '/profile')::uuid, j.case_id, 'profile', j.compliance,
            CASE j.compliance WHEN 'non_compliant' THEN 'high' WHEN 'review_required' THEN 'medium' ELSE 'low' END,
            100.0 * (j.started - j.undecided) / greatest(j.started, 1) + CASE WHEN j.started = 0 THEN 100 ELSE 0 END,
            CASE WHEN j.undecided > 0 THEN jsonb_build_array(jsonb_build_object('rule', 'decision.missing', 'tasks', j.undecided)) ELSE '[]' END,
            coalesce(j.categories, '[]'), j.all_of_them, coalesce(j.kept_out, '[]'), j.actor, coalesce(j.last_ruling, j.at), j.received_at,
            team, j.ledger_id, j.seq, j.clearance
        FROM judged j
        ON CONFLICT (assessment_id) DO UPDATE SET (investigation_id, framework, status, risk_level, compliance_score, violations, data_categories,
            processing_records, remediation_actions, assessed_by, assessed_at, created_at, ledger_id, seq, clearance) = (excluded.investigation_id,
            excluded.framework, excluded.status, excluded.risk_level, excluded.compliance_score, excluded.violations, excluded.data_categories,
            excluded.processing_records, excluded.remediation_actions, excluded.assessed_by, excluded.assessed_at, excluded.created_at,
            excluded.ledger_id, excluded.seq, excluded.clearance)
    )
    INSERT INTO audit.investigations AS i (investigation_id, investigator_id, investigator_name, target_identifier, investigation_type, priority, status,
        created_at, started_at, completed_at, processing_time_seconds, data_points_collected, api_calls_made, cost_estimate_usd, risk_score, threat_level,
        compliance_status, classification_level, key_findings, warnings, errors, metadata, audit_created_at, audit_updated_at, team_id, ledger_id, seq, clearance)
    SELECT o.case_id, coalesce(o.b->>'investigator', o.actor), coalesce(o.b->>'investigator', o.actor), o.b->>'target',
        coalesce((SELECT string_agg(t, ',' ORDER BY n) FROM jsonb_array_elements_text(audit.list(o.b->'types')) WITH ORDINALITY l(t, n)), o.b->>'kind'),
        CASE WHEN o.b->>'priority' IN ('low', 'normal', 'high', 'urgent', 'critical') THEN o.b->>'priority' ELSE 'normal' END,
        CASE WHEN c.at >= coalesce(s.last_start, c.at) THEN CASE c.b->>'outcome' WHEN 'complete' THEN 'completed' ELSE 'failed' END
            WHEN s.started > 0 THEN 'running' ELSE 'pending' END,
        o.at, coalesce(s.first_start, CASE WHEN c.at IS NOT NULL THEN o.at END), c.at, audit.int(c.b->'elapsed_ms') / 1000.0,
        coalesce(audit.int(c.b->'observations'), s.observations, 0), coalesce(audit.int(c.b->'exchanges'), s.exchanges, 0),
        coalesce(audit.int(c.b->'cost_microusd'), s.cost, 0) / 1e6,
        audit.int(k.b->'score_centi') / 100.0, k.b->>'level', j.compliance, o.b->>'tlp', coalesce(f.list, '[]'),
        to_jsonb(array_remove(ARRAY[
            CASE WHEN audit.int(c.b->'withheld') > 0 THEN jsonb_build_object('kind', 'withheld', 'count', c.b->'withheld') END,
            CASE WHEN k.b->'insufficient' = 'true' THEN jsonb_build_object('kind', 'insufficient-coverage') END], NULL)),
        CASE WHEN coalesce(audit.int(c.b->'failed'), s.failed) > 0
            THEN jsonb_build_array(jsonb_build_object('kind', 'failed-tasks', 'count', coalesce(audit.int(c.b->'failed'), s.failed))) ELSE '[]' END,
        o.b - ARRAY['line', 'at', 'target', 'types', 'priority', 'tlp']
            || CASE WHEN c.b IS NULL THEN '{}' ELSE jsonb_strip_nulls(jsonb_build_object('cpu_ms', c.b->'cpu_ms', 'peak_rss_bytes', c.b->'peak_rss_bytes',
                'entities', c.b->'entities', 'findings', c.b->'findings', 'outcome', c.b->'outcome')) END
            || CASE WHEN r.b IS NULL THEN '{}' ELSE jsonb_build_object('removed', coalesce(r.b->'reason', '""')) END,
        o.received_at, greatest(o.received_at, c.received_at, k.received_at, r.received_at), team, o.ledger_id, o.seq, o.clearance
    FROM opened o LEFT JOIN closed c USING (case_id) LEFT JOIN removed r USING (case_id) LEFT JOIN risk k USING (case_id)
        LEFT JOIN found f USING (case_id) LEFT JOIN sums s USING (case_id) LEFT JOIN judged j USING (case_id)
    ON CONFLICT (investigation_id, team_id) DO UPDATE SET (investigator_id, investigator_name, target_identifier, investigation_type, priority, status,
        created_at, started_at, completed_at, processing_time_seconds, data_points_collected, api_calls_made, cost_estimate_usd, risk_score, threat_level,
        compliance_status, classification_level, key_findings, warnings, errors, metadata, audit_created_at, audit_updated_at, ledger_id, seq, clearance)
        = (excluded.investigator_id, excluded.investigator_name, excluded.target_identifier, excluded.investigation_type, excluded.priority, excluded.status,
        excluded.created_at, excluded.started_at, excluded.completed_at, excluded.processing_time_seconds, excluded.data_points_collected,
        excluded.api_calls_made, excluded.cost_estimate_usd, excluded.risk_score, excluded.threat_level, excluded.compliance_status,
        excluded.classification_level, excluded.key_findings, excluded.warnings, excluded.errors, excluded.metadata, excluded.audit_created_at,
        excluded.audit_updated_at, excluded.ledger_id, excluded.seq, excluded.clearance);
END
$$;

-- project brings the tables up to what was received of a ledger, or of all
-- that are the caller's (a shipper's own, an admin's team's, all for a superuser
-- or a member of osint_owner), and returns how many entries it took. After about
-- as many as most it leaves the rest to the next call. anew empties the six
-- projections first and makes them again, whole; events stays, being append-only.
-- It waits for no receive, and one projection of a team for another.
CREATE FUNCTION audit.project(ledger uuid DEFAULT NULL, anew boolean DEFAULT false, most bigint DEFAULT 1000000000000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp SET timezone = 'UTC' AS $$
#variable_conflict use_column
DECLARE
    step  CONSTANT bigint := 50000;
    team  text := audit.my_team();
    power boolean := (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) OR pg_has_role(session_user, 'osint_owner', 'MEMBER');
    admin boolean := pg_has_role(session_user, 'osint_admin', 'MEMBER');
    l     record;
    t     text;
    done  bigint; -- events are there before it
    since bigint;
    total bigint := 0;
    found boolean := false;
BEGIN
    IF anew AND (ledger IS NOT NULL OR NOT (power OR admin)) THEN
        RAISE EXCEPTION 'only an admin projects anew, and all of the team''s ledgers together' USING ERRCODE = 'OA003';
    END IF;
    IF power THEN -- alone
        PERFORM pg_advisory_xact_lock(hashtextextended('audit.project', 0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('audit.project', 0)), pg_advisory_xact_lock(hashtextextended('audit.project ' || team, 0));
    END IF;
    FOREACH t IN ARRAY CASE WHEN anew THEN ARRAY['investigations', 'api_key_usage', 'risk_assessments', 'compliance_assessments',
        'system_metrics', 'configuration_changes', 'dossier', 'tally', 'tally_rule'] ELSE '{}' END LOOP
        IF power THEN
            EXECUTE format('TRUNCATE audit.%I', t);
        ELSE
            EXECUTE format('DELETE FROM audit.%I WHERE team_id = $1', t) USING team;
        END IF;
    END LOOP;

    FOR l IN SELECT * FROM audit.ledger h WHERE (project.ledger IS NULL OR h.ledger_id = project.ledger)
        AND (power OR h.team_id = team AND (admin OR h.login = session_user)) ORDER BY h.ledger_id LOOP
        found := true;
        INSERT INTO audit.projection (ledger_id, team_id) VALUES (l.ledger_id, l.team_id) ON CONFLICT DO NOTHING;
        SELECT upto INTO done FROM audit.projection p WHERE p.ledger_id = l.ledger_id;
        since := CASE WHEN anew THEN 0 ELSE done END;
        WHILE since < l.next AND (anew OR total < most) LOOP
            -- A step lies on one side of done, so that events get what they lack.
            DECLARE
                until bigint := least(since + least(step, greatest(most, 1)), l.next, CASE WHEN since < done THEN done ELSE l.next END);
            BEGIN
                PERFORM audit.fill(l.ledger_id, l.team_id, since, until, since >= done);
                PERFORM audit.conclude(l.team_id, cases)
                FROM (SELECT array_agg(DISTINCT e.case_id) AS cases FROM audit.entry e
                    WHERE e.ledger_id = l.ledger_id AND e.seq >= since AND e.seq < until AND e.case_id IS NOT NULL AND e.type <> 'segment') c
                WHERE cases IS NOT NULL;
                total := total + until - since;
                since := until;
            END;
        END LOOP;
        UPDATE audit.projection p SET upto = greatest(p.upto, since) WHERE p.ledger_id = l.ledger_id;
    END LOOP;
    IF ledger IS NOT NULL AND NOT found THEN
        RAISE EXCEPTION 'ledger % is not one of %', ledger, session_user USING ERRCODE = 'OA003';
    END IF;
    RETURN total;
END
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.project TO osint_ship, osint_admin;

-- What frameworks of law said of a case: a row for each that applied to a
-- question of it.

-- What was said of questions: each saying of a case once, however many questions
-- it was said of. law is {verdict, redact, applied, fired}, as in the leaf.
CREATE TABLE audit.tally_law (
    team_id   text NOT NULL,
    case_id   text NOT NULL,
    ledger_id uuid NOT NULL,
    said      uuid NOT NULL, -- digest of law
    law       jsonb NOT NULL,
    PRIMARY KEY (team_id, case_id, ledger_id, said)
);

-- Every ruling by law on a question, which is a collector's about a subject, or
-- whether a person may stand in the case. The last is in force. said is null
-- where a question that law had been asked about was refused without it.
CREATE TABLE audit.tally_question (
    team_id   text NOT NULL,
    case_id   text NOT NULL,
    ledger_id uuid NOT NULL,
    question  uuid NOT NULL,
    seq       bigint NOT NULL,
    at        timestamptz NOT NULL,
    said      uuid,
    PRIMARY KEY (team_id, case_id, ledger_id, question, seq)
);

-- Tasks that began, by what was said last before of their question.
CREATE TABLE audit.tally_begun (
    team_id   text NOT NULL,
    case_id   text NOT NULL,
    ledger_id uuid NOT NULL,
    said      uuid NOT NULL,
    tasks     bigint NOT NULL,
    undecided bigint NOT NULL, -- of these, which name no earlier line of the case as the ruling that allows them
    PRIMARY KEY (team_id, case_id, ledger_id, said)
);

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['tally_law', 'tally_question', 'tally_begun'] LOOP
        EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY owner ON audit.%I TO osint_owner USING (true) WITH CHECK (true)', t);
    END LOOP;
END
$$;

-- digest tells values apart: another array is another digest.
CREATE FUNCTION audit.digest(v jsonb) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT md5(v::text)::uuid $$;

-- day reads a date; null if it is none.
CREATE FUNCTION audit.day(v text) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE STRICT SET timezone = 'UTC' AS $$
BEGIN
    RETURN CASE WHEN v ~ '^\d{4}-\d\d-\d\d$' THEN v::date::timestamptz END;
EXCEPTION
    WHEN data_exception THEN RETURN NULL;
END
$$;

-- fill_law is what audit.fill is, of what law said. Nobody may call it but
-- audit.project.
CREATE FUNCTION audit.fill_law(led uuid, team text, since bigint, until bigint) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' SET work_mem = '64MB' AS $$
#variable_conflict use_column
BEGIN
    WITH g AS MATERIALIZED (
        SELECT e.case_id, e.seq, audit.done(x.b, e.ts) AS at, x.b->'kind' AS kind, x.b->'subject' AS subject, g.place, audit.list(g.v->'collectors') AS collectors,
            jsonb_build_object('verdict', g.v->'verdict', 'redact', audit.list(g.v->'redact'),
                'applied', audit.list(g.v->'law'->'applied'), 'fired', audit.list(g.v->'law'->'fired')) AS law
        FROM audit.entry e, LATERAL (SELECT audit.json(e.leaf)->'body' AS b OFFSET 0) x,
            LATERAL jsonb_array_elements(audit.list(x.b->'groups')) WITH ORDINALITY g(v, place)
        WHERE e.ledger_id = led AND e.seq >= since AND e.seq < until AND e.type = 'case.ruling' AND e.case_id IS NOT NULL
            AND position('"law":'::bytea IN e.leaf) > 0 AND jsonb_typeof(g.v->'law') = 'object'
    ), add_laws AS (
        INSERT INTO audit.tally_law (team_id, case_id, ledger_id, said, law)
        SELECT DISTINCT team, g.case_id, led, audit.digest(g.law), g.law FROM g
        ON CONFLICT DO NOTHING
    )
    INSERT INTO audit.tally_question (team_id, case_id, ledger_id, question, seq, at, said)
    SELECT DISTINCT ON (g.case_id, q.question, g.seq) team, g.case_id, led, q.question, g.seq, g.at, audit.digest(g.law)
    FROM g LEFT JOIN LATERAL jsonb_array_elements(g.collectors) c ON true,
        LATERAL (SELECT audit.digest(jsonb_build_array(g.kind, g.subject, c)) AS question) q
    ORDER BY g.case_id, q.question, g.seq, g.place DESC;

    -- A question that is refused without law any more waits for nothing.
    WITH e AS MATERIALIZED (
        SELECT e.case_id, e.seq, e.ts, e.leaf FROM audit.entry e
        WHERE e.ledger_id = led AND e.seq >= since AND e.seq < until AND e.type = 'case.ruling'
            AND EXISTS (SELECT FROM audit.tally_law l WHERE l.team_id = team AND l.case_id = e.case_id AND l.ledger_id = led)
    )
    INSERT INTO audit.tally_question (team_id, case_id, ledger_id, question, seq, at)
    SELECT DISTINCT team, e.case_id, led, q.question, e.seq, audit.done(x.b, e.ts)
    FROM e, LATERAL (SELECT audit.json(e.leaf)->'body' AS b OFFSET 0) x,
        LATERAL jsonb_array_elements(audit.list(x.b->'groups')) g
        LEFT JOIN LATERAL jsonb_array_elements(audit.list(g->'collectors')) c ON true,
        LATERAL (SELECT audit.digest(jsonb_build_array(x.b->'kind', x.b->'subject', c)) AS question) q
    WHERE jsonb_typeof(g->'law') IS DISTINCT FROM 'object'
        AND EXISTS (SELECT FROM audit.tally_question a
            WHERE a.team_id = team AND a.case_id = e.case_id AND a.ledger_id = led AND a.question = q.question AND a.seq < e.seq)
    ON CONFLICT DO NOTHING;

    WITH e AS MATERIALIZED (
        SELECT e.case_id, e.seq, e.leaf FROM audit.entry e
        WHERE e.ledger_id = led AND e.seq >= since AND e.seq < until AND e.type = 'task.start'
            AND EXISTS (SELECT FROM audit.tally_law l WHERE l.team_id = team AND l.case_id = e.case_id AND l.ledger_id = led)
    )
    INSERT INTO audit.tally_begun AS t (team_id, case_id, ledger_id, said, tasks, undecided)
    SELECT team, s.case_id, led, s.said, count(*), count(*) FILTER (WHERE s.decided IS NOT TRUE)
    FROM (
        SELECT e.case_id, audit.int(x.b->'decision') BETWEEN 1 AND audit.int(x.b->'line') AS decided,
            (SELECT a.said FROM audit.tally_question a WHERE a.team_id = team AND a.case_id = e.case_id AND a.ledger_id = led
                AND a.question = audit.digest(jsonb_build_array(x.b->'kind', x.b->'subject', x.b->'collector')) AND a.seq < e.seq
                ORDER BY a.seq DESC LIMIT 1) AS said
        FROM e, LATERAL (SELECT audit.json(e.leaf)->'body' AS b OFFSET 0) x
    ) s WHERE s.said IS NOT NULL GROUP BY s.case_id, s.said
    ON CONFLICT (team_id, case_id, ledger_id, said) DO UPDATE SET tasks = t.tasks + excluded.tasks, undecided = t.undecided + excluded.undecided;
END
$$;

-- conclude_law is what audit.conclude is, of what law said. Nobody may call it
-- but audit.project.
CREATE FUNCTION audit.conclude_law(team text, cases text[]) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
#variable_conflict use_column
BEGIN
    WITH opened AS (
        SELECT DISTINCT ON (e.case_id) e.case_id, e.ledger_id, e.seq, e.received_at, d.clearance, x.j->>'actor' AS actor,
            audit.list(x.j->'body'->'law'->'frameworks') AS frameworks, audit.done(x.j->'body', e.ts) AS at
        FROM audit.entry e JOIN audit.dossier d ON d.team_id = team AND d.case_id = e.case_id,
            LATERAL (SELECT audit.json(e.leaf) AS j OFFSET 0) x
        WHERE e.team_id = team AND e.case_id = ANY (cases) AND e.type = 'case.open'
            AND EXISTS (SELECT FROM audit.tally_law l WHERE l.team_id = team AND l.case_id = e.case_id)
        ORDER BY e.case_id, at, e.ledger_id, e.seq
    ), ruled AS ( -- in force
        SELECT case_id, said, count(*) AS rulings FROM (
            SELECT DISTINCT ON (case_id, question) case_id, said FROM audit.tally_question
            WHERE team_id = team AND case_id = ANY (cases) ORDER BY case_id, question, at DESC, ledger_id DESC, seq DESC) q
        WHERE said IS NOT NULL GROUP BY case_id, said
    ), begun AS (
        SELECT case_id, said, sum(tasks) AS tasks, sum(undecided) AS undecided FROM audit.tally_begun
        WHERE team_id = team AND case_id = ANY (cases) GROUP BY case_id, said
    ), applied AS MATERIALIZED (
        SELECT l.case_id, l.said, f.framework, l.law->>'verdict' AS verdict, l.law, coalesce(r.rulings, 0) AS rulings,
            coalesce(b.tasks, 0) AS tasks, coalesce(b.undecided, 0) AS undecided
        FROM (SELECT DISTINCT ON (case_id, said) case_id, said, law FROM audit.tally_law WHERE team_id = team AND case_id = ANY (cases)) l
            LEFT JOIN ruled r USING (case_id, said) LEFT JOIN begun b USING (case_id, said),
            LATERAL (SELECT DISTINCT a#>>'{}' AS framework FROM jsonb_array_elements(l.law->'applied') a) f
        WHERE f.framework ~ '^[a-z0-9-]{1,100}$'
    ), fired AS MATERIALIZED ( -- a rule once for each saying; it stands where it is why the question was not put
        SELECT a.case_id, a.said, a.framework, a.verdict, a.law, a.rulings, a.tasks, coalesce(f->>'rule', '') AS rule, coalesce(f->>'outcome', '') AS outcome,
            nullif(f->>'waived', '') AS waived, jsonb_agg(audit.list(f->'unknown')) AS unknown, jsonb_agg(audit.list(f->'redact')) AS redact,
            coalesce(nullif(f->>'waived', '') IS NULL AND (f->>'outcome' = 'deny' AND a.verdict = 'deny'
                OR f->>'outcome' = 'review' AND a.verdict IN ('review', 'deny')), false) AS stands
        FROM applied a CROSS JOIN LATERAL jsonb_array_elements(a.law->'fired') f
        WHERE f->>'framework' = a.framework
        GROUP BY a.case_id, a.said, a.framework, a.verdict, a.law, a.rulings, a.tasks, f->>'rule', f->>'outcome', f->>'waived'
    ), against AS (
        SELECT case_id, said, framework, bool_or(outcome = 'review' AND verdict = 'review') AS review FROM fired WHERE stands GROUP BY case_id, said, framework
    ), counted AS (
        SELECT a.case_id, a.framework, sum(a.rulings) AS rulings, coalesce(sum(a.rulings) FILTER (WHERE g.said IS NULL), 0) AS passed, sum(a.tasks) AS tasks,
            sum(a.undecided) AS undecided, coalesce(sum(a.tasks) FILTER (WHERE g.said IS NOT NULL), 0) AS barred,
            coalesce(bool_or(g.review AND a.rulings > 0), false) AS review
        FROM applied a LEFT JOIN against g USING (case_id, said, framework) GROUP BY a.case_id, a.framework
    ), broken AS (
        SELECT case_id, framework, jsonb_agg(jsonb_build_object('rule', rule, 'tasks', tasks) ORDER BY rule) AS list
        FROM (SELECT case_id, framework, rule, sum(tasks) AS tasks FROM fired WHERE stands AND tasks > 0 GROUP BY case_id, framework, rule) b
        GROUP BY case_id, framework
    ), remedies AS (
        SELECT case_id, framework, jsonb_agg(jsonb_build_object('verdict', outcome, 'rule', rule, 'rulings', rulings, 'unknown', unknown) ORDER BY outcome, rule) AS list
        FROM (SELECT case_id, framework, outcome, rule, sum(rulings) AS rulings,
                to_jsonb(ARRAY(SELECT DISTINCT c FROM unnest(array_agg(unknown)) u, jsonb_array_elements(u) l, jsonb_array_elements_text(l) c WHERE c IS NOT NULL ORDER BY c)) AS unknown
            FROM fired WHERE waived IS NULL AND rulings > 0 GROUP BY case_id, framework, outcome, rule) r
        GROUP BY case_id, framework
    ), waivers AS (
        SELECT case_id, framework, jsonb_agg(jsonb_build_object('rule', rule, 'by', waived, 'rulings', rulings, 'tasks', tasks) ORDER BY rule, waived) AS list
        FROM (SELECT case_id, framework, rule, waived, sum(rulings) AS rulings, sum(tasks) AS tasks FROM fired WHERE waived IS NOT NULL
            GROUP BY case_id, framework, rule, waived) w
        GROUP BY case_id, framework
    ), redacted AS ( -- where a rule stops what an answer tells of people besides, that is left out, and the question is put
        SELECT f.case_id, f.framework, jsonb_agg(DISTINCT c ORDER BY c) AS categories
        FROM fired f CROSS JOIN LATERAL jsonb_array_elements(f.redact || CASE WHEN f.outcome IN ('review', 'deny') AND f.waived IS NULL THEN jsonb_build_array(f.law->'redact') ELSE '[]' END) l
            CROSS JOIN LATERAL jsonb_array_elements_text(l) c
        WHERE f.rulings > 0 AND f.verdict IN ('allow', 'allow-with-redaction') AND c IS NOT NULL
        GROUP BY f.case_id, f.framework
    ), documents AS (
        SELECT DISTINCT ON (o.case_id, f->>'id') o.case_id, f->>'id' AS framework, f->'version' AS version, f->'sha256' AS sha256, audit.day(f->>'review_by') AS review_by
        FROM opened o CROSS JOIN LATERAL jsonb_array_elements(o.frameworks) WITH ORDINALITY l(f, place) ORDER BY o.case_id, f->>'id', place
    ), last AS (
        SELECT case_id, max(last_ruling) AS at FROM audit.tally WHERE team_id = team AND case_id = ANY (cases) GROUP BY case_id
    ), judged AS (
        SELECT o.case_id, o.ledger_id, o.seq, o.received_at, o.clearance, o.actor, coalesce(l.at, o.at) AS at, c.framework, c.rulings, c.passed,
            c.tasks, c.undecided, w.list AS waived,
            CASE WHEN c.barred > 0 OR c.undecided > 0 THEN 'non_compliant' WHEN c.review THEN 'review_required' ELSE 'compliant' END AS status
        FROM opened o JOIN counted c USING (case_id) LEFT JOIN last l USING (case_id) LEFT JOIN waivers w USING (case_id, framework)
    )
    INSERT INTO audit.compliance_assessments AS c (assessment_id, investigation_id, framework, status, risk_level, compliance_score, violations,
        data_categories, processing_records, remediation_actions, assessed_by, assessed_at, next_review_date, created_at, team_id, ledger_id, seq, clearance)
    SELECT audit.digest(jsonb_build_array(team, j.case_id, 'law', j.framework)), j.case_id, j.framework, j.status,
        CASE WHEN j.status = 'non_compliant' THEN 'high' WHEN j.status = 'review_required' OR j.waived IS NOT NULL THEN 'medium' ELSE 'low' END,
        CASE WHEN j.rulings = 0 THEN 100 ELSE 100.0 * j.passed / j.rulings END,
        CASE WHEN j.undecided > 0 THEN jsonb_build_array(jsonb_build_object('rule', 'decision.missing', 'tasks', j.undecided)) ELSE '[]' END || coalesce(b.list, '[]'),
        coalesce(x.categories, '[]'),
        jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('framework', j.framework, 'version', d.version, 'sha256', d.sha256, 'rulings', j.rulings,
            'tasks', j.tasks, 'waived', coalesce(j.waived, '[]')))),
        coalesce(m.list, '[]'), j.actor, j.at, d.review_by, j.received_at, team, j.ledger_id, j.seq, j.clearance
    FROM judged j LEFT JOIN broken b USING (case_id, framework) LEFT JOIN remedies m USING (case_id, framework)
        LEFT JOIN redacted x USING (case_id, framework) LEFT JOIN documents d USING (case_id, framework)
    ON CONFLICT (assessment_id) DO UPDATE SET (status, risk_level, compliance_score, violations, data_categories, processing_records, remediation_actions,
        assessed_by, assessed_at, next_review_date, created_at, ledger_id, seq, clearance) = (excluded.status, excluded.risk_level, excluded.compliance_score,
        excluded.violations, excluded.data_categories, excluded.processing_records, excluded.remediation_actions, excluded.assessed_by, excluded.assessed_at,
        excluded.next_review_date, excluded.created_at, excluded.ledger_id, excluded.seq, excluded.clearance);
END
$$;

-- project brings the tables up to what was received of a ledger, or of all
-- that are the caller's (a shipper's own, an admin's team's, all for a superuser
-- or a member of osint_owner), and returns how many entries it took. After about
-- as many as most it leaves the rest to the next call. anew empties the six
-- projections first and makes them again, whole; events stays, being append-only.
-- It waits for no receive, and one projection of a team for another.
CREATE OR REPLACE FUNCTION audit.project(ledger uuid DEFAULT NULL, anew boolean DEFAULT false, most bigint DEFAULT 1000000000000) RETURNS bigint
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
        'system_metrics', 'configuration_changes', 'dossier', 'tally', 'tally_rule', 'tally_law', 'tally_question', 'tally_begun'] ELSE '{}' END LOOP
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
                PERFORM audit.fill_law(l.ledger_id, l.team_id, since, until);
                PERFORM audit.conclude(l.team_id, cases), audit.conclude_law(l.team_id, cases)
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

-- What was projected before had no such rows.
DO $$
DECLARE
    p audit.projection;
BEGIN
    FOR p IN SELECT * FROM audit.projection ORDER BY ledger_id LOOP
        PERFORM audit.fill_law(p.ledger_id, p.team_id, 0, p.upto);
    END LOOP;
    PERFORM audit.conclude_law(l.team_id, array_agg(DISTINCT l.case_id)) FROM audit.tally_law l GROUP BY l.team_id;
END
$$;

REVOKE ALL ON FUNCTION audit.digest, audit.day, audit.fill_law, audit.conclude_law FROM PUBLIC;

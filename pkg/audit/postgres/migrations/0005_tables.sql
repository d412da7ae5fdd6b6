-- The tables that people and dashboards read. events is append-only: one row
-- for each act. The other six are made from the entries and can be made anew.
-- The last four columns of each are ours: whose row it is, the entry it comes
-- from, and the clearance that a viewer needs for it (audit.rank).

CREATE TABLE audit.events (
    id                 bigserial,
    event_uuid         uuid NOT NULL, -- the first 16 bytes of the leaf's hash, as a UUID of version 8
    timestamp          timestamptz NOT NULL,
    event_type         text NOT NULL,
    user_id            text,
    user_name          text,
    source_ip          inet,
    user_agent         text,
    session_id         text,
    action             text NOT NULL CHECK (action IN ('CREATE', 'READ', 'UPDATE', 'DELETE')),
    resource_type      text,
    resource_id        text,
    resource_name      text,
    success            boolean NOT NULL,
    error_message      text,
    request_data       jsonb,
    response_data      jsonb,
    processing_time_ms int,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    case_id            text,
    team_id            text NOT NULL,
    ledger_id          uuid NOT NULL,
    seq                bigint NOT NULL,
    clearance          smallint NOT NULL,
    PRIMARY KEY (id, timestamp)
) PARTITION BY RANGE (timestamp);
CREATE INDEX events_timestamp ON audit.events (timestamp DESC);
CREATE INDEX events_case ON audit.events (case_id);
CREATE TABLE audit.events_default PARTITION OF audit.events DEFAULT;
SELECT audit.protect('audit.events'), audit.protect('audit.events_default', true);

CREATE TABLE audit.investigations (
    id                      bigserial PRIMARY KEY,
    investigation_id        text NOT NULL,
    investigator_id         text,
    investigator_name       text,
    target_identifier       text,
    investigation_type      text,
    priority                text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent', 'critical')),
    status                  text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed')),
    created_at              timestamptz NOT NULL,
    started_at              timestamptz,
    completed_at            timestamptz,
    processing_time_seconds real,
    data_points_collected   bigint,
    api_calls_made          bigint,
    cost_estimate_usd       numeric(18, 6),
    risk_score              real,
    threat_level            text,
    compliance_status       text,
    classification_level    text,
    key_findings            jsonb,
    warnings                jsonb,
    errors                  jsonb,
    metadata                jsonb,
    audit_created_at        timestamptz NOT NULL,
    audit_updated_at        timestamptz NOT NULL,
    team_id                 text NOT NULL,
    ledger_id               uuid NOT NULL,
    seq                     bigint NOT NULL,
    clearance               smallint NOT NULL,
    UNIQUE (investigation_id, team_id) -- a case may be handed to another team, whose row is its own
);
CREATE INDEX investigations_investigator ON audit.investigations (investigator_id);
CREATE INDEX investigations_target ON audit.investigations (target_identifier);
CREATE INDEX investigations_status ON audit.investigations (status);
CREATE INDEX investigations_created ON audit.investigations (created_at);

CREATE TABLE audit.api_key_usage (
    id                bigserial,
    service_name      text NOT NULL,
    operation         text,
    user_id           text,
    investigation_id  text,
    request_timestamp timestamptz NOT NULL,
    response_time_ms  int,
    success           boolean NOT NULL,
    rate_limited      boolean NOT NULL,
    quota_exceeded    boolean NOT NULL,
    request_size      bigint,
    response_size     bigint,
    cost_usd          numeric(18, 6),
    error_type        text,
    error_message     text,
    request_metadata  jsonb,
    created_at        timestamptz NOT NULL,
    team_id           text NOT NULL,
    ledger_id         uuid NOT NULL,
    seq               bigint NOT NULL,
    clearance         smallint NOT NULL,
    PRIMARY KEY (id, request_timestamp)
) PARTITION BY RANGE (request_timestamp);
CREATE INDEX api_key_usage_service ON audit.api_key_usage (service_name, request_timestamp);
CREATE INDEX api_key_usage_case ON audit.api_key_usage (investigation_id);
CREATE TABLE audit.api_key_usage_default PARTITION OF audit.api_key_usage DEFAULT;

CREATE TABLE audit.risk_assessments (
    id                    bigserial PRIMARY KEY,
    assessment_id         text NOT NULL UNIQUE,
    investigation_id      text,
    target_id             text,
    overall_risk_score    real,
    threat_level          text,
    confidence_level      real,
    assessment_data       jsonb,
    threat_vectors        jsonb,
    critical_findings     jsonb,
    recommendations       jsonb,
    correlation_analysis  jsonb,
    assessed_by           text,
    assessed_at           timestamptz NOT NULL,
    data_freshness_score  real,
    coverage_completeness real,
    created_at            timestamptz NOT NULL,
    team_id               text NOT NULL,
    ledger_id             uuid NOT NULL,
    seq                   bigint NOT NULL,
    clearance             smallint NOT NULL
);
CREATE INDEX risk_assessments_score ON audit.risk_assessments (overall_risk_score DESC);
CREATE INDEX risk_assessments_case ON audit.risk_assessments (investigation_id);

CREATE TABLE audit.compliance_assessments (
    id                  bigserial PRIMARY KEY,
    assessment_id       text NOT NULL UNIQUE,
    investigation_id    text,
    framework           text NOT NULL,
    status              text NOT NULL CHECK (status IN ('compliant', 'non_compliant', 'review_required')),
    risk_level          text,
    compliance_score    real,
    violations          jsonb,
    data_categories     jsonb,
    processing_records  jsonb,
    remediation_actions jsonb,
    assessed_by         text,
    assessed_at         timestamptz NOT NULL,
    next_review_date    timestamptz,
    created_at          timestamptz NOT NULL,
    team_id             text NOT NULL,
    ledger_id           uuid NOT NULL,
    seq                 bigint NOT NULL,
    clearance           smallint NOT NULL
);
CREATE INDEX compliance_assessments_framework ON audit.compliance_assessments (framework);

CREATE TABLE audit.system_metrics (
    id           bigserial,
    metric_name  text NOT NULL,
    metric_value double precision NOT NULL,
    metric_unit  text,
    metric_type  text NOT NULL CHECK (metric_type IN ('counter', 'gauge', 'histogram')),
    labels       jsonb,
    timestamp    timestamptz NOT NULL,
    created_at   timestamptz NOT NULL,
    team_id      text NOT NULL,
    ledger_id    uuid NOT NULL,
    seq          bigint NOT NULL,
    clearance    smallint NOT NULL,
    PRIMARY KEY (id, timestamp)
) PARTITION BY RANGE (timestamp);
CREATE INDEX system_metrics_name ON audit.system_metrics (metric_name, timestamp);
CREATE TABLE audit.system_metrics_default PARTITION OF audit.system_metrics DEFAULT;

CREATE TABLE audit.configuration_changes (
    id               bigserial PRIMARY KEY,
    change_id        uuid NOT NULL UNIQUE,
    component        text,
    operation        text,
    resource_path    text,
    old_value        jsonb, -- secrets as digests
    new_value        jsonb,
    changed_by       text,
    change_reason    text,
    approved_by      text,
    change_timestamp timestamptz NOT NULL,
    created_at       timestamptz NOT NULL,
    team_id          text NOT NULL,
    ledger_id        uuid NOT NULL,
    seq              bigint NOT NULL,
    clearance        smallint NOT NULL
);

-- Who reads: a viewer up to its clearance, analysts and admins all of the team.
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['events', 'investigations', 'api_key_usage', 'risk_assessments', 'compliance_assessments',
        'system_metrics', 'configuration_changes'] LOOP
        IF t <> 'events' THEN
            EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
            EXECUTE format('CREATE POLICY owner ON audit.%I TO osint_owner USING (true) WITH CHECK (true)', t);
        ELSE
            CREATE POLICY owner_reads ON audit.events FOR SELECT TO osint_owner USING (true);
            CREATE POLICY owner_adds ON audit.events FOR INSERT TO osint_owner WITH CHECK (true);
        END IF;
        EXECUTE format('CREATE POLICY viewer ON audit.%I FOR SELECT TO osint_viewer USING'
            ' (team_id = (SELECT audit.my_team()) AND clearance <= (SELECT audit.my_clearance()))', t);
        EXECUTE format('CREATE POLICY team ON audit.%I FOR SELECT TO osint_analyst, osint_admin USING (team_id = (SELECT audit.my_team()))', t);
        EXECUTE format('GRANT SELECT ON audit.%I TO osint_viewer, osint_analyst, osint_admin', t);
    END LOOP;
    FOREACH t IN ARRAY ARRAY['api_key_usage_default', 'system_metrics_default'] LOOP
        EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
    END LOOP;
END
$$;

-- The functions see what their caller sees.
CREATE FUNCTION audit.get_investigator_success_rate(investigator_name varchar) RETURNS real
LANGUAGE sql STABLE SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT (count(*) FILTER (WHERE i.status = 'completed'))::real / nullif(count(*), 0)
    FROM audit.investigations i
    WHERE i.investigator_name = get_investigator_success_rate.investigator_name AND i.status IN ('completed', 'failed')
$$;

CREATE FUNCTION audit.get_api_usage_stats(service_name varchar, days_back int)
RETURNS TABLE (calls bigint, errors bigint, rate_limited bigint, avg_ms real, cost_usd numeric)
LANGUAGE sql STABLE SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT count(*), count(*) FILTER (WHERE NOT u.success), count(*) FILTER (WHERE u.rate_limited), avg(u.response_time_ms)::real, coalesce(sum(u.cost_usd), 0)
    FROM audit.api_key_usage u
    WHERE u.service_name = get_api_usage_stats.service_name AND u.request_timestamp >= now() - days_back * interval '1 day'
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.get_investigator_success_rate, audit.get_api_usage_stats TO osint_viewer, osint_analyst, osint_admin;

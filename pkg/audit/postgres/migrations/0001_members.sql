-- Who belongs to which team, and up to which label a viewer reads.

-- rank orders the labels of the Traffic Light Protocol. What is none is above
-- all of them, so that it hides rather than shows.
CREATE FUNCTION audit.rank(label text) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE replace(upper(label), 'TLP:', '')
        WHEN 'CLEAR' THEN 0 WHEN 'GREEN' THEN 1 WHEN 'AMBER' THEN 2 WHEN 'AMBER+STRICT' THEN 3 ELSE 4 END::smallint
$$;

CREATE TABLE audit.member (
    login       text PRIMARY KEY,
    team_id     text NOT NULL CHECK (team_id ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
    clearance   smallint NOT NULL CHECK (clearance BETWEEN 0 AND 4),
    admitted_by text NOT NULL DEFAULT session_user,
    admitted_at timestamptz NOT NULL DEFAULT now()
);

-- The functions below say who asks: the session's login, whatever role it has
-- put on. Policies call them in a subquery, once a statement.
CREATE FUNCTION audit.my_team() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT team_id FROM audit.member WHERE login = session_user
$$;

CREATE FUNCTION audit.my_clearance() RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT clearance FROM audit.member WHERE login = session_user
$$;

-- admit puts a login into a team, or changes its clearance. An admin does so
-- for the own team, a superuser or a member of osint_owner for any.
CREATE FUNCTION audit.admit(login text, team text, clearance text DEFAULT 'TLP:AMBER') RETURNS void
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
    INSERT INTO audit.member AS m (login, team_id, clearance) VALUES (admit.login, team, audit.rank(admit.clearance))
    ON CONFLICT ON CONSTRAINT member_pkey DO UPDATE
        SET team_id = excluded.team_id, clearance = excluded.clearance, admitted_by = session_user, admitted_at = now();
END
$$;

-- dismiss takes a login out of the caller's team; its ledgers stay.
CREATE FUNCTION audit.dismiss(login text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
BEGIN
    DELETE FROM audit.member m WHERE m.login = dismiss.login
        AND (m.team_id = audit.my_team() OR (SELECT rolsuper FROM pg_roles WHERE rolname = session_user));
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not in the team of %', login, session_user USING ERRCODE = 'OA003';
    END IF;
END
$$;

ALTER TABLE audit.member ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON audit.member TO osint_owner USING (true) WITH CHECK (true);
CREATE POLICY self ON audit.member FOR SELECT TO osint_ship, osint_viewer, osint_analyst USING (login = session_user);
CREATE POLICY team ON audit.member FOR SELECT TO osint_admin USING (team_id = (SELECT audit.my_team()));

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT USAGE ON SCHEMA audit TO osint_ship, osint_viewer, osint_analyst, osint_admin;
GRANT SELECT ON audit.member, audit.migration TO osint_ship, osint_viewer, osint_analyst, osint_admin;
GRANT EXECUTE ON FUNCTION audit.rank, audit.my_team, audit.my_clearance TO osint_ship, osint_viewer, osint_analyst, osint_admin;
GRANT EXECUTE ON FUNCTION audit.admit, audit.dismiss TO osint_admin;

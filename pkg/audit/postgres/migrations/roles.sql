-- The roles are of the cluster, not of one database: this runs before every
-- migration, also into a database restored on another cluster. All are
-- NOLOGIN; logins are made by the operator and granted one or more of them.
DO $$
DECLARE
    r text;
BEGIN
    FOREACH r IN ARRAY ARRAY['osint_owner', 'osint_ship', 'osint_viewer', 'osint_analyst', 'osint_admin'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', r);
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL; -- made by another migration at this moment
        END;
    END LOOP;
    IF NOT has_database_privilege('osint_owner', current_database(), 'TEMPORARY') THEN -- audit.stage makes a table
        EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO osint_owner', current_database());
    END IF;
END
$$;

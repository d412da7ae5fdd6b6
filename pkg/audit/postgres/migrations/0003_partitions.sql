-- Partitions by month, in UTC.

-- add_partition makes the partition of a month, and says whether it did. It
-- does not when the table's DEFAULT partition has rows of that month, or when
-- somebody reads the table for longer than lock_timeout: the DEFAULT partition
-- takes the rows then.
CREATE FUNCTION audit.add_partition(parent regclass, month timestamptz) RETURNS boolean
LANGUAGE plpgsql SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
    first timestamptz := date_trunc('month', month);
    name  text := (SELECT relname FROM pg_catalog.pg_class WHERE oid = parent) || to_char(first, '_YYYY_MM');
BEGIN
    IF to_regclass(format('audit.%I', name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE audit.%I PARTITION OF %s FOR VALUES FROM (%L) TO (%L)', name, parent, first, first + interval '1 month');
    IF EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = parent AND tgname = 'no_truncate') THEN
        PERFORM audit.protect(format('audit.%I', name)::regclass, true);
    ELSE
        EXECUTE format('ALTER TABLE audit.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
    END IF;
    RETURN true;
EXCEPTION
    WHEN duplicate_table OR unique_violation OR check_violation OR lock_not_available THEN RETURN false;
END
$$;

-- ensure_partitions makes the partitions of this month and of those ahead, of
-- every table that has some, and returns how many it made. Migration and
-- receiving call it; so may a scheduler.
CREATE FUNCTION audit.ensure_partitions(ahead int DEFAULT 3) RETURNS int
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, audit, pg_temp AS $$
    SELECT count(*) FILTER (WHERE audit.add_partition(p.partrelid, now() + m * interval '1 month'))::int
    FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid, generate_series(0, least(ahead, 24)) m
    WHERE c.relnamespace = 'audit'::regnamespace
$$;

-- cover makes the partitions of one table for the months that some times lie in.
-- Clocks may say anything: months more than five years back or half a year ahead
-- are left to the DEFAULT partition.
CREATE FUNCTION audit.cover(parent regclass, times timestamptz[]) RETURNS void
LANGUAGE sql SET timezone = 'UTC' AS $$
    SELECT count(*) FILTER (WHERE audit.add_partition(parent, month))
    FROM (SELECT DISTINCT date_trunc('month', t) AS month FROM unnest(times) t
        WHERE t BETWEEN now() - interval '5 years' AND now() + interval '6 months') m
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.ensure_partitions TO osint_ship, osint_admin;

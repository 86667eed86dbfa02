-- PostgreSQL 18 cannot plan a comparison of "char" columns of which one has a histogram ("cache lookup failed for
-- collation 0"). A column of codes that are all different gets one at the next ANALYZE; nobody needs it.
ALTER TABLE delivery_source ALTER COLUMN code SET STATISTICS 0;
DO $$
BEGIN
    IF to_regprocedure('pg_clear_attribute_stats(text, text, text, boolean)') IS NOT NULL THEN
        PERFORM pg_clear_attribute_stats(current_schema(), 'delivery_source', 'code', false);
    END IF;
END $$;

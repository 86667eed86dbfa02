-- Several reporting APIs in one home: which connector a source belongs to, and in which order they count.
ALTER TABLE delivery_source ADD COLUMN connector text, ADD COLUMN place integer;
UPDATE delivery_source SET connector = CASE WHEN code IN ('c', 'd') THEN 'csv' ELSE 'api' END,
                           place = CASE WHEN code IN ('a', 'b') THEN 0 END;
ALTER TABLE delivery_source ALTER COLUMN connector SET NOT NULL;
COMMENT ON COLUMN delivery_source.connector IS 'api: that of CAMPFILL_REPORTING_CONNECTOR; csv: dropped exports; else a name of CAMPFILL_CONNECTORS.';
COMMENT ON COLUMN delivery_source.place IS 'The order in which APIs count, by the settings; NULL where it is not asked any more, and for exports.';

-- Days of which all that is asked is known: every API that is asked and ever was, or an export.
CREATE VIEW known_day AS
SELECT f.day
FROM delivery_fetch f JOIN delivery_source s USING (source)
WHERE f.status = 'complete'
GROUP BY f.day
HAVING bool_or(s.connector = 'csv')
    OR count(DISTINCT s.connector) FILTER (WHERE s.place IS NOT NULL) = (
        SELECT count(DISTINCT a.connector) FROM delivery_source a
        WHERE a.place IS NOT NULL AND EXISTS (SELECT FROM delivery_fetch b WHERE b.source = a.source));
COMMENT ON VIEW known_day IS 'Internal: local days that every reporting API asked has told completely, or an export.';

COMMENT ON COLUMN reconciliation.kind_of_issue IS 'line_without_report, orphan, kind_conflict, ambiguous, name_differs, purchase_type_changed, overview_differs, several_apis, outside_flight, budget_mismatch or refused_row.';

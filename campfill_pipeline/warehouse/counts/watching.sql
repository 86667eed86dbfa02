-- name: mark
SELECT concat_ws(' ', (SELECT count(*) FROM upload WHERE decided_at IS NOT NULL),
                 (SELECT count(*) FROM upload WHERE reverted_at IS NOT NULL),
                 (SELECT max(fetched_at) FROM delivery_fetch), (SELECT max(refreshed_at) FROM fulfillment),
                 (SELECT max(billing_no) FROM count_billing), %(today)s::date, %(tolerance)s::numeric, %(zone)s::text),
       (SELECT mark FROM count_look)

-- name: looked
INSERT INTO count_look (mark) VALUES (%s) ON CONFLICT (one) DO UPDATE SET mark = excluded.mark

-- name: keep
INSERT INTO count_discrepancy (line_id, counted_by, first_day, last_day, ours, theirs, difference, percent, tolerance, beyond, time_zone, days_missing, late_corrections, sites, rest, billed_by, compared_at)
VALUES (%(line_id)s, %(counted_by)s, %(first_day)s, %(last_day)s, %(ours)s, %(theirs)s, %(difference)s, %(percent)s, %(tolerance)s, %(beyond)s, %(time_zone)s, %(days_missing)s, %(late_corrections)s, %(sites)s, %(rest)s, %(billed_by)s, %(compared_at)s)

-- Writing new revisions of known lines (warehouse/register/revisions.py). Each part is one statement.
-- `arriving` holds the contracts to be; `touched` the lines that get one, by its position, with action and upload.

-- name: tables
-- They stay for as long as the session, empty but for a transaction that fills them: a run applies hundreds of lists, and
-- to make and drop tables for each, and to plan every statement anew, took longer than to write what a small list says.
CREATE TEMP TABLE IF NOT EXISTS arriving (
    position integer NOT NULL, sheet text, row_no integer, id uuid NOT NULL,
    name text, kind text, buyer text, agency text, platform text, seat text, runtime text,
    start_date date, end_date date, impression_goal bigint, budget_eur numeric(15, 2), cpm_eur numeric(10, 4),
    placement text, advertiser text, external_id text, cancelled boolean NOT NULL DEFAULT false
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS touched (
    position integer NOT NULL, line_no integer NOT NULL, upload_id uuid NOT NULL, action text NOT NULL
) ON COMMIT DELETE ROWS;
DELETE FROM arriving; -- of a list before this one in the same transaction
DELETE FROM touched

-- name: supersede
INSERT INTO line_history (line_no, revision, valid_from, upload_id, event_no, action, brought, sheet, row_no, changes,
                          notable, name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date,
                          impression_goal, budget_eur, cpm_eur, placement, advertiser, external_id, cancelled)
SELECT l.line_no, l.revision, l.valid_from, l.upload_id, l.event_no, l.action, l.brought, l.sheet, l.row_no, l.changes,
       l.notable, l.name, l.kind_listed, l.buyer, l.agency, l.platform, l.seat, l.runtime, l.start_date, l.end_date,
       l.impression_goal, l.budget_eur, l.cpm_eur, l.placement, l.advertiser, l.external_id, l.cancelled
FROM line_register l JOIN touched USING (line_no)

-- name: update
UPDATE line_register l
SET revision = l.revision + 1, valid_from = %(now)s, upload_id = t.upload_id, event_no = %(event_no)s,
    brought = %(brought)s, action = t.action,
    withdrawn_at = CASE WHEN t.action = 'withdrawn' THEN %(now)s::timestamptz END,
    sheet = a.sheet, row_no = a.row_no, changes = d.changes, notable = d.changes ?| %(notable_fields)s,
    name = a.name, kind_listed = a.kind, buyer = a.buyer, agency = a.agency, platform = a.platform,
    seat = a.seat, runtime = a.runtime, start_date = a.start_date, end_date = a.end_date,
    impression_goal = a.impression_goal, budget_eur = a.budget_eur, cpm_eur = a.cpm_eur, placement = a.placement,
    advertiser = a.advertiser, external_id = a.external_id, cancelled = a.cancelled
FROM touched t
JOIN arriving a USING (position)
JOIN line_register b ON b.line_no = t.line_no
CROSS JOIN LATERAL (
    SELECT COALESCE(jsonb_object_agg(field, jsonb_build_object('before', before, 'after', after)), '{}') AS changes
    FROM (VALUES ('name', b.name, a.name), ('kind', b.kind_listed, a.kind), ('buyer', b.buyer, a.buyer),
                 ('agency', b.agency, a.agency), ('platform', b.platform, a.platform), ('seat', b.seat, a.seat),
                 ('runtime', b.runtime, a.runtime),
                 ('impression_goal', b.impression_goal::text, a.impression_goal::text),
                 ('budget_eur', b.budget_eur::text, a.budget_eur::text), ('cpm_eur', b.cpm_eur::text, a.cpm_eur::text),
                 ('placement', b.placement, a.placement), ('advertiser', b.advertiser, a.advertiser),
                 ('external_id', b.external_id, a.external_id),
                 ('cancelled', b.cancelled::text, a.cancelled::text)
         ) AS f (field, before, after)
    WHERE before IS DISTINCT FROM after
) d
WHERE l.line_no = t.line_no

-- name: dirty
INSERT INTO line_dirty (line_no, since) SELECT line_no, %(now)s FROM touched ON CONFLICT DO NOTHING

-- name: finish
-- Named by its own id, by what its list names it by, or by a mapping file.
WITH event AS (
    SELECT line_no, id, external_id FROM line_register WHERE event_no = %s AND action <> 'updated'
)
SELECT v.line_no FROM event v JOIN report_entity e ON e.entity_id = v.id::text
UNION
SELECT v.line_no FROM event v JOIN report_entity e ON e.entity_id = lower(v.external_id)
UNION
SELECT v.line_no FROM event v JOIN id_map m ON m.line_id = v.id

-- For people with a SQL client: what every table and column means, and a role that can read all and change nothing.

-- Roles belong to the whole server: another database, or another process this very moment, may have made it. On a server
-- where we may not make roles, everything works but this.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'campfill_reader') THEN
        BEGIN
            CREATE ROLE campfill_reader NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
            COMMENT ON ROLE campfill_reader IS 'Reads every table of campfill, changes nothing. Grant it to those who look: GRANT campfill_reader TO somebody';
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN RAISE NOTICE 'campfill_reader was not made: this user may not create roles';
        END;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'campfill_reader') THEN
        EXECUTE 'GRANT USAGE ON SCHEMA ' || quote_ident(current_schema()) || ' TO campfill_reader';
        EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA ' || quote_ident(current_schema()) || ' TO campfill_reader';
        EXECUTE 'ALTER DEFAULT PRIVILEGES IN SCHEMA ' || quote_ident(current_schema())
                || ' GRANT SELECT ON TABLES TO campfill_reader';
    END IF;
END $$;

DO $$
DECLARE
    told record;
BEGIN
    FOR told IN
        SELECT c.relname, c.relkind, m.meaning
        FROM (VALUES
            ('upload', 'Every file that ever arrived, and what became of it. Start here to see whether a file was read.'),
            ('upload_issue', 'What was found in an uploaded file: one row for each cell (or row) with a fault, and how to mend it.'),
            ('line', 'What was promised: campaigns and deals as they stand now. One row is one line of the campaign list.'),
            ('line_revision', 'Every state a line ever had: what changed, when, by which upload.'),
            ('delivery_hourly', 'What was delivered: one row for each line, hour, site and source. Large: filter by line_id or hour_utc.'),
            ('report_row', 'Report rows as the source told them, also those of no line (line_id is NULL). Large: filter by hour_utc.'),
            ('delivery_daily', 'Delivery by line and local day; of several sources of a day one counts, the API before the CSV.'),
            ('delivery_fetch', 'Which local days were fetched, from which source, when, and whether completely.'),
            ('delivery_restatement', 'Report rows that changed after they were first stored: before, after, when it was seen.'),
            ('fulfillment', 'The figures of every line as of one local day: delivered against goal, pace, projection, money. Sorted by shortfall descending, the worst come first.'),
            ('fulfillment_window', 'How lines that ended in the last 7 days, 30 days and this year did, for every day. Only lines all of whose days were fetched.'),
            ('fulfillment_trend', 'Whether the fulfilled share of the last 7 days is better or worse than that of the 7 days before, for every day.'),
            ('shortfall_cause', 'Why a line fell short: the weakest stage of bids, wins, plays and audience, with the evidence. Healthy lines have no row.'),
            ('reconciliation', 'Where the campaign list and the reporting disagree. Never resolved in silence: mend the list or ask the reporting team.'),
            ('ambiguous_delivery', 'Report rows whose campaign and deal are both lines, by day: counted for the campaign.'),
            ('orphan_delivery', 'Report rows that no line claims, by day.'),
            ('purchase_type_change', 'Lines whose purchase type changed from one day to a later one.'),
            ('ledger_event', 'Internal, a source: what happened to uploads, in order.'),
            ('line_register', 'Internal: all lines with their newest revision, withdrawn ones too. Read view line instead.'),
            ('line_history', 'Internal: superseded revisions. Read view line_revision instead.'),
            ('revision', 'Internal: all revisions by line_no. Read view line_revision instead.'),
            ('line_absence', 'Internal: which uploads a line was absent from, for reverting them.'),
            ('line_dirty', 'Internal: lines whose fulfillment is computed again at the next refresh.'),
            ('site', 'Internal: short numbers for sites.'),
            ('report_entity', 'Internal: campaigns and deals as the reporting names them.'),
            ('report_series', 'Internal: pairs of campaign and deal in report rows, and the line they count for.'),
            ('report_fetch', 'Internal: requests and uploads that brought report rows.'),
            ('report_hour', 'Internal, a source: report rows, compact. Read view report_row instead.'),
            ('report_day', 'Internal: report rows by series and local day.'),
            ('report_fact', 'Internal: report rows with their line. Read view delivery_hourly instead.'),
            ('report_refusal', 'Internal: report rows that could not be read; see reconciliation.'),
            ('report_overview', 'Internal: totals as the reporting itself sums them.'),
            ('restatement', 'Internal, a source: changed report rows. Read view delivery_restatement instead.'),
            ('purchase_terms', 'Internal: the purchase types of a row''s campaign and deal, in one character.'),
            ('line_day', 'Internal: delivery by line, local day and source. Read view delivery_daily instead.'),
            ('fulfillment_state', 'Internal: the day and the rules that the stored figures were made with.'),
            ('fulfillment_fetch', 'Internal: table delivery_fetch as it was at the last refresh.'),
            ('reference_series', 'Internal: report rows of healthy lines that references are made of.'),
            ('reference_hour', 'Internal: what healthy lines got, by purchase type, site and hour. The measure of causes.'),
            ('reference_day', 'Internal: the same by local day.'),
            ('line_reference', 'Internal: what a line that fell short was measured by.')
        ) AS m(relation, meaning)
        JOIN pg_class c ON c.relname = m.relation
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v')
    LOOP
        EXECUTE 'COMMENT ON ' || CASE told.relkind WHEN 'v' THEN 'VIEW ' ELSE 'TABLE ' END || quote_ident(told.relname)
                || ' IS ' || quote_literal(told.meaning);
    END LOOP;

    -- A column means the same wherever it stands (relation NULL), unless a table says otherwise.
    FOR told IN
        WITH meaning(relation, name, text) AS (VALUES
            (NULL, 'line_id', 'The line''s UUID: joins to line.id.'),
            (NULL, 'line_no', 'The line''s short number inside this database.'),
            (NULL, 'upload_id', 'The upload: joins to upload.upload_id.'),
            (NULL, 'kind', 'campaign or deal; where list and reporting differ, as reported.'),
            (NULL, 'purchase_type', 'guaranteed, unguaranteed, or unknown while no report row tells.'),
            (NULL, 'impression_goal', 'Impressions promised.'),
            (NULL, 'cpm_eur', 'Euros for 1,000 impressions.'),
            (NULL, 'budget_eur', 'Budget in euros, as listed; may be missing.'),
            (NULL, 'end_date', 'Last local day of the flight, inclusive.'),
            (NULL, 'start_date', 'First local day of the flight, inclusive; NULL means ASAP.'),
            (NULL, 'runtime', 'The flight as listed, in canonical form.'),
            (NULL, 'name', 'Name of the line, white space collapsed.'),
            (NULL, 'buyer', 'Buyer as listed; Not set for campaigns.'),
            (NULL, 'agency', 'Agency, read from the buyer where it follows the pattern AGENCY < PLATFORM (Seat N).'),
            (NULL, 'platform', 'Buying platform, read from the buyer likewise.'),
            (NULL, 'seat', 'Seat, read from the buyer likewise.'),
            (NULL, 'placement', 'Placement, read from the name where it follows the pattern.'),
            (NULL, 'advertiser', 'Advertiser, read from the name where it follows the pattern.'),
            (NULL, 'revision', '1, 2, 3 … without gaps; a new one for each change.'),
            (NULL, 'sheet', 'Sheet of the workbook.'),
            (NULL, 'row_no', 'Row in the sheet, counted from 1 as Excel does.'),
            (NULL, 'source', 'api or csv.'),
            (NULL, 'hour_utc', 'Start of the hour, UTC.'),
            (NULL, 'site', 'Site as reported; empty for CSV exports, which have none.'),
            (NULL, 'day', 'Local day (in the time zone of the settings).'),
            (NULL, 'impressions', 'People reached; fractional, since one playout reaches many.'),
            (NULL, 'bids', 'How often the line was selected for the auction; NULL where the source does not tell.'),
            (NULL, 'wins', 'Auctions won; NULL where the source does not tell.'),
            (NULL, 'plays', 'Playouts that came of it (one win may play on a group of screens); NULL where the source does not tell.'),
            (NULL, 'campaign_id', 'Core DSP campaign id as reported, lower case.'),
            (NULL, 'deal_id', 'Deal id as reported, lower case.'),
            (NULL, 'first_seen_at', 'When it was first seen here.'),
            (NULL, 'seen_at', 'When the change was seen.'),
            (NULL, 'fetch_no', 'Internal number of the fetch.'),
            (NULL, 'series_no', 'Internal number of the pair of campaign and deal.'),
            (NULL, 'site_no', 'Internal number of the site.'),
            (NULL, 'rows', 'Number of report rows.'),
            (NULL, 'as_of', 'The local day the figures are of: hours before its end count as delivered.'),
            (NULL, 'fulfilled_pct', 'Share of the lines that reached their goal, in percent; NULL without lines.'),
            (NULL, 'first_hour', 'First hour with a report row, UTC.'),
            (NULL, 'last_hour', 'Last hour with a report row, UTC.'),

            ('upload', 'seq', 'Order of arrival.'),
            ('upload', 'partition_key', 'Name of the upload''s partition in the web UI.'),
            ('upload', 'sha256', 'Fingerprint of the bytes: equal files have equal ones.'),
            ('upload', 'file_name', 'Name of the file as it was dropped.'),
            ('upload', 'file_bytes', 'Size in bytes.'),
            ('upload', 'archived_as', 'Where the original is kept, below the folder archive.'),
            ('upload', 'door', 'inbox (dropped) or command (campfill ingest).'),
            ('upload', 'kind', 'campaign_list, report_csv, or unknown where it could not be read.'),
            ('upload', 'status', 'received until decided; then loaded, partly_loaded, rejected or duplicate.'),
            ('upload', 'reason', 'Why nothing was loaded, as a code; NULL otherwise.'),
            ('upload', 'message', 'The reason in words.'),
            ('upload', 'hint', 'How to mend it.'),
            ('upload', 'received_at', 'When it arrived.'),
            ('upload', 'decided_at', 'When its status was decided.'),
            ('upload', 'reverted_at', 'When its changes were undone; NULL while they stand.'),
            ('upload', 'attempts', 'How often it was tried.'),
            ('upload', 'run_id', 'The Dagster run that worked on it last.'),
            ('upload', 'content_date', 'The file''s own date, where it tells one.'),
            ('upload', 'applied_no', 'Order in which it was applied to the lines; NULL unless loaded.'),
            ('upload', 'rows_read', 'Rows read: accepted plus rejected.'),
            ('upload', 'rows_accepted', 'Rows accepted: new plus updated plus unchanged.'),
            ('upload', 'rows_rejected', 'Rows rejected: each has an issue with its address.'),
            ('upload', 'rows_skipped', 'Blank, total, note and repeated equal rows.'),
            ('upload', 'rows_new', 'Lines that were new.'),
            ('upload', 'rows_updated', 'Lines that changed.'),
            ('upload', 'rows_unchanged', 'Lines that stayed as they were.'),
            ('upload', 'notes', 'What a person should know of how it was applied.'),
            ('upload', 'receipt', 'The receipt workbook, below the home folder.'),
            ('upload_issue', 'issue_no', 'Order by sheet, row and column.'),
            ('upload_issue', 'cell', 'Cell in A1 notation.'),
            ('upload_issue', 'column_name', 'Header of the column as found.'),
            ('upload_issue', 'value', 'The value as found.'),
            ('upload_issue', 'code', 'What is wrong, as a code.'),
            ('upload_issue', 'severity', 'error (the row was rejected), warning or info.'),
            ('upload_issue', 'message', 'What is wrong, in words.'),
            ('upload_issue', 'hint', 'How to mend it.'),

            ('line', 'id', 'The line''s UUID, its key everywhere.'),
            ('line', 'kind_listed', 'campaign or deal by the list''s buyer.'),
            ('line', 'kind_reported', 'campaign or deal by the reporting; NULL while no row tells.'),
            ('line', 'first_seen_at', 'Arrival of the upload that brought it first.'),
            ('line', 'absent_since', 'Arrival of the first of the newest full lists that lack it; NULL while it is listed.'),
            ('line_revision', 'id', 'The line''s UUID.'),
            ('line_revision', 'kind', 'campaign or deal by the list''s buyer.'),
            ('line_revision', 'valid_from', 'From when this state holds.'),
            ('line_revision', 'action', 'created, updated, reverted, withdrawn or restored.'),
            ('line_revision', 'changes', 'What changed: field, before and after, as text.'),
            ('line_revision', 'notable', 'Whether the change touches what was contracted.'),

            ('report_row', 'line_id', 'The line it counts for; NULL: no line claims it.'),
            ('report_row', 'campaign_name', 'Campaign name as reported, after the last > of a path.'),
            ('report_row', 'deal_name', 'Deal name as reported.'),
            ('report_row', 'campaign_purchase_type', 'guaranteed or unguaranteed, as reported for the campaign.'),
            ('report_row', 'deal_purchase_type', 'guaranteed or unguaranteed, as reported for the deal.'),
            ('delivery_fetch', 'status', 'complete, partial (today, or an unfinished fetch) or failed.'),
            ('delivery_fetch', 'fetched_at', 'When it was fetched last.'),
            ('delivery_fetch', 'refused', 'Rows that could not be read; see reconciliation.'),
            ('delivery_fetch', 'first_complete_at', 'When the day was first complete.'),
            ('delivery_fetch', 'failures', 'Failed fetches since the last good one.'),
            ('delivery_fetch', 'failed_at', 'When it failed last.'),
            ('delivery_fetch', 'detail', 'What the last failure said.'),
            ('delivery_restatement', 'before', 'Impressions before; NULL: the row arrived after its day was first complete.'),
            ('delivery_restatement', 'after', 'Impressions after; NULL: the row is gone at the source.'),
            ('delivery_restatement', 'restatement_no', 'Order in which changes were seen.'),
            ('delivery_restatement', 'before_bids', 'Bids before.'),
            ('delivery_restatement', 'before_wins', 'Wins before.'),
            ('delivery_restatement', 'before_plays', 'Plays before.'),
            ('delivery_restatement', 'after_bids', 'Bids after.'),
            ('delivery_restatement', 'after_wins', 'Wins after.'),
            ('delivery_restatement', 'after_plays', 'Plays after.'),

            ('fulfillment', 'effective_start', 'First flight day; of an ASAP line the first day with impressions, else the day it was first seen.'),
            ('fulfillment', 'flight_days', 'Days of the flight, N.'),
            ('fulfillment', 'elapsed_days', 'Flight days before as_of, n.'),
            ('fulfillment', 'days_fetched', 'Of these, days that were fetched completely.'),
            ('fulfillment', 'covered', 'Whether all of them were. Lines that are not covered are judged by nothing: the figures may be too low.'),
            ('fulfillment', 'lifecycle', 'scheduled, live, ended_provisional (late reports may still come) or ended_final.'),
            ('fulfillment', 'band', 'goal_met, near_goal, moderate_shortfall, critical_shortfall, or no_data without any report row.'),
            ('fulfillment', 'pace', 'Of live lines: behind, on_track, ahead; unmeasured on the first day.'),
            ('fulfillment', 'delivered', 'Impressions in hours before the end of as_of, D.'),
            ('fulfillment', 'delivered_before', 'Impressions in hours before its start.'),
            ('fulfillment', 'delivered_outside_flight', 'The part of delivered that lies outside the flight days.'),
            ('fulfillment', 'fulfillment_pct', 'Delivered in percent of the goal; may exceed 100.'),
            ('fulfillment', 'shortfall', 'Impressions missing to the goal.'),
            ('fulfillment', 'surplus', 'Impressions beyond the goal.'),
            ('fulfillment', 'expected', 'What an even flight would have delivered before as_of.'),
            ('fulfillment', 'pacing_index', 'Delivered before as_of divided by expected: 1 is on plan.'),
            ('fulfillment', 'required_daily', 'Impressions a day needed from as_of on to reach the goal; NULL after the flight.'),
            ('fulfillment', 'projected', 'Impressions at the end, if the mean of the last (up to) 7 flight days goes on.'),
            ('fulfillment', 'value_at_risk_eur', 'Live: value of what the projection lacks; ended: value of the shortfall; scheduled: NULL.'),
            ('fulfillment', 'delivered_value_eur', 'Value of all that was delivered.'),
            ('fulfillment', 'billable_eur', 'Value of what was delivered up to the goal.'),
            ('fulfillment', 'best_week_daily', 'Of live lines: mean of the best 7 consecutive flight days so far (of all, where there are fewer).'),
            ('fulfillment', 'reachable', 'Whether required_daily is at most best_week_daily.'),
            ('fulfillment', 'first_day', 'First local day with impressions.'),
            ('fulfillment', 'last_day', 'Last local day with impressions.'),
            ('fulfillment', 'refreshed_at', 'When this row was computed.'),

            ('fulfillment_window', 'as_of', 'The day the window is seen from; lines that ended before it are in it.'),
            ('fulfillment_window', 'period', '7d, 30d or this_year: how long ago a line may have ended.'),
            ('fulfillment_window', 'kind', 'campaign, deal, or all in totals.'),
            ('fulfillment_window', 'purchase_type', 'guaranteed, unguaranteed, unknown, or all in totals.'),
            ('fulfillment_window', 'lines', 'Lines in the window.'),
            ('fulfillment_window', 'fulfilled', 'Of these, lines that reached their goal.'),
            ('fulfillment_window', 'delivered_pct', 'Sum of delivered in percent of the sum of goals.'),
            ('fulfillment_window', 'capped_pct', 'The same, each line counted up to its goal: one line''s surplus cannot hide another''s shortfall.'),
            ('fulfillment_window', 'goal', 'Sum of goals.'),
            ('fulfillment_window', 'delivered', 'Sum of delivered.'),
            ('fulfillment_window', 'delivered_capped', 'Sum of delivered, each line up to its goal.'),
            ('fulfillment_trend', 'kind', 'campaign, deal, or all in totals.'),
            ('fulfillment_trend', 'purchase_type', 'guaranteed, unguaranteed, unknown, or all in totals.'),
            ('fulfillment_trend', 'fulfilled_pct', 'Fulfilled share of the lines that ended in the 7 days before, in percent.'),
            ('fulfillment_trend', 'change', 'In points against seven days earlier; NULL where one of the two windows has no lines.'),
            ('fulfillment_trend', 'trend', 'improving (more than 1 point better), declining (more than 1 point worse) or stable.'),

            ('shortfall_cause', 'cause', 'not_selected, too_few_bids, lost_auctions, won_but_not_played, low_audience; or why it cannot be told: not_fetched, no_reporting, no_funnel, no_reference.'),
            ('shortfall_cause', 'side', 'Whose problem it is: system, resource or unknown.'),
            ('shortfall_cause', 'share_bids', 'Part of the loss that lies in too few bids, 0 to 1; the four shares make 1.'),
            ('shortfall_cause', 'share_wins', 'Part of the loss that lies in lost auctions.'),
            ('shortfall_cause', 'share_plays', 'Part of the loss that lies in auctions won but not played.'),
            ('shortfall_cause', 'share_audience', 'Part of the loss that lies in too few people per play.'),
            ('shortfall_cause', 'target', 'Impressions that should have been delivered: the goal of ended lines, what was due before as_of of live ones.'),
            ('shortfall_cause', 'missing', 'Target minus delivered; NULL where not all days were fetched.'),
            ('shortfall_cause', 'missing_eur', 'Value of what is missing.'),
            ('shortfall_cause', 'evidence', 'Facts to check: figures, rates, baselines, ratios, flight hours without a bid, first and last hour, weakest sites, and the reference they were compared with.'),
            ('reconciliation', 'issue_no', 'Number of the entry; it stays while the disagreement does.'),
            ('reconciliation', 'kind_of_issue', 'line_without_report, orphan, kind_conflict, ambiguous, name_differs, purchase_type_changed, overview_differs, outside_flight, budget_mismatch or refused_row.'),
            ('reconciliation', 'line_id', 'The line concerned; NULL where there is none.'),
            ('reconciliation', 'report_id', 'The campaign or deal id of the reporting, lower case; NULL where none is concerned.'),
            ('reconciliation', 'detail', 'What was found.')
        )
        SELECT c.relname, a.attname, COALESCE(own.text, shared.text) AS meaning
        FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN meaning own ON own.relation = c.relname AND own.name = a.attname
        LEFT JOIN meaning shared ON shared.relation IS NULL AND shared.name = a.attname
        WHERE c.relnamespace = current_schema()::regnamespace
          AND c.relname IN ('upload', 'upload_issue', 'line', 'line_revision', 'delivery_hourly', 'report_row', 'delivery_daily',
                            'delivery_fetch', 'delivery_restatement', 'fulfillment', 'fulfillment_window', 'fulfillment_trend',
                            'shortfall_cause', 'reconciliation')
          AND COALESCE(own.text, shared.text) IS NOT NULL
    LOOP
        EXECUTE 'COMMENT ON COLUMN ' || quote_ident(told.relname) || '.' || quote_ident(told.attname)
                || ' IS ' || quote_literal(told.meaning);
    END LOOP;
END $$;

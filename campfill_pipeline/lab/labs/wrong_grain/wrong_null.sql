-- What was delivered for each line, and what a thousand impressions cost now: line, delivered, cpm.
-- Each side is brought to one row a line before they meet: one grain, then the join.
WITH attributed AS (  -- one row of the report, one line: the campaign where we know it, else the deal
    SELECT coalesce(campaign.id, deal.id) AS line_id, report_row.impressions
    FROM report_row
    LEFT JOIN line AS campaign ON campaign.id = report_row.campaign_id
    LEFT JOIN line AS deal ON deal.id = report_row.deal_id
),
delivered AS (SELECT line_id, sum(impressions) AS impressions FROM attributed GROUP BY line_id),
newest AS (SELECT DISTINCT ON (line_id) line_id, cpm FROM revision ORDER BY line_id, no DESC)
SELECT line.id, delivered.impressions AS delivered, newest.cpm
FROM line
LEFT JOIN delivered ON delivered.line_id = line.id
LEFT JOIN newest ON newest.line_id = line.id
ORDER BY line.id;

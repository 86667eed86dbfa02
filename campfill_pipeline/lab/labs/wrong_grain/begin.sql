-- What was delivered for each line, and what a thousand impressions cost now: line, delivered, cpm.
SELECT line.id, sum(report_row.impressions) AS delivered, max(revision.cpm) AS cpm
FROM line
JOIN report_row ON line.id IN (report_row.campaign_id, report_row.deal_id)
JOIN revision ON revision.line_id = line.id
GROUP BY line.id
ORDER BY line.id;

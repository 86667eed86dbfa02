-- What was delivered for each line: by its campaign id, and for deals by their deal id, newest price only.
SELECT line.id, sum(report_row.impressions) AS delivered, max(revision.cpm) AS cpm
FROM line
JOIN report_row ON CASE line.kind WHEN 'campaign' THEN report_row.campaign_id ELSE report_row.deal_id END = line.id
JOIN revision ON revision.line_id = line.id
WHERE revision.no = (SELECT max(no) FROM revision AS other WHERE other.line_id = line.id)
GROUP BY line.id
ORDER BY line.id;

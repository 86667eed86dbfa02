-- The statements of headline.py, by the function that runs them.

-- name: lines
SELECT count(*) AS lines, count(*) FILTER (WHERE covered) AS covered,
       count(*) FILTER (WHERE lifecycle = 'live') AS live,
       count(*) FILTER (WHERE ended) AS ended,
       count(*) FILTER (WHERE ended AND band = 'goal_met') AS goal_met,
       count(*) FILTER (WHERE covered AND pace = 'behind') AS behind,
       COALESCE(sum(shortfall) FILTER (WHERE ended), 0) AS shortfall,
       COALESCE(sum(value_at_risk_eur) FILTER (WHERE ended), 0) AS shortfall_eur,
       COALESCE(sum(value_at_risk_eur) FILTER (WHERE covered), 0) AS value_at_risk_eur
FROM (SELECT *, covered AND lifecycle IN ('ended_provisional', 'ended_final') AS ended FROM fulfillment) f

-- name: trend
SELECT fulfilled_pct, change, trend FROM fulfillment_trend
WHERE kind = 'all' AND purchase_type = 'all' ORDER BY day DESC LIMIT 1

-- name: days
SELECT day, count(*) AS lines, sum(impressions) AS impressions,
       sum(bids) AS bids, sum(wins) AS wins, sum(plays) AS plays
FROM delivery_daily WHERE day = ANY (%(days)s) GROUP BY day

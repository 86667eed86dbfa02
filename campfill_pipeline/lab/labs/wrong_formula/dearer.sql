-- Another week, for the judgement: no outage, but somebody else pays more in the auctions of mall 3.
UPDATE funnel SET plays = wins * 0.9, impressions = wins * 0.9 WHERE period = 'now';
UPDATE funnel SET wins = bids * 0.15, plays = bids * 0.135, impressions = bids * 0.135 WHERE name = 'mall 3';

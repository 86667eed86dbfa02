-- The statements of looked_back.py, by the function that runs them.

-- name: keep
INSERT INTO looked_back (as_of, made_at, rules, found) VALUES (%(as_of)s, %(now)s, %(rules)s, %(found)s)
ON CONFLICT (as_of) DO UPDATE SET (made_at, rules, found) = (excluded.made_at, excluded.rules, excluded.found)

-- name: shown anew
UPDATE fulfillment_state SET content = gen_random_uuid()

-- name: kept
SELECT found FROM looked_back WHERE as_of <= %(as_of)s AND rules = %(rules)s ORDER BY as_of DESC LIMIT 1

-- name: is kept
SELECT EXISTS (SELECT FROM looked_back WHERE as_of = %(as_of)s AND rules = %(rules)s)

-- name: near
-- Whoever types an id amiss, or copies it not to its end, has one of its halves right.
SELECT id, name FROM line_register
WHERE left(id::text, 18) = left(%(id)s::text, 18) OR right(id::text, 17) = right(%(id)s::text, 17)
ORDER BY id LIMIT 3

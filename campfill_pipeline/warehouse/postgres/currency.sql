-- The statements of currency.py, by the function that runs them.

-- name: counted in
SELECT currency, EXISTS (SELECT FROM line_register) FROM home_currency

-- name: count in
UPDATE home_currency SET currency = %(currency)s

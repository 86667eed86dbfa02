-- The statements of upgrade.py.

-- name: databases
SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY datname

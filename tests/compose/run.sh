#!/usr/bin/env bash
# docker-compose.yml for real: builds the image, starts portal and database, works through steps 1 to 4 in Chromium,
# stops and starts everything, and sees that nothing is lost. Needs tests/run.sh to have run once (browser, build).
#
#   tests/compose/run.sh               with the images of the registries
#   tests/compose/run.sh --stand-ins   with images made of Debian's packages, where no registry is reached
#
# Where no Docker engine answers, root gets one of its own for as long as this runs. Skipped, with the reason, where
# that cannot be. The last line is "N passed, N failed".
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { echo "Skipped: $1"; echo "0 passed, 0 failed"; exit 0; }
project=portal-compose-test
secret=secrets/database-password
own=
compose() { docker compose --progress quiet -p "$project" "$@"; }

clean_up() {
  compose down --volumes >/dev/null 2>&1 || true
  [ -z "$own" ] || { kill "$(cat "$own/pid")" && tail --pid="$(cat "$own/pid")" -f /dev/null; rm -rf "$own"; }
}
trap clean_up EXIT

if ! docker info >/dev/null 2>&1; then
  [ "$(id -u)" = 0 ] || skip "no Docker engine answers, and only root can start one."
  command -v dockerd >/dev/null || skip "no Docker engine answers, and dockerd is not here (apt-get install docker.io)."
  own=$(mktemp -d)
  dockerd --data-root "$own/data" --exec-root "$own/run" --pidfile "$own/pid" -H "unix://$own/socket" >"$own/log" 2>&1 &
  export DOCKER_HOST="unix://$own/socket"
  timeout 60 sh -c 'until docker info >/dev/null 2>&1; do sleep 0.2; done' || { cat "$own/log"; skip "dockerd does not start."; }
fi
docker compose version >/dev/null 2>&1 || skip "Docker Compose 2 is not here (Debian 13: docker-compose)."

[ "${1:-}" != --stand-ins ] || tests/compose/stand-ins.sh
[ -f "$secret" ] || { mkdir -m 0700 -p secrets && openssl rand -base64 24 >"$secret" && chmod 0444 "$secret"; }

compose build portal
passed=0 failed=0

# test NAME: one test of GivenPortalTests against the portal that runs now, with the newest of its links.
test() {
  PORTAL_TEST_WELCOME=$(compose logs --no-log-prefix portal | grep -o 'http://localhost:5080/welcome[^ ]*' | tail -n 1)
  export PORTAL_TEST_WELCOME
  if artifacts/bin/Portal.EndToEnd.Tests/debug/Portal.EndToEnd.Tests -noColor -noLogo \
    -method "Portal.EndToEnd.Tests.GivenPortalTests.$1"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
}

compose up --detach --wait
test Steps_OneToFour_AreCompletedBehindWalls
compose stop
compose up --detach --wait
test AfterARestart_WhatWasReached_IsThere

compose logs --no-log-prefix portal
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

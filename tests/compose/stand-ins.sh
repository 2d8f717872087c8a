#!/usr/bin/env bash
# Makes images under the names that the Dockerfile and docker-compose.yml use, from Debian's packages and from the .NET
# SDK of this machine, for machines that reach Debian's mirror but no image registry. An image that is there is left.
#
# What differs from the published ones: Debian 12 instead of Ubuntu 24.04, PostgreSQL of Debian instead of 18.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")

missing() { ! docker image inspect "$1" >/dev/null 2>&1; }

# base TAG PACKAGES: a minimal Debian with the certificates that this machine trusts.
base() {
  mmdebstrap --quiet --variant=minbase --include="ca-certificates,$2" \
    --customize-hook='cp /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"' bookworm "$work/root.tar"
  docker import "$work/root.tar" "$1" >/dev/null
}

# layer TAG: builds the Dockerfile of standard input with $work/context as its context.
layer() { DOCKER_BUILDKIT=1 docker build --quiet --tag "$1" --file - "$work/context" >/dev/null; }

if missing stand-in/dotnet; then base stand-in/dotnet libicu72,libssl3,zlib1g; fi

if missing mcr.microsoft.com/dotnet/sdk:10.0; then
  rm -rf "$work/context" && mkdir "$work/context" && cp -a "$dotnet" "$work/context/dotnet"
  layer mcr.microsoft.com/dotnet/sdk:10.0 <<'DOCKERFILE'
FROM stand-in/dotnet
COPY dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt NUGET_CERT_REVOCATION_MODE=offline DOTNET_NOLOGO=1 \
    DOTNET_CLI_TELEMETRY_OPTOUT=1
CMD ["bash"]
DOCKERFILE
fi

if missing mcr.microsoft.com/dotnet/aspnet:10.0; then
  rm -rf "$work/context" && mkdir -p "$work/context/dotnet"
  cp -a "$dotnet"/{dotnet,host,shared} "$work/context/dotnet/"
  layer mcr.microsoft.com/dotnet/aspnet:10.0 <<'DOCKERFILE'
FROM stand-in/dotnet
COPY dotnet /usr/share/dotnet
RUN ln -s /usr/share/dotnet/dotnet /usr/bin/dotnet && useradd --uid 1654 --create-home app
ENV APP_UID=1654 DOTNET_RUNNING_IN_CONTAINER=true ASPNETCORE_HTTP_PORTS=8080
CMD ["bash"]
DOCKERFILE
fi

kubectl=$(sed -nE 's/^FROM (registry.k8s.io\/kubectl:[^ ]+).*/\1/p' src/Portal.Web/Dockerfile)
if missing "$kubectl"; then
  rm -rf "$work/context" && mkdir -p "$work/context/bin" && cp artifacts/tools/kubectl "$work/context/bin/"
  layer "$kubectl" <<<$'FROM scratch\nCOPY bin /bin\nENTRYPOINT ["/bin/kubectl"]'
fi

if missing postgres:18; then
  base stand-in/postgres postgresql,postgresql-client
  rm -rf "$work/context" && mkdir "$work/context"
  # The part of the published image's start that docker-compose.yml relies on.
  cat >"$work/context/start" <<'START'
#!/bin/sh
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
data=/var/lib/postgresql/18/docker
if [ ! -s "$data/PG_VERSION" ]; then
  initdb -D "$data" -U "$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" $POSTGRES_INITDB_ARGS
  echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
  pg_ctl -D "$data" -o "-c listen_addresses=''" -w start
  PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") createdb -U "$POSTGRES_USER" "$POSTGRES_DB" || true
  pg_ctl -D "$data" -m fast -w stop
fi
exec postgres -D "$data" -c listen_addresses='*'
START
  chmod 0755 "$work/context/start"
  layer postgres:18 <<'DOCKERFILE'
FROM stand-in/postgres
COPY start /usr/local/bin/start
RUN usermod -u 999 postgres && groupmod -g 999 postgres && rm -rf /var/lib/postgresql/* && \
    install -d -o 999 -g 999 /var/lib/postgresql /var/run/postgresql
VOLUME /var/lib/postgresql
CMD ["/usr/local/bin/start"]
DOCKERFILE
fi

#!/usr/bin/env bash
# istioctl for sandbox clusters: sends its arguments to the cluster that KUBECONFIG names, which carries them out.
set -u
settings=$(kubectl config view --minify --raw -o jsonpath='{.clusters[0].cluster.server}{"\n"}{.users[0].user.token}{"\n"}{.clusters[0].cluster.certificate-authority-data}') || {
  echo "Error: istioctl found no cluster: is KUBECONFIG set, and kubectl on PATH?" >&2; exit 1; }
{ read -r server; read -r token; read -r authority; } <<<"$settings"$'\n'
case $server in
  */clusters/*) ;;
  *) echo "Error: this istioctl works with sandbox clusters only; for $server install the real one." >&2; exit 1 ;;
esac
form=()
# A file travels with its content; of what is no manifest the name is enough.
send() {
  case $1 in
    *.yaml | *.yml | *.json) form+=(--form "file=@\"$1\";filename=\"$1\"") ;;
    *) form+=(--form "file=;filename=\"$1\"") ;;
  esac
}
for arg in "$@"; do
  form+=(--form-string "arg=$arg")
  # What the command reads travels along.
  case ${1:-} in analyze | validate | kube-inject) ;; *) continue ;; esac
  if [ "$arg" = - ]; then form+=(--form "file=@-;filename=-")
  elif [ -f "${arg#--meshConfigFile=}" ]; then form+=(--form "file=@\"${arg#--meshConfigFile=}\";filename=\"${arg#--meshConfigFile=}\"")
  elif [ -d "$arg" ]; then
    form+=(--form "file=;filename=\"${arg%/}/\"")
    while IFS= read -r -d '' file; do send "$file"; done < <(find "${arg%/}/" ! -type d -print0)
  fi
done
[ $# -gt 0 ] || form=(--form-string none=)
code=1
forward=
while IFS= read -r line; do
  case $line in
    1*) printf '%s\n' "${line:1}" ;;
    2*) printf '%s\n' "${line:1}" >&2 ;;
    f*) forward=${line:1} ;;
    x*) code=${line:1} ;;
  esac
done < <(curl --silent --show-error --no-buffer --cacert <(base64 -d <<<"$authority") -H "Authorization: Bearer $token" "${form[@]}" "$server/sandbox/istioctl")
if [ -n "$forward" ]; then
  read -r namespace pod ports <<<"$forward"
  exec kubectl port-forward -n "$namespace" "pod/$pod" "$ports" >/dev/null
fi
exit "$code"

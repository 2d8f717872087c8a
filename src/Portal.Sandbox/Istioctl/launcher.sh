#!/usr/bin/env bash
# istioctl for sandbox clusters: sends its arguments to the cluster that KUBECONFIG names, which carries them out.
set -u
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT

# Which cluster: flags that kubectl knows too.
where=()
for ((i = 1; i <= $#; i++)); do
  next=$((i + 1))
  case ${!i} in
    --kubeconfig | -c) where+=(--kubeconfig "${!next:-}") ;;
    --kubeconfig=* | --context=*) where+=("${!i}") ;;
    --context) where+=(--context "${!next:-}") ;;
  esac
done
settings=$(kubectl config view ${where[@]+"${where[@]}"} --minify --raw -o jsonpath='{.clusters[0].cluster.server}{"\n"}{.users[0].user.token}{"\n"}{.clusters[0].cluster.certificate-authority-data}{"\n"}{.contexts[0].context.namespace}') || {
  echo "Error: istioctl found no cluster: is KUBECONFIG set, and kubectl on PATH?" >&2; exit 1; }
{ read -r server; read -r token; read -r authority; read -r namespace; } <<<"$settings"$'\n'
case $server in
  */clusters/*) ;;
  *) echo "Error: this istioctl works with sandbox clusters only; for $server install the real one." >&2; exit 1 ;;
esac

# Arguments, and what the command reads: what -f names, or any operand of commands that take files.
form=(--form-string "namespace=$namespace")
send() {
  if [ "$1" = - ]; then
    [ -e "$scratch/input" ] || cat >"$scratch/input"
    form+=(--form "file=@\"$scratch/input\";filename=\"-\"")
  elif [ -f "$1" ]; then form+=(--form "file=@\"$1\";filename=\"$1\"")
  elif [ -p "$1" ]; then
    local copy
    copy=$(mktemp -p "$scratch") && cat "$1" >"$copy"
    form+=(--form "file=@\"$copy\";filename=\"$1\"")
  elif [ -d "$1" ]; then
    # A slash at the end says that there is such a directory, even an empty one.
    form+=(--form "file=;filename=\"${1%/}/\"")
    local file
    while IFS= read -r -d '' file; do
      # Of what is no manifest the name is enough.
      case $file in
        *.yaml | *.yml | *.json) form+=(--form "file=@\"$file\";filename=\"$file\"") ;;
        *) form+=(--form "file=;filename=\"$file\"") ;;
      esac
    done < <(find "${1%/}/" ! -type d -print0)
  fi
}
reads=
case ${1:-} in analyze | validate | v) reads=yes ;; esac
last=
for arg in "$@"; do
  form+=(--form-string "arg=$arg")
  value=
  case $arg in
    --filename=* | --file=* | -f=* | --meshConfigFile=*) value=${arg#*=} ;;
    -f?*) value=${arg#-f} ;;
    *) case $last in -f | --filename | --file) value=$arg ;; *) [ -n "$reads" ] && value=$arg ;; esac ;;
  esac
  IFS=, read -ra names <<<"$value"
  for name in ${names[@]+"${names[@]}"}; do send "$name"; done
  last=$arg
done

code=1
forward=
while :; do
  asked=
  while IFS= read -r line; do
    case $line in
      1*) printf '%s\n' "${line:1}" ;;
      2*) printf '%s\n' "${line:1}" >&2 ;;
      f*) forward=${line:1} ;;
      q*) asked=yes; printf '%s ' "${line:1}" ;;
      x*) code=${line:1} ;;
    esac
  done < <(curl --silent --show-error --no-buffer --cacert <(base64 -d <<<"$authority") -H "Authorization: Bearer $token" "${form[@]}" "$server/sandbox/istioctl")
  [ -n "$asked" ] || break
  answer=
  IFS= read -r answer || echo
  form+=(--form-string "answer=$answer")
done
if [ -n "$forward" ]; then
  read -r namespace pod ports <<<"$forward"
  rm -rf "$scratch"
  trap - EXIT
  exec kubectl ${where[@]+"${where[@]}"} port-forward -n "$namespace" "pod/$pod" "$ports" >/dev/null
fi
exit "$code"

# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# Requests to the services, and their answers' fields.
status=0 body=''
declare -A json=()

# request METHOD URL [curl's options…] → `status` (0: no answer) and `body`
request() {
  local method=$1 url=$2 reply
  shift 2
  if reply=$(curl -s -m 15 -X "$method" -w '\n%{http_code}' "$@" "$url" 2>/dev/null); then
    status=${reply##*$'\n'} body=${reply%$'\n'*}
  else
    status=0 body=''
  fi
}

# Fills `json` with the paths of `body`: ${json[user.user_id]}
parse_body() {
  local path value
  json=()
  while IFS=$'\t' read -r path value; do [[ -z $path ]] || json[$path]=$value; done \
    < <(printf '%s' "$body" | tools/json_paths 2>/dev/null)
}

# RecoEngine wants the services' token in production, and from callers that are not on its own machine.
reco_options() {
  [[ -z ${SERVICE_TOKEN:-} ]] || printf '%s\n' -H "Authorization: Bearer $SERVICE_TOKEN"
}
request_reco() {
  local method=$1 path=$2 options
  shift 2
  mapfile -t options < <(reco_options)
  request "$method" "$(url_of reco)$path" "${options[@]}" "$@"
}

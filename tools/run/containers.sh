# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# The services as containers, by whichever Compose there is. var/run/compose says that they run so.
readonly compose_marker=var/run/compose
readonly development_token=development-only-service-token-not-a-secret

runs_in_containers() { [[ -f $compose_marker ]]; }

find_compose() {
  if [[ -n ${COMPOSE:-} ]]; then read -ra compose <<<"$COMPOSE"
  elif docker compose version >/dev/null 2>&1; then compose=(docker compose)
  elif type -P docker-compose >/dev/null; then compose=(docker-compose)
  elif type -P podman-compose >/dev/null; then compose=(podman-compose)
  else die "no Compose here: install docker compose, docker-compose or podman-compose (or set COMPOSE)"; fi
}

use_containers() {
  find_compose
  # profiles by the environment: not every Compose knows the option
  export COMPOSE_PROFILES=backend
  # to the containers, this machine is another one
  export SERVICE_TOKEN=${SERVICE_TOKEN:-$development_token}
}

start_containers() {
  local service
  use_containers
  title "Containers (${compose[*]})"
  for service in "${services[@]}"; do
    pid_of "$service" >/dev/null && die "$(title_of "$service") runs outside containers; ./run.sh stop ends it"
  done
  # Without --no-deps the cluster would be started too, which this release does not use yet. (podman-compose before
  # 1.0.4 tries all the same, and goes on without it.)
  "${compose[@]}" build reco-api quickmart-backend
  mkdir -p var/run
  echo "${compose[*]}" >"$compose_marker"
  for service in reco quickmart; do
    "${compose[@]}" up -d --no-deps "$(container_of "$service")"
    wait_for_container "$service"
  done
}

container_of() { case $1 in reco) echo reco-api ;; quickmart) echo quickmart-backend ;; esac }

wait_for_container() {
  for ((i = 0; i < 300; ++i)); do
    if is_ready "$1"; then end_fleeting; good "$(title_of "$1") is ready on $(url_of "$1")"; return; fi
    fleeting "$(title_of "$1") starts"
    sleep 0.1
  done
  end_fleeting
  "${compose[@]}" logs "$(container_of "$1")" 2>&1 | tail -n 10 >&2
  die "$(title_of "$1") is not ready after 30 s"
}

stop_containers() {
  use_containers
  title "Containers (${compose[*]})"
  "${compose[@]}" down
  rm -f "$compose_marker"
}

container_status() { use_containers; "${compose[@]}" ps; }

container_logs() {
  local names=() service follow=()
  use_containers
  for service in "$@"; do names+=("$(container_of "$service")"); done
  ((!interactive)) || follow=(-f)
  exec "${compose[@]}" logs "${follow[@]}" "${names[@]}"
}

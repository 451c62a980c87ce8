#!/usr/bin/env bash
# QuickMart from one place: `./run.sh start` builds and starts everything, `./run.sh help` lists the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for part in terminal http services build walk containers check; do
  # shellcheck source=/dev/null
  source "tools/run/$part.sh"
done

show_help() {
  cat <<'TEXT'
QuickMart: a shop, and the engine that keeps its customers.

  ./run.sh COMMAND [OPTIONS]

  start [--yes] [--docker]   install what is missing, build, start both services, walk the loop once
  stop                       stop both services; requests in flight finish
  restart                    stop, then start
  status                     what runs: pid, port, health, uptime, memory, version, model
  test                       health checks and a smoke walk on the running services
  logs [SERVICE]             the services' logs; followed in a terminal
  db                         the store: namespaces, sets, records, bytes

  infra                      the shared store alone
  reco                       RecoEngine alone
  quickmart                  QuickMart's backend alone
  payments                   the payment sandbox, which nothing else starts (PAYMENT_GATEWAY_URL leads to it)
  train [OPTIONS]            generate data, train a model, compare it with the champion (see reco-train --help);
                             then judge the way of training on real customers, where EVALUATION_DATA or
                             ../shared/data/online_retail_ii.csv.gz is there
  train evaluate [OPTIONS]   that judgement alone (OPTIONS: see reco-train evaluate --help)
  train simulate [OPTIONS]   what simulated customers did, event by event, into the RecoEngine that runs here or
                             a file (--out FILE; OPTIONS: see reco-train simulate --help)
  train import [OPTIONS]     the same of the real customers of a public dataset (see reco-train import --help)

  check [--preset NAME] [--only NAME]   build and run all tests; presets: release, dev, asan, tsan
  bench [NAME…]              the benchmarks, each beside its yardstick
  chaos [OPTIONS]            customers buy while processes are killed, then an audit (OPTIONS: chaos --help)

SERVICE is reco or quickmart. --yes installs Debian packages without asking; --docker uses containers.

Environment: RECO_PORT (8000), SHOP_PORT (3010), PAYMENTS_PORT (3020), NODE_ENV, JWT_SECRET, SERVICE_TOKEN,
AEROSPIKE_HOST, … are passed on;
`build/release/bin/reco-engine --help` and `build/release/bin/quickmart-backend --help` list them all.
NO_COLOR turns colours off.
What the services keep lies in var/: data, logs, pids.
TEXT
}

read_start_options() {
  yes=() docker=0
  for option in "$@"; do
    case $option in
      -y | --yes) yes=(--yes) ;;
      --docker) docker=1 ;;
      *) die "start: there is no option «$option»; see ./run.sh help" ;;
    esac
  done
}

# Programs, built anew where sources changed.
prepare() {
  tools/bootstrap "${yes[@]}" build test
  build release "$@"
}

start() {
  read_start_options "$@"
  if ((docker)); then start_containers; walk_loop; return; fi
  runs_in_containers && die "containers are running; ./run.sh stop ends them"
  prepare quickmart-backend reco-engine reco-train
  infra
  title "Services"
  start_service reco
  start_service quickmart
  wait_until_ready reco
  wait_until_ready quickmart
  walk_loop
}

start_one() {
  local service=$1
  shift
  read_start_options "$@"
  ((!docker)) || die "--docker starts everything: ./run.sh start --docker"
  prepare "$(program_of "$service")"
  title "Services"
  start_service "$service"
  wait_until_ready "$service"
}

stop() {
  if runs_in_containers; then stop_containers; return; fi
  title "Services"
  # The shop first: while it drains, RecoEngine still answers it.
  stop_service quickmart
  stop_service reco
  if pid_of payments >/dev/null; then stop_service payments; fi
}

infra() {
  title "Store"
  if [[ -n ${AEROSPIKE_HOST:-} ]]; then
    good "the Aerospike cluster at $AEROSPIKE_HOST (logs under $(data_dir))"
  else
    good "embedded: no server is needed; data under $(data_dir)"
  fi
}

readonly dataset_beside=../shared/data/online_retail_ii.csv.gz

evaluate() {
  [[ -n ${EVALUATION_DATA:-} || ! -f $dataset_beside ]] || export EVALUATION_DATA=$dataset_beside
  build/release/bin/reco-train evaluate "$@"
}

# simulate | import, and its options
tell_events() {
  [[ -n ${IMPORT_DATA:-} || ! -f $dataset_beside ]] || export IMPORT_DATA=$dataset_beside
  case " $* " in
    *' --out'* | *' --url'* | *' --help '* | *' -h '*) build/release/bin/reco-train "$@"; return ;;
  esac
  is_up reco || die "RecoEngine does not answer on port $(port_of reco); start it with ./run.sh reco, or say --out FILE"
  build/release/bin/reco-train "$1" --url "$(url_of reco)" "${@:2}"
}

train() {
  prepare reco-train
  if [[ ${1:-} == evaluate ]]; then evaluate "${@:2}"; return; fi
  if [[ ${1:-} == simulate || ${1:-} == import ]]; then tell_events "$@"; return; fi
  if [[ " $* " == *" --help "* || " $* " == *" -h "* ]]; then build/release/bin/reco-train --help; return; fi
  is_up reco || die "RecoEngine does not answer on port $(port_of reco); start it with ./run.sh reco"
  title "Training"
  local ended=0
  build/release/bin/reco-train --url "$(url_of reco)" "$@" || ended=$?
  ((ended == 0 || ended == 3)) || return "$ended"  # 3: trained, and refused by a gate
  title "The way of training, judged on real customers"
  if [[ -n ${EVALUATION_DATA:-} || -f $dataset_beside ]]; then
    evaluate
  else
    note "no dataset is at hand; README.md says where to get one, EVALUATION_DATA names it"
  fi
  return "$ended"
}

bench() {
  tools/bootstrap build bench
  build_options+=(-D QM_BENCH=ON)
  build release bench_programs quickmart-backend reco-engine
  exec bench/run "$@"
}

chaos() {
  tools/bootstrap build test
  build_options+=(-D QM_TESTS=ON)
  build release chaos
  exec build/release/bin/chaos "$@"
}

runs_in_containers && use_containers
command=${1:-help}
shift || true
yes=() docker=0
case $command in
  start) start "$@" ;;
  stop) stop ;;
  restart) stop; start "$@" ;;
  status) show_status ;;
  test) smoke_test ;;
  infra) infra ;;
  reco | quickmart | payments) start_one "$command" "$@" ;;
  train) train "$@" ;;
  logs) show_logs "$@" ;;
  db) show_store ;;
  check) check "$@" ;;
  bench) bench "$@" ;;
  chaos) chaos "$@" ;;
  help | -h | --help) show_help ;;
  *) say_error "there is no command «$command»."; show_help >&2; exit 2 ;;
esac

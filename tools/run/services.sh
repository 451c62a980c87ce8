# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# The two services as processes of this machine. var/run/NAME.pid holds «PID START», where START is the process's start
# time in the kernel's ticks: with it a pid that was given to another process since is never mistaken for ours.
readonly services=(reco quickmart)
readonly drain_timeout_s=15

program_of() {
  case $1 in reco) echo reco-engine ;; quickmart) echo quickmart-backend ;; payments) echo payment-sandbox ;; esac
}
title_of() {
  case $1 in reco) echo RecoEngine ;; quickmart) echo 'QuickMart backend' ;; payments) echo 'Payment sandbox' ;; esac
}
port_of() {
  case $1 in
    reco) echo "${RECO_PORT:-8000}" ;;
    quickmart) echo "${SHOP_PORT:-3010}" ;;
    payments) echo "${PAYMENTS_PORT:-3020}" ;;
  esac
}
url_of() { echo "http://localhost:$(port_of "$1")"; }
data_dir() { echo "var"; }
pid_file() { echo "var/run/$1.pid"; }
log_file() { echo "var/log/$1.log"; }
binary_of() { echo "$PWD/build/release/bin/$(program_of "$1")"; }

start_ticks() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  # the name in brackets may hold spaces; field 22 is the 20th after it
  read -ra stat <<<"${stat##*) }"
  echo "${stat[19]}"
}

# pid_of NAME → the pid when the recorded process still runs
pid_of() {
  local pid start
  read -r pid start 2>/dev/null <"$(pid_file "$1")" || return 1
  [[ $pid =~ ^[0-9]+$ && -n $start && $(start_ticks "$pid") == "$start" ]] || return 1
  echo "$pid"
}

is_up() { [[ $(curl -s -m 2 -o /dev/null -w '%{http_code}' "$(url_of "$1")/health/live" 2>/dev/null) == 200 ]]; }
is_ready() { [[ $(curl -s -m 2 -o /dev/null -w '%{http_code}' "$(url_of "$1")/health/ready" 2>/dev/null) == 200 ]]; }

# port_holder PORT → «NAME (pid N)» of the process that listens there, nothing when nobody does
port_holder() {
  local hex inode fd pid
  hex=$(printf '%04X' "$1")
  inode=$(awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10; exit }' \
    /proc/net/tcp /proc/net/tcp6 2>/dev/null) || true
  [[ -n $inode ]] || return 0
  fd=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2>/dev/null) || true
  pid=${fd#/proc/} pid=${pid%%/*}
  if [[ -n $pid ]]; then echo "$(<"/proc/$pid/comm") (pid $pid)"; else echo "a process of another user"; fi
}

arguments_of() {
  printf '%s\n' --port "$(port_of "$1")" --data-dir "$(data_dir)/$1"
  case $1 in
    reco) [[ -n ${QUICKMART_API_URL:-} ]] || printf '%s\n' --quickmart-api-url "$(url_of quickmart)" ;;
    quickmart) [[ -n ${RECO_ENGINE_URL:-} ]] || printf '%s\n' --reco-engine-url "$(url_of reco)" ;;
    payments)
      printf '%s\n' --aerospike-host ''  # its books are its own, also where the services have a cluster
      [[ -n ${PAYMENT_WEBHOOK_URL:-} ]] ||
        printf '%s\n' --webhook-url "$(url_of quickmart)/api/payments/webhooks/sandbox"
      ;;
  esac
}

start_service() {
  local service=$1 pid holder arguments log binary
  binary=$(binary_of "$service") log=$(log_file "$service")
  if pid=$(pid_of "$service"); then
    if [[ $(readlink "/proc/$pid/exe") == "$binary" ]]; then
      good "$(title_of "$service") runs already (pid $pid)"
    else
      warn "$(title_of "$service") runs already (pid $pid), but from an older build; ./run.sh restart takes the new one"
    fi
    return
  fi
  holder=$(port_holder "$(port_of "$service")")
  [[ -z $holder ]] ||
    die "port $(port_of "$service") is held by $holder; end it, or choose another with ${port_variable[$service]}=…"
  [[ -x $binary ]] || die "$binary is not built"
  mkdir -p var/run var/log "$(data_dir)/$service"
  if [[ -f $log && $(stat -c %s "$log") -gt 16777216 ]]; then mv "$log" "$log.1"; fi
  mapfile -t arguments < <(arguments_of "$service")
  # A session of its own, so that Ctrl-C in this terminal does not reach it; no descriptor of ours kept open.
  setsid "$binary" "${arguments[@]}" </dev/null >>"$log" 2>&1 9>&- &
  pid=$!
  echo "$pid $(start_ticks "$pid" || true)" >"$(pid_file "$service")"
}
declare -rA port_variable=([reco]=RECO_PORT [quickmart]=SHOP_PORT [payments]=PAYMENTS_PORT)

wait_until_ready() {
  local service=$1 pid
  for ((i = 0; i < 600; ++i)); do
    if is_ready "$service"; then
      end_fleeting
      good "$(title_of "$service") is ready on $(url_of "$service")"
      return
    fi
    if ! pid=$(pid_of "$service"); then
      end_fleeting
      tail -n 5 "$(log_file "$service")" >&2
      die "$(title_of "$service") ended; its last words stand above, all of them in $(log_file "$service")"
    fi
    fleeting "$(title_of "$service") starts (pid $pid)"
    sleep 0.05
  done
  end_fleeting
  die "$(title_of "$service") is not ready after 30 s; see $(log_file "$service")"
}

stop_service() {
  local service=$1 pid
  if ! pid=$(pid_of "$service"); then
    rm -f "$(pid_file "$service")"
    good "$(title_of "$service") is not running"
    return
  fi
  kill -TERM "$pid" 2>/dev/null || true
  for ((i = 0; i < drain_timeout_s * 20; ++i)); do
    if ! pid_of "$service" >/dev/null; then
      end_fleeting
      good "$(title_of "$service") has stopped (pid $pid)"
      rm -f "$(pid_file "$service")"
      return
    fi
    fleeting "$(title_of "$service") finishes its requests (pid $pid)"
    sleep 0.05
  done
  end_fleeting
  pid_of "$service" >/dev/null && kill -KILL "$pid"
  rm -f "$(pid_file "$service")"
  warn "$(title_of "$service") did not stop within $drain_timeout_s s and was killed (pid $pid)"
}

print_duration() {
  local s=$1
  if ((s < 60)); then echo "${s} s"
  elif ((s < 3600)); then echo "$((s / 60)) min"
  elif ((s < 86400)); then echo "$((s / 3600)) h $((s % 3600 / 60)) min"
  else echo "$((s / 86400)) d $((s % 86400 / 3600)) h"; fi
}

uptime_s() {
  local now
  read -r now _ </proc/uptime
  echo "$((${now%.*} - $(start_ticks "$1") / $(getconf CLK_TCK)))"
}

resident_mb() { awk '/^VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$1/status" 2>/dev/null; }

show_status() {
  local service pid uptime memory health version model all_run=0
  runs_in_containers && { container_status; return; }
  printf '%s%-18s %-8s %-6s %-10s %-12s %-8s %-10s %s%s\n' \
    "$bold" SERVICE PID PORT HEALTH UPTIME MEMORY VERSION MODEL "$plain"
  for service in "${services[@]}"; do
    pid=- uptime=- memory=- version=- model=- health=stopped
    if pid=$(pid_of "$service"); then
      uptime=$(print_duration "$(uptime_s "$pid")")
      memory=$(resident_mb "$pid")
      request GET "$(url_of "$service")/health"
      parse_body
      health=${json[status]:-no answer} version=${json[version]:-}
      model=${json[model.model_version]:--}
      [[ $health == healthy ]] || all_run=1
      if [[ -z $version ]]; then request GET "$(url_of "$service")/"; parse_body; version=${json[version]:--}; fi
    else
      pid=- all_run=3
      is_up "$service" && health='not ours'
    fi
    printf '%-18s %-8s %-6s %-10s %-12s %-8s %-10s %s\n' "$(title_of "$service")" "$pid" "$(port_of "$service")" \
      "$health" "$uptime" "$memory" "$version" "$model"
  done
  return "$all_run"
}

show_logs() {
  local follow=() files=() service
  case ${1:-} in
    '') set -- "${services[@]}" ;;
    reco | reco-engine | reco-api) set -- reco ;;
    quickmart | quickmart-backend) set -- quickmart ;;
    payments | payment-sandbox) set -- payments ;;
    *) die "there is no service «$1»; known: ${services[*]}" ;;
  esac
  if runs_in_containers; then container_logs "$@"; return; fi
  for service in "$@"; do [[ ! -f $(log_file "$service") ]] || files+=("$(log_file "$service")"); done
  ((${#files[@]})) || die "there are no logs yet; ./run.sh start makes some"
  ((!interactive)) || follow=(-F)
  exec tail -n 100 "${follow[@]}" "${files[@]}"
}

print_bytes() {
  awk -v n="$1" 'BEGIN { split("B kB MB GB TB", unit); for (i = 1; n >= 1000 && i < 5; ++i) n /= 1000
                         printf i == 1 ? "%d %s" : "%.1f %s", n, unit[i] }'
}

# Engine-independent: the services count what they keep and say so among their metrics.
show_store() {
  local service engine any=0 rows
  printf '%s%-16s %-22s %12s %12s%s\n' "$bold" NAMESPACE SET RECORDS BYTES "$plain"
  for service in "${services[@]}"; do
    request GET "$(url_of "$service")/metrics"
    if [[ $status != 200 ]]; then
      warn "$(title_of "$service") does not answer; ./run.sh start starts it"
      any=1
      continue
    fi
    # one line a set: namespace, set, records, bytes
    rows=$(printf '%s\n' "$body" | awk '
      function label(name,   found) {
        if (!match($0, name "=\"[^\"]*\"")) return "-"
        found = substr($0, RSTART, RLENGTH)
        return substr(found, length(name) + 3, length(found) - length(name) - 3)
      }
      /^qm_store_(records|bytes)\{/ {
        key = label("namespace") "\t" label("set")
        if (!(key in seen)) { seen[key] = 1; order[++count] = key }
        if ($1 ~ /^qm_store_records/) records[key] = $NF; else bytes[key] = $NF
      }
      END { for (i = 1; i <= count; ++i) print order[i] "\t" records[order[i]] + 0 "\t" bytes[order[i]] + 0 }' | sort)
    while IFS=$'\t' read -r name_space set records bytes; do
      [[ -z $name_space ]] ||
        printf '%-16s %-22s %12.0f %12s\n' "$name_space" "$set" "$records" "$(print_bytes "$bytes")"
    done <<<"$rows"
    if [[ -d $(data_dir)/$service ]] && ! runs_in_containers; then
      engine=$(du -sb "$(data_dir)/$service" | cut -f 1)
      note "$(title_of "$service"): $(print_bytes "$engine") on disk in $(data_dir)/$service"
    fi
  done
  return "$any"
}

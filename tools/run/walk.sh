# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# The loop that the project is for, once through real requests: login, prediction, nudge, coupon.
readonly demo_email=demo@quickmart.com demo_password=demo
readonly demo_user=user_005
token=''

shop_request() {
  local method=$1 path=$2
  shift 2
  request "$method" "$(url_of quickmart)$path" ${token:+-H "Authorization: Bearer $token"} "$@"
}

# → whether the sign-in worked; `token`, and `json` with the answer
sign_in_demo() {
  token=''
  shop_request POST /api/auth/login -H 'Content-Type: application/json' \
    -d "{\"email\":\"$demo_email\",\"password\":\"$demo_password\"}"
  parse_body
  token=${json[access_token]:-}
  [[ $status == 200 && -n $token ]]
}

# A first start trains its model in the background.
# What the shop knows of its customers reaches RecoEngine by jobs, a moment after both are up.
wait_for_features() {
  for ((i = 0; i < 300; ++i)); do
    request_reco GET "/nudge/test/$demo_user"
    [[ $status != 200 ]] || { end_fleeting; return 0; }
    fleeting "RecoEngine learns of the shop's customers"
    sleep 0.1
  done
  end_fleeting
  return 1
}

wait_for_model() {
  local progress
  for ((i = 0; i < 900; ++i)); do
    request_reco GET /health
    parse_body
    if [[ ${json[model.model_loaded]:-} == true ]]; then end_fleeting; return 0; fi
    if ((i % 5 == 0)); then
      request_reco GET /train/status
      parse_body
      progress=$(awk -v p="${json[progress]:-0}" 'BEGIN { printf "%d", p * 100 }')
      fleeting "RecoEngine trains its first model: $progress %"
      ((interactive || i)) || note "RecoEngine trains its first model"
      [[ ${json[state]:-} != failed ]] || break
    fi
    sleep 0.2
  done
  end_fleeting
  return 1
}

# → `coupon_path` in `json`, the coupon that a nudge brought: «0», «1», …
find_nudge_coupon() {
  shop_request GET "$1"
  parse_body
  for ((coupon_path = 0; ; ++coupon_path)); do
    [[ -n ${json[$coupon_path.user_coupon.user_coupon_id]:-} ]] || return 1
    [[ ${json[$coupon_path.user_coupon.source]} != nudge ]] || return 0
  done
}

describe_coupon() {
  local at=$coupon_path.coupon value
  value=${json[$at.discount_value]:-?}
  case ${json[$at.discount_type]:-} in
    percentage) value="${value%.0*} % off" ;;
    free_shipping) value='free shipping' ;;
    *) value="$value off" ;;
  esac
  printf '%s%s%s  %s' "$bold$green" "${json[$at.code]:-?}" "$plain" "$value"
  [[ -z ${json[$at.valid_until]:-} ]] || printf '  %suntil %s%s' "$dim" "${json[$at.valid_until]%%T*}" "$plain"
}

print_prediction() {
  local segment probability colour i
  segment=${json[risk_segment]:-?} probability=${json[churn_probability]:-0}
  case $segment in critical | high) colour=$red ;; medium) colour=$yellow ;; *) colour=$green ;; esac
  row risk "$colour$(bar "$probability")$plain  $bold$(printf '%.2f' "$probability")$plain  $segment"
  for ((i = 0; i < 5; ++i)); do
    [[ -n ${json[explanations.$i.reason]:-} ]] || break
    row "$( ((i)) || echo because)" "$(printf '%+.2f  %s  %s' "${json[explanations.$i.contribution]}" \
      "${json[explanations.$i.text]}" "$dim${json[explanations.$i.reason]}$plain")"
  done
  row model "${json[model_version]:-?}"
}

print_nudges() {
  local i
  [[ -n ${json[nudge_rule_matched]:-} ]] ||
    { row rule 'none matched: nudges go to customers at high or critical risk'; return; }
  row rule "${json[nudge_rule_matched]}"
  for ((i = 0; i < 10; ++i)); do
    [[ -n ${json[nudges_triggered.$i.type]:-} ]] || break
    row "$( ((i)) || echo nudges)" "${json[nudges_triggered.$i.type]} by ${json[nudges_triggered.$i.channel]}"
  done
}

walk_loop() {
  local asked asked_at user since came coupon=''
  title "The loop, once"
  if [[ ${NODE_ENV:-development} == production ]]; then
    note "Production has no demo customer: nothing to walk."
    print_addresses
    return
  fi
  wait_for_model || die "RecoEngine has no model; see $(log_file reco)"
  wait_for_features || die "RecoEngine knows nothing of $demo_user; see $(log_file quickmart)"
  asked=$(now_ms) asked_at=$(date -u +%FT%T)
  sign_in_demo || die "$demo_email could not sign in: the shop answered $status $body"
  user=${json[user.user_id]}
  row customer "$demo_email ($user) signs in"
  for ((i = 0; i < 200; ++i)); do
    if find_nudge_coupon /api/coupons/user; then
      coupon=$(describe_coupon) since=${json[$coupon_path.user_coupon.assigned_at]:-}
      if [[ $since < $asked_at ]]; then
        came="there since ${since%%.*}"
      else
        came="in the list $(($(now_ms) - asked)) ms after signing in began"
      fi
      break
    fi
    # It may have been spent since an earlier walk.
    if ((i % 20 == 0)) && find_nudge_coupon /api/coupons/history; then
      coupon=$(describe_coupon) came='spent already'
      break
    fi
    fleeting "waiting for the personal coupon"
    sleep 0.05
  done
  end_fleeting
  request_reco POST "/predict/$user"
  [[ $status == 200 ]] || die "RecoEngine could not score $user: $status $body"
  parse_body
  print_prediction
  print_nudges
  [[ -n $coupon ]] || die "no coupon came within 10 s; see $(log_file quickmart) and $(log_file reco)"
  row coupon "$coupon  $dim($came)$plain"
  print_addresses
}

print_addresses() {
  title Open
  row shop "$(url_of quickmart)/docs   the API, to try out"
  row '' "$(url_of quickmart)/api/products"
  row engine "$(url_of reco)/docs"
  row '' "$(url_of reco)/monitoring"
  row try "./run.sh status   ./run.sh test   ./run.sh logs   ./run.sh stop"
  echo
}

# --- ./run.sh test ---------------------------------------------------------------------------------------------------
passed=0 failed=0
# expect WHAT STATUS [PATH [VALUE]]: of the last request, its status and a field of its body
expect() {
  local what=$1 wanted=$2 path=${3:-} value=${4:-} found
  if [[ $status != "$wanted" ]]; then
    bad "$what: answered $status instead of $wanted"
    failed=$((failed + 1))
    return
  fi
  if [[ -n $path ]]; then
    parse_body
    found=${json[$path]:-}
    if [[ -z $found || (-n $value && $found != "$value") ]]; then
      bad "$what: $path is «$found»${value:+ instead of «$value»}"
      failed=$((failed + 1))
      return
    fi
  fi
  good "$what"
  passed=$((passed + 1))
}

smoke_test() {
  local service json_type=(-H 'Content-Type: application/json') page
  for service in "${services[@]}"; do
    title "$(title_of "$service"), $(url_of "$service")"
    request GET "$(url_of "$service")/health/live"; expect "lives" 200
    request GET "$(url_of "$service")/health/ready"; expect "is ready" 200
    request GET "$(url_of "$service")/health"; expect "is healthy" 200 status healthy
    request GET "$(url_of "$service")/metrics"; expect "tells its metrics" 200
    for page in / /openapi.json /docs; do
      if [[ $service == reco ]]; then request_reco GET "$page"; else request GET "$(url_of "$service")$page"; fi
      expect "serves $page" 200
    done
  done

  title "RecoEngine's work"
  request_reco POST /ingest/profile "${json_type[@]}" \
    -d '{"user_id":"test_001","acc_age_days":365,"loyalty_tier":"gold"}'
  expect "takes in a profile" 200 status success
  request_reco POST /ingest/profile "${json_type[@]}" -d '{"user_id":"test_001","acc_age_days":"old"}'
  expect "refuses a feature of the wrong type" 422
  request_reco POST /predict/test_001; expect "scores a customer" 200 churn_probability
  request_reco POST /predict/nobody_knows_me; expect "knows whom it does not know" 404
  request_reco GET /nudge/rules; expect "lists its rules" 200 rules.0.rule_id
  request_reco GET /train/status; expect "says how its training stands" 200
  request_reco GET /monitoring; expect "measures itself" 200 api_performance.total_requests

  title "The shop's work"
  token=''
  shop_request GET /api/products; expect "lists products" 200 products.0.product_id
  shop_request GET /api/coupons/available; expect "lists coupons" 200 0.code
  shop_request GET /api/products/no_such_product; expect "knows what it does not sell" 404
  shop_request GET /api/coupons/user; expect "keeps personal coupons from strangers" 401
  shop_request POST /api/coupons/internal/assign-nudge-coupon "${json_type[@]}" -d '{}'
  expect "keeps internal routes from strangers" 401
  if [[ ${NODE_ENV:-development} != production ]]; then
    shop_request POST /api/auth/login "${json_type[@]}" -d '{"email":"nobody@example.com","password":"wrong"}'
    expect "refuses a wrong password" 401
    sign_in_demo || true
    expect "signs a customer in" 200 user.user_id user_005
    for ((i = 0; i < 100; ++i)); do ! find_nudge_coupon /api/coupons/user || break; sleep 0.05; done
    expect "brings a personal coupon to a customer at risk" 200 0.coupon.code
    shop_request GET /api/auth/profile; expect "knows its customer" 200 email "$demo_email"
    shop_request POST /api/auth/logout; expect "signs a customer out" 200 message
  fi
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  ((failed == 0))
}

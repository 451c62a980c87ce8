# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# ./run.sh check: everything built, every test run, one closing line that counts GoogleTest's cases and the tests
# that are programs of another kind (fuzz targets, tidy) as one each.

check() {
  local preset=release only=() reports junit code=0 jobs
  while (($#)); do
    case $1 in
      --preset) preset=${2:?--preset needs a name}; shift ;;
      --only) only=(-R "${2:?--only needs a name}"); shift ;;
      -y | --yes) yes=(--yes) ;;
      *) die "check: there is no option «$1»; see ./run.sh help" ;;
    esac
    shift
  done
  case $preset in
    release | dev | asan | tsan) ;;
    *) die "there is no preset «$preset»; known: release dev asan tsan" ;;
  esac
  tools/bootstrap "${yes[@]}" build test fuzz
  build_options=(-D QM_TESTS=ON)
  # clang builds the fuzz targets itself, sanitizers included
  case $preset in release | dev) build_options+=(-D QM_FUZZ=ON) ;; *) build_options+=(-D QM_FUZZ=OFF) ;; esac
  build "$preset"

  title "Tests ($preset)"
  reports=$PWD/build/$preset/reports junit=$PWD/build/$preset/reports/ctest.junit
  rm -rf "$reports"
  mkdir -p "$reports"
  jobs=$(nproc)
  # Each GoogleTest program leaves its report beside the others', named after itself.
  GTEST_OUTPUT="xml:$reports/" ctest --test-dir "build/$preset" --output-on-failure --output-junit "$junit" \
    -j "$jobs" "${only[@]}" </dev/null || code=$?
  echo
  if [[ -z ${AEROSPIKE_TEST_HOST:-} ]] && grep -q '"aerospike_' "$junit" 2>/dev/null; then
    echo "Skipped: the tests on an Aerospike cluster; AEROSPIKE_TEST_HOST (host[:port]) names one that they may empty."
  fi
  count_results "$reports" "$junit" || code=1
  return "$code"
}

attribute() { sed -n "s/.* $1=\"\([^\"]*\)\".*/\1/p;q" <<<"$2"; }

# Prints «N passed, N failed»; → 1 when anything failed or nothing ran.
count_results() {
  local reports=$1 junit=$2 line name outcome head tests failures
  local all_passed=0 all_failed=0 all_skipped=0 skipped
  while IFS= read -r line; do
    name=$(attribute name "$line") outcome=$(attribute status "$line")
    if [[ ! -f $reports/$name.xml ]]; then
      case $outcome in
        run) tests=1 failures=0 skipped=0 ;;
        disabled) tests=0 failures=0 skipped=1 ;;
        notrun)
          tests=1 failures=1 skipped=0
          if grep -A 1 -F "name=\"$name\"" "$junit" | grep -q SKIP_REGULAR_EXPRESSION; then
            tests=0 failures=0 skipped=1
          fi
          ;;
        *) tests=1 failures=1 skipped=0 ;;  # failed, or could not be run
      esac
    else
      head=$(grep -m 1 '<testsuites ' "$reports/$name.xml")
      tests=$(attribute tests "$head") failures=$(($(attribute failures "$head") + $(attribute errors "$head")))
      skipped=$(grep -c 'result="skipped"' "$reports/$name.xml") || true
      # the program skipped all of itself, and its report says of the cases only that there are some
      [[ $outcome != notrun ]] || skipped=$tests
      tests=$((tests - skipped - $(attribute disabled "$head")))
      # every case well, yet the program not: a leak, a race, a time-out
      if [[ $outcome == fail ]] && ((failures == 0)); then tests=$((tests + 1)) failures=1; fi
    fi
    all_passed=$((all_passed + tests - failures)) all_failed=$((all_failed + failures))
    all_skipped=$((all_skipped + skipped))
  done < <(grep '<testcase ' "$junit" 2>/dev/null)
  printf '%d passed, %d failed' "$all_passed" "$all_failed"
  ((all_skipped == 0)) || printf ', %d skipped' "$all_skipped"
  echo
  ((all_failed == 0 && all_passed > 0))
}

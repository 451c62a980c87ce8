# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# build PRESET [TARGET…]: configures once, builds with a progress that shows, and prints nothing when all is fresh.
# BUILD_OPTIONS, an array, is added to CMake's arguments and makes it configure anew.
build_options=()

build() {
  local preset=$1 started log
  shift
  mkdir -p build
  log=build/$preset.log
  exec 9>"build/$preset.lock"
  if ! flock -n 9; then
    note "waiting for another build of the same kind to end"
    flock 9
  fi
  if [[ ! -f build/$preset/build.ninja ]] || ((${#build_options[@]})); then
    fleeting "Configuring ($preset)"
    cmake --preset "$preset" "${build_options[@]}" >"$log" 2>&1 9>&- ||
      { end_fleeting; tail -n 25 "$log" >&2; die "the build could not be configured; all of it in $log"; }
    end_fleeting
  fi
  title "Build ($preset)"
  started=$SECONDS
  if ((interactive)); then
    NINJA_STATUS="  [%f/%t] " ninja -C "build/$preset" "$@" 9>&- || die "the build failed"
  else
    ninja -C "build/$preset" "$@" 9>&- 2>&1 | show_tenths || die "the build failed"
  fi
  flock -u 9
  good "up to date after $((SECONDS - started)) s"
}

# Ninja's lines for a pipe: every tenth of the way, and whatever is not progress.
show_tenths() {
  local line finished all tenth shown=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
      finished=${BASH_REMATCH[1]} all=${BASH_REMATCH[2]}
      tenth=$((finished * 10 / all))
      ((tenth <= shown)) || printf '  %3d %%  (%d of %d)\n' $((tenth * 10)) "$finished" "$all"
      ((tenth <= shown)) || shown=$tenth
    elif [[ $line != 'ninja: '* || $line == *error* || $line == *stopped* || $line == *fatal* ]]; then
      printf '%s\n' "$line"
    fi
  done
}

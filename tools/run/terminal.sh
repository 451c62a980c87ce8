# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034  # the parts of run.sh share their variables
# What run.sh prints: colours and moving lines in a terminal, plain lines in a pipe.
bold='' dim='' red='' green='' yellow='' blue='' plain='' interactive=0
if [[ -t 1 ]]; then
  interactive=1
  if [[ -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' blue=$'\e[36m' plain=$'\e[0m'
  fi
fi

title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
good() { printf '  %s✓%s %s\n' "$green" "$plain" "$*"; }
bad() { printf '  %s✗%s %s\n' "$red" "$plain" "$*"; }
warn() { printf '  %s!%s %s\n' "$yellow" "$plain" "$*"; }
note() { printf '    %s%s%s\n' "$dim" "$*" "$plain"; }
say_error() { printf '%s%s%s\n' "$red" "$*" "$plain" >&2; }
die() { say_error "run.sh: $*"; exit 1; }

# A line that the next one replaces; nothing in a pipe.
fleeting() { ((!interactive)) || printf '\r\e[K  %s…%s %s' "$blue" "$plain" "$*"; }
end_fleeting() { ((!interactive)) || printf '\r\e[K'; }

# A label and its text, aligned. Widths in bytes would break on letters outside ASCII, so the label is ASCII.
row() { printf '  %s%-10s%s %s\n' "$dim" "$1" "$plain" "$2"; }

# bar SHARE: twenty cells for 0…1
bar() {
  local filled cells=''
  filled=$(awk -v share="$1" 'BEGIN { printf "%d", share * 20 + 0.5 }')
  for ((i = 0; i < 20; ++i)); do if ((i < filled)); then cells+=█; else cells+=░; fi; done
  printf '%s' "$cells"
}

now_ms() { local us=${EPOCHREALTIME/[.,]/}; printf '%s' $((us / 1000)); }

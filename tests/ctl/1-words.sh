# shellcheck shell=bash disable=SC2154 # sourced by run
# --- the words ---
while IFS='|' read -r words regex; do
  # shellcheck disable=SC2086
  ctl $words
  is "clampctl $words: exit code 2" "$code:$out" "2:"
  like "clampctl $words: says what is wrong" "$err" "^clampctl:\ .*$regex"
  is "clampctl $words: in one line" "$(wc -l <"$T/stderr")" 1
done <<'TABLE'
|a subcommand is missing
chek|no subcommand "chek"; did you mean "check"
--versoin|did you mean "--version"
ceiling|needs one of: list, show, diff, from-runsc
ceiling lsit|did you mean "list"
floor mesure|did you mean "measure"
check|needs BUNDLE
check --config x --json|check --config takes nothing else
check y --config x|check --config takes nothing else
check a b|takes only \[BUNDLE\]
check a b c|too many words
check --jsn x|no option "--jsn"; did you mean "--json"
check --json=yes x|--json takes no value
check --json --json x|--json is given twice
check x --handler|--handler needs a value: --handler NAME
check --handler= x|--handler needs a value
ceiling diff a|needs A B
ceiling list x|takes no words
floor measure|needs --runtime PATH
floor measure --runtime runc|must be absolute
floor measure --runtime /usr/bin/crun --starts 0|--starts must be a number
floor measure --runtime /usr/bin/crun --confirm 3x|--confirm must be a number
help nothing|no subcommand "nothing"
TABLE
for words in help --help -h version --version "help check" "check --help" "help ceiling" "floor show -h" "floor --help" "ceiling -h"; do
  # shellcheck disable=SC2086
  ctl $words
  is "clampctl $words: exit code 0, silent stderr" "$code:$err" "0:"
done
ctl floor --help
like "floor --help: of both subcommands" "$out" "clampctl floor show .*clampctl floor measure .*--starts N"
ctl frob --help
like "frob --help" "$code:$err" "^2:clampctl: there is no subcommand .frob."
ctl help
for sub in check closure "ceiling list" "ceiling show" "ceiling diff" "ceiling from-runsc" "floor show" "floor measure" version; do
  like "usage names $sub" "$out" "  $sub  "
done

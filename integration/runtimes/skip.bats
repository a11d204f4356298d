#!/usr/bin/env bats
# What lib/common.bash makes of a skip outside of a test's own body: all of it skipped, or a failure; never a test that goes on.
load ../lib/common

# made TEXT: what bats says of a file that has it.
made() {
  printf 'load %s/common\n%s\n' "$LIB" "$1" >"$BATS_TEST_TMPDIR/made.bats"
  run env -i PATH="$PATH" "$BATS_ROOT/bin/bats" --tap "$BATS_TEST_TMPDIR/made.bats" 3>&-
  echo "$output"
}

@test "a skip in setup_file skips each test of the file" {
  made $'setup_file() { skip "why"; }\n@test "a" { false; }\n@test "b" { false; }'
  [ "$status" -eq 0 ]
  [ "$output" = $'1..2\nok 1 made.bats, test 1 # skip why\nok 2 made.bats, test 2 # skip why' ]
}

@test "a skip in a subshell of setup_file or of a test is a failure, and says so" {
  for text in $'setup_file() { local x=$(skip "why"); }\n@test "a" { true; }' $'@test "a" { echo "x$(skip "why")"; }' \
    $'@test "a" { run skip "why"; }'; do
    made "$text"
    [ "$status" -ne 0 ]
    [[ $output == *"skip in a subshell, "*"(why)"*"not ok 1 "* ]]
  done
}

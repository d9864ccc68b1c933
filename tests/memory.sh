#!/usr/bin/env bash
# Sends a gibibyte of text through a pipe and fails if the filter's resident memory passes 128 MiB.
#
# usage: tests/memory.sh BODYCOPY [MIB]
set -euo pipefail
bodycopy=$(realpath "$1")
mib=${2:-1024}
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for seed in seeds/*.txt; do
    case $seed in *.clean.txt) ;; *) cat "$seed"; echo ;; esac
done >"$work/round"
while [ "$(stat -c %s "$work/round")" -lt 4194304 ]; do
    cat "$work/round" "$work/round" >"$work/twice"
    mv "$work/twice" "$work/round"
done
size=$(stat -c %s "$work/round")
rounds=$((mib * 1048576 / size + 1))

mkfifo "$work/pipe"
"$bodycopy" --no-config -q <"$work/pipe" >/dev/null &
filter=$!
# Held open, so that the filter is still there when its memory is read.
exec 3>"$work/pipe"
for _ in $(seq "$rounds"); do cat "$work/round" >&3; done
peak=$(awk '/VmHWM/ { print $2 }' "/proc/$filter/status")
exec 3>&-
wait "$filter"
echo "$((rounds * size / 1048576)) MiB filtered with a peak of $((peak / 1024)) MiB"
[ "$peak" -lt $((128 * 1024)) ]

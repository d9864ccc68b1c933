#!/usr/bin/env bash
# Cleans a tree of many small files and one huge compressed JSONL file, restores both, compares, and prints times and peaks of resident memory.
# Fails if anything differs, or a peak passes 200 MiB.
#
# usage: tests/corpus.sh BODYCOPY [FILES [MIB [FOLDER]]]
#
# 100000 files and 2048 MiB are what it takes to believe it; FOLDER is best on a tmpfs, where `cp -r` and the disk do not blur the times.
set -euo pipefail
bodycopy=$(realpath "$1")
files=${2:-100000}
mib=${3:-2048}
folder=${4:-/dev/shm}
cd "$(dirname "$0")/.."
for tool in python3 zstd; do
    command -v "$tool" >/dev/null || { echo "this needs $tool"; exit 1; }
done

work=$(mktemp -d "$folder/bodycopy.XXXXXX")
trap 'rm -rf "$work"' EXIT

python3 - "$work" "$files" "$mib" <<'PYTHON'
import glob, itertools, json, os, subprocess, sys

work, files, mib = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seeds = [open(path, encoding="utf-8").read() for path in sorted(glob.glob("seeds/*.txt")) if not path.endswith(".clean.txt")]
for number in range(files):
    if number % 1000 == 0:
        os.makedirs(f"{work}/tree/{number // 1000:03}")
    with open(f"{work}/tree/{number // 1000:03}/{number:06}.txt", "w", encoding="utf-8") as file:
        file.write(f"No. {number}\n" + seeds[number % len(seeds)])
os.makedirs(f"{work}/shard")
with open(f"{work}/shard/news.jsonl.zst", "wb") as out:
    pack = subprocess.Popen(["zstd", "-q", "-1", "-c"], stdin=subprocess.PIPE, stdout=out)
    written = 0
    for number in itertools.count():
        if written >= mib << 20:
            break
        text = f"No. {number}\n" + seeds[number % len(seeds)]
        record = (json.dumps({"id": number, "text": text}, ensure_ascii=number % 2 == 0) + "\n").encode()
        pack.stdin.write(record)
        written += len(record)
    pack.stdin.close()
    assert pack.wait() == 0
PYTHON

# Runs a command, prints its time and its peak, and fails above 200 MiB.
measured() {
    local what=$1
    shift
    python3 - "$what" "$@" <<'PYTHON'
import resource, subprocess, sys, time

start = time.monotonic()
status = subprocess.call(sys.argv[2:])
seconds = time.monotonic() - start
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = usage.ru_maxrss // 1024
print(f"{sys.argv[1]:40} {seconds:7.2f} s  {usage.ru_utime + usage.ru_stime:7.2f} s of work  {peak:4} MiB")
sys.exit(status or peak >= 200)
PYTHON
}

run() {
    measured "$1" "$bodycopy" "${@:2}"
}

echo "$files files, $(du -sm "$work/tree" | cut -f1) MiB; $mib MiB of JSONL"
measured "cp -r, for comparison" cp -r "$work/tree" "$work/copy"
rm -r "$work/copy"
for jobs in 1 2; do
    run "clean the tree, -j$jobs" clean "$work/tree" -o "$work/out$jobs" --ledger "$work/ledger$jobs.jsonl" -q --no-config -j "$jobs"
done
# The same files, each a document, with nothing written: what is left of the time above is reading, writing and the account.
measured "the filter on all of it" bash -c 'find "$1" -name "*.txt" -print0 | xargs -0 "$2" --no-config -q >/dev/null' - "$work/tree" "$bodycopy"
diff -r -x .bodycopy "$work/out1" "$work/out2"
cmp "$work/ledger1.jsonl" "$work/ledger2.jsonl"
rm -r "$work/out1" "$work/ledger1.jsonl"
run "restore the tree" restore "$work/out2" --ledger "$work/ledger2.jsonl" -o "$work/back" -q
diff -r "$work/tree" "$work/back"
rm -r "$work/out2" "$work/back" "$work/tree"

for jobs in 1 2; do
    run "clean the shard, -j$jobs" clean "$work/shard" -o "$work/out$jobs" --ledger "$work/ledger$jobs.jsonl.zst" -q --no-config -j "$jobs"
done
cmp "$work/out1/news.jsonl.zst" "$work/out2/news.jsonl.zst"
cmp "$work/ledger1.jsonl.zst" "$work/ledger2.jsonl.zst"
zstd -q -t "$work/out2/news.jsonl.zst" "$work/ledger2.jsonl.zst"
rm -r "$work/out1"
run "restore the shard" restore "$work/out2" --ledger "$work/ledger2.jsonl.zst" -o "$work/back" -q
cmp <(zstd -dcq "$work/shard/news.jsonl.zst") <(zstd -dcq "$work/back/news.jsonl.zst")
echo "everything came back"

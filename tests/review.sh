#!/usr/bin/env bash
# Reviews a corpus in every view, and prints when each begins to show, its time, and its peak of resident memory. Fails if a view that shows documents as
# they come begins after more than a second, or if any peak passes 300 MiB.
#
# usage: tests/review.sh BODYCOPY [DOCUMENTS]
set -euo pipefail
bodycopy=$(realpath "$1")
documents=${2:-100000}
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 - "$bodycopy" "$documents" "$work" <<'PYTHON'
import glob, json, os, subprocess, sys, time

bodycopy, documents, work = sys.argv[1], int(sys.argv[2]), sys.argv[3]
seeds = [open(path, encoding="utf-8").read() for path in sorted(glob.glob("seeds/*.txt")) if not path.endswith(".clean.txt")]
with open(f"{work}/corpus.jsonl", "w", encoding="utf-8") as file:
    for number in range(documents):
        file.write(json.dumps({"text": f"No. {number}\n" + seeds[number % len(seeds)]}, ensure_ascii=False) + "\n")

failed = False
views = ["", "--inline", "--side-by-side", "--format json", "--by pattern", "--by publisher", "--by document", f"--html {work}/review.html"]
print(f"{documents} documents")
for view in views:
    start = time.monotonic()
    run = subprocess.Popen([bodycopy, "diff", "--no-config", "-q", f"{work}/corpus.jsonl", *view.split()], stdout=subprocess.PIPE)
    run.stdout.read(1)
    first = time.monotonic() - start
    while run.stdout.read(1 << 20):
        pass
    # The peak of this child alone.
    _, status, usage = os.wait4(run.pid, 0)
    peak = usage.ru_maxrss // 1024
    streams = not view.startswith(("--by", "--html"))
    bad = status != 0 or peak > 300 or streams and first > 1
    failed |= bad
    begins = f"begins after {first:4.2f} s" if streams else " " * 19
    name = view.split(" /")[0] or "unified"
    print(f"{name:18} {begins}  {time.monotonic() - start:7.2f} s  {peak:4} MiB{'  too much' if bad else ''}")
sys.exit(failed)
PYTHON

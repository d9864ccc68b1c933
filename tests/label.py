#!/usr/bin/env python3
"""Writes the seeds as labelled text: each seed with a letter for each line, for `bodycopy eval`.

usage: tests/label.py BODYCOPY > LABELLED.jsonl

What stays and what goes is told by the pair NAME.txt and NAME.clean.txt, written by hand. The letter of a line that goes is that of the category
under which BODYCOPY removes it; a line that it would miss, or that goes only in part, is an error. Traps are all body copy.
"""

import json
import pathlib
import subprocess
import sys

LETTERS = {
    "donation": "A", "subscription": "A", "newsletter": "N", "app": "N", "social": "S", "related": "R", "access": "P",
    "legal": "L", "comments": "U", "advertising": "D", "affiliate": "D", "navigation": "V",
}


def removals(bodycopy, text):
    """The removals of a text, with their ranges in bytes."""
    record = json.dumps({"text": text}, ensure_ascii=False) + "\n"
    command = [bodycopy, "--no-config", "--format", "jsonl", "--only-removed", "--ledger", "/dev/stderr", "-"]
    done = subprocess.run(command, input=record.encode(), capture_output=True, check=True)
    entries = (json.loads(line) for line in done.stderr.decode().splitlines())
    return [entry for entry in entries if "pattern" in entry and "bytes" in entry]


def labels(bodycopy, text):
    """A letter for each line, and the pleas that are cut out of lines that stay."""
    found = removals(bodycopy, text)
    letters, pleas, start = [], [], 0
    for line in text.split("\n"):
        end = start + len(line.encode())
        over = [entry for entry in found if entry["bytes"][0] < end and entry["bytes"][1] > start]
        whole = [entry for entry in over if entry["bytes"][0] <= start and entry["bytes"][1] >= end]
        pleas += [entry["text"].strip() for entry in over if entry not in whole and entry["reason"] == "span"]
        letters.append(LETTERS[whole[0]["category"]] if whole and line.strip() else "K")
        start = end + 1
    return "".join(letters), pleas


def main():
    bodycopy = sys.argv[1]
    seeds = pathlib.Path(__file__).parent.parent / "seeds"
    languages = {path.stem for path in (seeds / "traps").glob("*.txt")}
    for path in sorted(seeds.glob("**/*.txt")):
        text = path.read_bytes()
        if path.name.endswith(".clean.txt") or b"\r" in text:
            continue
        text = text.decode()
        prefix = path.stem.replace(".", "-").split("-")[0]
        if path.parent.name == "traps":
            for number, trap in enumerate(text.rstrip("\n").split("\n%%\n"), 1):
                record = {"id": f"{path.stem}/{number}", "source": "traps", "language": path.stem, "text": trap}
                record["labels"] = "K" * (trap.count("\n") + 1)
                print(json.dumps(record, ensure_ascii=False))
            continue
        clean = path.with_name(path.stem + ".clean.txt").read_text()
        record = {"id": path.stem, "source": path.parent.name, "language": prefix if prefix in languages else "en", "text": text}
        record["labels"], record["inline"] = labels(bodycopy, text)
        kept = [line for line, letter in zip(text.split("\n"), record["labels"]) if letter == "K" and line.strip()]
        wanted = [line for line in clean.split("\n") if line.strip()]
        if kept != wanted and path.stem not in ("plea-at-paragraph-end", "pointer-in-brackets"):
            sys.exit(f"{path}: what BODYCOPY leaves is not what should be left")
        print(json.dumps(record, ensure_ascii=False))


main()

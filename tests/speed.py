#!/usr/bin/env python3
"""Prints how fast the filter is, as ratios to tools that everybody has, measured in one run.

usage: tests/speed.py BODYCOPY [MIB] [ROUNDS]

The corpus is made of the seeds, repeated in random order, one paragraph a line. The input is a file, the output goes to /dev/null, each program runs on
one core (taskset, where there is one), the programs take turns, and the median counts. What counts is processor time, so that other work on the machine disturbs little.
"""

import glob
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import tomllib

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SMALL = 3000  # bytes: one article


def seeds():
    """The texts of the seeds: those in English, and the others."""
    english, other = [], []
    for path in sorted(glob.glob(f"{ROOT}/seeds/*.txt")):
        if path.endswith(".clean.txt"):
            continue
        with open(path, "rb") as file:
            text = file.read()
        start = os.path.basename(path).split("-")[0]
        (other if len(start) == 2 and start != "en" else english).append(text + b"\n\n")
    return english, other


def corpus(path, texts, size):
    random.seed(1)
    with open(path, "wb") as file:
        while file.tell() < size:
            file.write(random.choice(texts))


def phrases(path, keys):
    """Writes all literals of the patterns, one a line, for tools that search for fixed strings; gives their number."""
    found = set()
    for name in glob.glob(f"{ROOT}/patterns/**/*.toml", recursive=True):
        with open(name, "rb") as file:
            for pattern in tomllib.load(file).get("pattern", []):
                for part in (pattern, pattern.get("start", {}), pattern.get("end", {})):
                    for key in keys:
                        found.update(part.get(key, []))
    # Short labels are whole lines here; anywhere, they would be in every line.
    found = sorted(phrase for phrase in found if len(phrase.encode()) >= 11)
    with open(path, "w") as file:
        file.write("\n".join(found) + "\n")
    return len(found)


def run(command, path):
    pin = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    with open(path, "rb") as file, open(os.devnull, "wb") as null:
        process = subprocess.Popen(pin + command, stdin=file, stdout=null, stderr=null)
        _, _, usage = os.wait4(process.pid, 0)
        return usage.ru_utime + usage.ru_stime


def measure(jobs, rounds):
    times = {name: [] for name, _, _ in jobs}
    for _ in range(rounds):
        for name, command, path in jobs:
            times[name].append(run(command, path))
    return {name: statistics.median(of) for name, of in times.items()}


def main():
    bodycopy = os.path.abspath(sys.argv[1])
    size = int(sys.argv[2] if len(sys.argv) > 2 else 64) << 20
    rounds = int(sys.argv[3] if len(sys.argv) > 3 else 5)
    with tempfile.TemporaryDirectory() as work:
        news, foreign, worst, small, words = (os.path.join(work, name) for name in ("news", "foreign", "worst", "small", "words"))
        english, other = seeds()
        corpus(news, english, size)
        corpus(foreign, other or english, size)
        near = []
        for name in glob.glob(f"{ROOT}/patterns/**/*.toml", recursive=True):
            with open(name, "rb") as file:
                for pattern in tomllib.load(file).get("pattern", []):
                    near += [text.encode() + b"\n" for text in pattern.get("no_match", [])]
        corpus(worst, near, size // 4)
        corpus(small, english, SMALL)
        count = phrases(words, ("literals", "stems"))
        filter_ = [bodycopy, "--no-config", "-q"]
        jobs = [
            ("wc -l", ["wc", "-l"], news),
            ("cat", ["cat"], news),
            ("news", filter_, news),
            ("foreign", filter_, foreign),
            ("near misses", filter_, worst),
            ("start", filter_, small),
            ("true", ["true"], small),
        ]
        grep = ["grep", "-v", "-i", "-F", "-f", words]
        if shutil.which("rg"):
            jobs.append(("rg", ["rg", "-v", "-i", "-F", "-f", words], news))
        # It takes seconds for what the filter reads in a blink.
        slow = os.path.join(work, "slow")
        corpus(slow, english, 1 << 17)
        jobs.append(("grep", grep, slow))
        times = measure(jobs, rounds)
        speed = {name: os.path.getsize(path) / times[name] / 1e6 for name, _, path in jobs}
        print(f"{size >> 20} MiB of news, medians of {rounds} rounds, one core")
        print(f"{speed['news']:8.0f} MB/s    whole filter")
        print(f"{speed['news'] / speed['wc -l']:8.3f}         of wc -l ({speed['wc -l']:.0f} MB/s)")
        print(f"{speed['news'] / speed['cat']:8.3f}         of cat ({speed['cat']:.0f} MB/s)")
        for name in ("rg", "grep"):
            if name in speed:
                print(f"{speed['news'] / speed[name]:8.1f} x       {name} -v -i -F -f with {count} of our phrases ({speed[name]:.1f} MB/s)")
        print(f"{speed['foreign'] / speed['news']:8.2f}         other languages, of English")
        print(f"{speed['near misses'] / speed['news']:8.2f}         every line a near miss, of news")
        print(f"{1000 * (times['start'] - times['true']):8.1f} ms      start on {SMALL} bytes, over `true`")


main()

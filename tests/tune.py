#!/usr/bin/env python3
"""Settles the thresholds of patterns/judge.toml on labelled text.

usage: tests/tune.py BODYCOPY LABELLED.jsonl... [--bound PPM] [--write]

One threshold after the other is tried at each value of its grid, the others held, until no change helps. A setting is allowed if it loses at most
PPM (default 80) characters of body copy in a million, and if every seed is still left exactly as it should be. Of the allowed settings the one that
removes the most boilerplate lines wins; among equals, the more careful one. With --write the result is written into patterns/judge.toml.

The bound is below the project's own of 100 ppm, because what is tuned here must hold elsewhere.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
JUDGE = ROOT / "patterns" / "judge.toml"

# From the most careful value to the least.
GRID = {
    "line-sum": [8, 7, 6.5, 6, 5.5, 5, 4.5, 4],
    "line-families": [4, 3, 2],
    "line-chars": [300, 400, 500, 700],
    "letter-sum": [10, 9, 8, 7, 6],
    "letter-families": [5, 4, 3],
    "letter-mean": [3, 2.5, 2, 1.5],
    "edge-sum": [3, 2.5, 2, 1.5, 1],
    "labels": [4, 3],
    "gap-chars": [60, 80, 100, 120],
    "gap-lines": [1, 2, 3, 4],
    "gap-removed": [6, 5, 4, 3],
    "foot-removed": [6, 5, 4, 3, 2],
    "repeat-sum": [5, 4, 3, 2],
    "thread-sum": [8, 7, 6, 5, 4],
    "post-lines": [8, 12, 16],
    "post-chars": [1500, 3000, 5000],
}


def with_values(text, values):
    for name, value in values.items():
        text, count = re.subn(rf"(?m)^({name}\s*=\s*)[\d.]+$", rf"\g<1>{number(name, value)}", text)
        assert count == 1, name
    return text


def number(name, value):
    whole = name in ("line-families", "letter-families", "labels", "gap-chars", "gap-lines", "gap-removed", "foot-removed", "post-lines", "post-chars")
    return str(int(value)) if whole else repr(float(value))


class Judge:
    def __init__(self, bodycopy, labelled):
        self.bodycopy = bodycopy
        self.labelled = labelled
        self.text = JUDGE.read_text()
        self.known = {}
        self.seeds = [(path, path.with_name(path.name.replace(".clean.txt", ".txt"))) for path in sorted((ROOT / "seeds").glob("*.clean.txt"))]

    def current(self):
        return {name: float(re.search(rf"(?m)^{name}\s*=\s*([\d.]+)$", self.text).group(1)) for name in GRID}

    def score(self, values, bound):
        """Lines removed, or None where the setting is not allowed."""
        key = tuple(sorted(values.items()))
        if key not in self.known:
            with tempfile.TemporaryDirectory() as folder:
                pathlib.Path(folder, "judge.toml").write_text(with_values(self.text, values))
                options = ["--no-config", "--patterns", folder]
                run = [self.bodycopy, "eval", "--json", *options, *self.labelled]
                report = json.loads(subprocess.run(run, check=True, stdout=subprocess.PIPE).stdout)
                loss = 1e6 * report["loss"]["lost"] / report["loss"]["characters"]
                removed = report["boilerplate"]["removed"] if loss <= bound else None
                if removed is not None and not all(self.keeps(options, *seed) for seed in self.seeds):
                    removed = None
                self.known[key] = removed
        return self.known[key]

    def keeps(self, options, clean, seed):
        run = [self.bodycopy, *options, str(seed)]
        return subprocess.run(run, check=True, stdout=subprocess.PIPE).stdout == clean.read_bytes()


def main():
    arguments = sys.argv[1:]
    write = "--write" in arguments
    bound = float(arguments[arguments.index("--bound") + 1]) if "--bound" in arguments else 80.0
    files = [a for i, a in enumerate(arguments) if not a.startswith("--") and arguments[i - 1] != "--bound"]
    judge = Judge(files[0], files[1:])
    values = judge.current()
    best = judge.score(values, bound)
    print("now:", best, "lines")
    changed = True
    while changed:
        changed = False
        for name, grid in GRID.items():
            for value in grid:
                if value == values[name]:
                    continue
                score = judge.score({**values, name: value}, bound)
                more_careful = score is not None and score == best and grid.index(value) < grid.index(values[name]) if values[name] in grid else False
                if score is not None and (best is None or score > best or more_careful):
                    print(f"{name}: {values[name]} -> {value}: {score} lines")
                    values[name], best, changed = value, score, True
    print("best:", best, "lines with", values)
    if write:
        JUDGE.write_text(with_values(judge.text, values))


main()

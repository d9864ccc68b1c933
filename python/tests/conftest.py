"""What the tests compare with: the binary, and what it makes of all seeds."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def binary() -> Path:
    """The command built by cargo: `$BODYCOPY_BINARY`, or the newest in `target`, or one that is built now."""
    named = os.environ.get("BODYCOPY_BINARY")
    if named:
        return Path(named).resolve()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [target / profile / "bodycopy" for profile in ("release", "debug")]
    there = [path for path in built if path.is_file()]
    if there:
        return max(there, key=lambda path: path.stat().st_mtime)
    subprocess.run(["cargo", "build", "--release"], cwd=ROOT, check=True)
    return built[0]


@dataclass(frozen=True)
class Document:
    name: str
    text: str
    """What the binary leaves of it."""
    clean: str
    """The entries of the ledger that `bodycopy clean` writes of it."""
    ledger: list[dict]


@pytest.fixture(scope="session")
def documents(binary, tmp_path_factory) -> list[Document]:
    """All seeds, as `bodycopy clean` cleans them."""
    folder = tmp_path_factory.mktemp("documents")
    paths = sorted(path for path in (ROOT / "seeds").rglob("*.txt") if not path.name.endswith(".clean.txt"))
    texts = {path.relative_to(ROOT / "seeds").as_posix(): path.read_bytes().decode() for path in paths}
    # As separate files, so that each is a document of its own.
    for name, text in texts.items():
        path = folder / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    clean(binary, folder)
    entries: dict[str, list[dict]] = {name: [] for name in texts}
    for line in (folder / "ledger.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if "pattern" in entry:
            entries[entry["source"]].append(entry)
    read = lambda name: (folder / "out" / name).read_bytes().decode()
    made = [Document(name, text, read(name), entries[name]) for name, text in texts.items()]
    assert len(made) > 100 and sum(bool(document.ledger) for document in made) > 50
    return made


def clean(binary: Path, folder: Path, *options: str) -> None:
    """Clean `src` in a folder to `out`, with a ledger."""
    command = [binary, "clean", folder / "src", "-o", folder / "out", "--ledger", folder / "ledger.jsonl", "--no-config", "-q"]
    subprocess.run([*map(str, command), *options], check=True)


def follow(title: str) -> None:
    """Run the Python code of a section of the README, in the working folder."""
    readme = (ROOT / "python" / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"\n## {title}\n")[1].split("\n## ")[0]
    code = section.split("```python\n")[1].split("```")[0]
    exec(compile(code, f"README.md, {title}", "exec"), {"__name__": "recipe"})


def as_in_the_ledger(removal) -> dict:
    """A removal, as a record or a row, with the names and the form of the ledger."""
    row = removal if isinstance(removal, dict) else as_row(removal)
    evidence = [{"pattern": e["pattern"], "bytes": pair(e["bytes"]), "text": e["text"]} for e in row["evidence"]]
    entry = {name: row[name] for name in ("pattern", "category", "publisher", "reason", "sum", "letter_sum", "text")}
    entry |= {"bytes": pair(row["bytes"]), "lines": pair(row["lines"]), "evidence": evidence}
    return {name: rounded(value) for name, value in entry.items() if value is not None}


def of_the_ledger(entry: dict) -> dict:
    """An entry of the ledger, without where its document lies."""
    place = ("source", "document", "source_bytes", "field")
    return {name: rounded(value) for name, value in entry.items() if name not in place}


def as_row(removal) -> dict:
    return removal._asdict() | {"evidence": [evidence._asdict() for evidence in removal.evidence]}


def pair(range) -> list[int]:
    return list(range.values()) if isinstance(range, dict) else list(range)


def rounded(value):
    # The ledger writes sums as the shortest decimal of their 32 bits.
    return round(value, 4) if isinstance(value, float) else value

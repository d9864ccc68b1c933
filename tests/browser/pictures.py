"""Takes the pictures of the README.

usage: pictures.py BODYCOPY FOLDER
"""

import html
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from driver import Browser

BODYCOPY = Path(sys.argv[1]).resolve()
FOLDER = Path(sys.argv[2]).resolve()
WIDTH = 96
TERMINAL = ["diff", "seeds/article.txt", "-U1", "--width", str(WIDTH), "--color", "always", "--no-config"]
STYLES = {"1": "font-weight:bold", "2": "opacity:.65", "4": "text-decoration:underline", "9": "text-decoration:line-through",
          "31": "color:#ff8a80", "32": "color:#9fe0b0", "35": "color:#d7a6ff"}


def terminal_page(shown):
    """What a terminal would show of it, as HTML."""
    out, style = [], []
    for part in re.split(r"(\x1b\[[\d;]*m)", shown):
        if part.startswith("\x1b["):
            codes = part[2:-1].split(";")
            style = [] if codes in ([""], ["0"]) else style + [STYLES[code] for code in codes]
        elif part:
            out.append(f'<span style="{";".join(style)}">{html.escape(part)}</span>' if style else html.escape(part))
    command = " ".join(TERMINAL[:3])
    return (
        '<!DOCTYPE html><meta charset="utf-8"><style>body{margin:0;background:#16191d;color:#e8e6e3}'
        f"pre{{margin:0;padding:16px;font:14px/1.45 'DejaVu Sans Mono',monospace;width:{WIDTH}ch;white-space:pre-wrap;overflow-wrap:anywhere}}</style>"
        f"<pre><b>$ bodycopy {command}</b>\n{''.join(out)}</pre>"
    )


def main():
    os.chdir(Path(__file__).resolve().parents[2])
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        folder = Path(folder)
        shown = subprocess.run([BODYCOPY, *TERMINAL], capture_output=True, text=True, check=True).stdout
        (folder / "terminal.html").write_text(terminal_page(shown))
        browser.open(folder / "terminal.html")
        width, height = browser.run("const box = document.querySelector('pre').getBoundingClientRect(); return [Math.ceil(box.width), Math.ceil(box.height)]")
        browser.size(width, height)
        browser.picture(FOLDER / "terminal.png")

        corpus = folder / "corpus"
        corpus.mkdir()
        for seed in Path("seeds").glob("*.txt"):
            # Those in English have no language in their names.
            if not seed.name.endswith(".clean.txt") and not re.match("[a-z]{2}-(letter|furniture)", seed.name):
                (corpus / seed.name).write_bytes(seed.read_bytes())
        subprocess.run([BODYCOPY, "diff", "--no-config", "corpus", "--html", "review.html", "-q"], cwd=folder, check=True)
        browser.size(1100, 760)
        for mode in ("light", "dark"):
            browser.mode(mode)
            browser.open(folder / "review.html")
            browser.run("document.getElementById('patterns').open = false")
            # The decisions of the other mode are kept.
            browser.press("n", "u", "n", "u", "p", "a", "r")
            browser.run("scrollTo(0, document.getElementById('categories').offsetTop + 180)")
            browser.picture(FOLDER / f"review-{mode}.png")


main()

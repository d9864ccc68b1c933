"""Opens the page of a review in a real Chromium, and does there what a person does.

usage: page.py BODYCOPY
"""

import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from driver import ENTER, ESCAPE, Browser

BODYCOPY = Path(sys.argv[1]).resolve()
# Titles, text and file names that a careless page would run.
EVIL = '</script><script>document.title = "hacked"</script><img src=x onerror=\'document.title = "hacked"\'> & "quoted" <b>bold</b>'
ARTICLE = f"The bridge reopened on Monday.\n{EVIL}\nADVERTISEMENT\nTraffic is back to normal.\n"


def bodycopy(folder, *args, status=0):
    done = subprocess.run([BODYCOPY, *args], cwd=folder, capture_output=True, text=True)
    assert done.returncode == status, (args, done.returncode, done.stderr)
    return done.stdout


def removals(folder, *args):
    return [json.loads(line) for line in bodycopy(folder, "diff", "--format", "json", *args).splitlines()]


def text(browser, selector):
    return browser.run("return document.querySelector(arguments[0]).textContent", selector)


def texts(browser, selector):
    return browser.run("return [...document.querySelectorAll(arguments[0])].map((element) => element.textContent)", selector)


def choose(browser, field, value):
    browser.run(
        "const field = document.getElementById(arguments[0]); field.value = arguments[1];"
        "field.dispatchEvent(new Event(field.type === 'search' ? 'input' : 'change'))",
        field, value,
    )
    # Typing is not followed letter by letter.
    time.sleep(0.3)


def shown(browser):
    return int(text(browser, "#status").split(" shown")[0].replace(",", ""))


def corpus(folder):
    folder = Path(folder)
    (folder / "corpus").mkdir()
    for seed in sorted(Path("seeds").glob("*.txt")):
        if not seed.name.endswith(".clean.txt"):
            (folder / "corpus" / seed.name).write_bytes(seed.read_bytes())
    (folder / "corpus" / "<b>evil & co.txt").write_text(ARTICLE)
    records = [{"text": ARTICLE}, {"text": "It rained.\nSign up for our newsletter\n"}]
    (folder / "corpus" / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))


def counts_are_right(browser, rows):
    total = f"{len(rows)} removals by {len({row['pattern'] for row in rows})} patterns in {len({(row['file'], row['document']) for row in rows})} documents"
    assert text(browser, "#totals") == total, text(browser, "#totals")
    assert shown(browser) == len(rows)
    by_category = {}
    for row in rows:
        by_category[row["category"]] = by_category.get(row["category"], 0) + 1
    names = texts(browser, "#categories button > span:first-child")
    counts = [int(count.replace(",", "")) for count in texts(browser, "#categories .count")]
    assert dict(zip(names, counts)) == by_category and counts == sorted(counts, reverse=True), names
    by_pattern = {}
    for row in rows:
        by_pattern[row["pattern"]] = by_pattern.get(row["pattern"], 0) + 1
    cells = browser.run("return [...document.querySelectorAll('#rows tr')].map((row) => [...row.cells].map((cell) => cell.textContent))")
    assert {cell[0]: int(cell[2].replace(",", "")) for cell in cells} == by_pattern
    browser.click("#heads th:nth-child(3) button")
    most = [int(count.replace(",", "")) for count in texts(browser, "#rows td:nth-child(3)")]
    assert most == sorted(most, reverse=True)
    print(f"{total}: as the JSON says")


def texts_are_texts(browser):
    assert browser.run("return document.title") == "What is removed from corpus"
    choose(browser, "search", "hacked")
    assert shown(browser) == 2
    article = text(browser, "#list article .text")
    assert EVIL in article, article
    assert browser.run("return document.querySelectorAll('#list img, #list b, #list script').length") == 0
    assert any("<b>evil & co.txt" in place for place in texts(browser, "#list .of"))
    choose(browser, "search", "")
    print("text with tags in it stays text")


def filters_work(browser, rows):
    for category in ("donation", "advertising"):
        browser.run("document.querySelector(`#categories button[data-name='${arguments[0]}']`).click()", category)
        assert shown(browser) == sum(row["category"] == category for row in rows)
        browser.run("document.querySelector(`#categories button[data-name='${arguments[0]}']`).click()", category)
    choose(browser, "category", "legal")
    legal = sum(row["category"] == "legal" for row in rows)
    assert shown(browser) == legal and browser.run("return document.querySelector('#categories [data-name=legal]').ariaPressed") == "true"
    choose(browser, "search", "rights reserved")
    assert 0 < shown(browser) < legal
    browser.click("#filters button[type=reset]")
    browser.until("return document.getElementById('category').value === ''")
    time.sleep(0.1)
    assert shown(browser) == len(rows)
    choose(browser, "doubt", "1")
    assert 0 < shown(browser) < len(rows)
    assert all("in the first paragraph" in doubts for doubts in texts(browser, "#list article .doubts"))
    choose(browser, "doubt", "")
    pattern = browser.run("const link = document.querySelector('#rows button'); link.click(); return link.textContent")
    assert shown(browser) == sum(row["pattern"] == pattern for row in rows)
    browser.click("#filters button[type=reset]")
    choose(browser, "order", "place")
    files = [place.split(":")[0] for place in texts(browser, "#list .of span:nth-child(3)")[:20]]
    assert files[0].startswith("<b>evil"), files
    choose(browser, "order", "doubt")
    print("filters, search and orders work")


def focused(browser):
    return browser.run("return document.activeElement.id")


def keys_work(browser):
    """Rejects two removals and accepts one, and returns what was saved."""
    browser.run("document.activeElement.blur(); scrollTo(0, 0)")
    browser.press("n")
    first = focused(browser)
    browser.press("n", "n", "p")
    second = focused(browser)
    assert first != second and first.startswith("item-") and second.startswith("item-")
    inside = browser.run("const box = document.activeElement.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight")
    assert inside, "what has the focus is in sight"
    browser.press("r")
    third = focused(browser)
    assert third not in (first, second), "a decision leads to the next one"
    browser.press("a", "r", "p", "u")
    decided = browser.run("return Object.fromEntries([...document.querySelectorAll('article')].map((item) => [item.id, item.dataset.decision]))")
    assert decided[second] == "reject" and decided[third] == "accept", decided
    assert "1 rejected, 1 accepted" in text(browser, "#status"), text(browser, "#status")
    browser.press("/")
    assert focused(browser) == "search"
    # In a field, letters are letters.
    browser.press("a", "r", "n")
    assert browser.run("return document.getElementById('search').value") == "arn"
    browser.press(ESCAPE)
    assert focused(browser) != "search"
    browser.click("#filters button[type=reset]")
    browser.press("?")
    assert browser.run("return document.getElementById('help').open")
    browser.press("r", ESCAPE)
    assert not browser.run("return document.getElementById('help').open")
    # A button by the keyboard alone, as a screen reader does it; it has a name and says whether it is pressed.
    choose(browser, "search", "hacked")
    browser.run("document.querySelector('article .verdict button:nth-child(2)').focus()")
    browser.press(ENTER)
    assert browser.run("return document.activeElement.ariaPressed") == "true"
    browser.click("#filters button[type=reset]")
    browser.until("return document.getElementById('search').value === ''")
    browser.run("document.activeElement.blur()")
    browser.press("e")
    return browser.downloaded("decisions.jsonl")


def decisions_last(browser, page):
    # They are kept a moment after the last of them.
    time.sleep(0.5)
    browser.open(page)
    assert "2 rejected, 1 accepted" in text(browser, "#status"), text(browser, "#status")
    choose(browser, "decision", "reject")
    assert shown(browser) == 2
    choose(browser, "decision", "none")
    choose(browser, "decision", "")
    print("keys work, and decisions outlive the page")


def rejections_stick(folder, saved, rows):
    lines = [json.loads(line) for line in saved.splitlines()]
    head, decisions = lines[0], lines[1:]
    assert head["bodycopy_review"] == 1 and sum(head["removals"].values()) == len(rows)
    assert sorted(line["decision"] for line in decisions) == ["accept", "reject", "reject"], decisions
    rejected = [line for line in decisions if line["decision"] == "reject"]
    by_place = {(row["file"], row["document"], row["lines"][0], row["pattern"]): row["text"] for row in rows}
    for line in decisions:
        assert by_place[line["file"], line["document"], line["lines"][0], line["pattern"]] == line["text"], line
    (folder / "decisions.jsonl").write_text(saved)
    bodycopy(folder, "review", "apply", "decisions.jsonl")
    # A wording is the same in other dress: in capitals, in brackets, as a link.
    wording = lambda row: "".join(filter(str.isalnum, re.sub(r"\]\([^)]*\)", "", row["text"]))).casefold()
    words = set(map(wording, rejected))
    expected = [row for row in rows if wording(row) not in words]
    key = lambda row: (row["file"], row["document"], row["lines"][0], row["pattern"], row["text"].strip())
    after, expected = list(map(key, removals(folder, "corpus"))), list(map(key, expected))
    assert after == expected, set(after) ^ set(expected)
    assert len(expected) < len(rows)
    cleaned = folder / "cleaned"
    bodycopy(folder, "clean", "corpus", "-o", "cleaned", "-q")
    for line in rejected:
        if not line["file"].endswith(".jsonl"):
            assert line["text"].strip() in (cleaned / line["file"]).read_text(), line
    print("what was rejected stays, and all else is as before")


def nothing_leaves(browser, page):
    """Whatever the page did, and whatever a script in it tries, nobody is asked for anything."""
    asked = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            # Or the browser asks for one of its own accord, at any time.
            self.wfile.write(b'<link rel="icon" href="data:,">')

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    # The browser could, if the page let it.
    browser.open_url(f"{url}/seen")
    assert "/seen" in asked
    asked.clear()
    browser.log("performance")
    browser.open(page)
    browser.run(
        "const url = arguments[0]; fetch(url).catch(() => {}); new Image().src = `${url}/image`;"
        "const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = `${url}/style`; document.head.append(link);"
        "const script = document.createElement('script'); script.src = `${url}/script`; document.head.append(script);"
        "const frame = document.createElement('iframe'); frame.src = `${url}/frame`; document.body.append(frame)",
        url,
    )
    time.sleep(1)
    assert not asked, asked
    messages = [json.loads(entry["message"])["message"] for entry in browser.log("performance")]
    urls = [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]
    assert urls and all(url.startswith(("file:", "data:", "blob:", "http://127.0.0.1")) for url in urls), urls
    server.shutdown()
    print("no request leaves the page")


CONTRAST = """
const parse = (color) => color.match(/[\\d.]+/g).map(Number);
const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, at) => sum + c * [0.2126, 0.7152, 0.0722][at], 0);
let least = [99, ""];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || !element.checkVisibility() || element.closest("noscript, script")) continue;
  let behind = element;
  while (behind && parse(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
  const [one, other] = [getComputedStyle(element).color, getComputedStyle(behind || document.documentElement).backgroundColor]
    .map((color) => luminance(parse(color)));
  const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  if (ratio < least[0]) least = [ratio, `${element.tagName} ${element.className}: ${element.textContent.slice(0, 40)}`];
}
return least;
"""


def can_be_read_by_all(browser):
    pages = set()
    for mode in ("light", "dark"):
        browser.mode(mode)
        ratio, where = browser.run(CONTRAST)
        assert ratio >= 4.5, (mode, ratio, where)
        pages.add(browser.run("return getComputedStyle(document.body).backgroundColor"))
        print(f"{mode}: the least contrast of any text is {ratio:.1f}")
    assert len(pages) == 2
    browser.click("#theme")
    assert browser.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tree = browser.cdp("Accessibility.getFullAXTree")["nodes"]
    nameless = [node for node in tree if not node.get("ignored") and node["role"]["value"] in ("button", "textbox", "searchbox", "combobox", "article", "link", "feed")
                and not node.get("name", {}).get("value")]
    assert not nameless, nameless[:3]
    assert sum(node["role"]["value"] == "article" for node in tree) > 5
    browser.size(390, 844)
    wide, high = browser.run(
        "return [document.documentElement.scrollWidth, Math.min(...[...document.querySelectorAll('article .verdict button')].map((button) => button.offsetHeight))]"
    )
    assert wide <= 390 and high >= 40, (wide, high)
    browser.size(1280, 900)
    print("everything has a name, and it fits a phone")


def reviews_of_pairs_are_shown(browser, folder):
    (folder / "before.txt").write_text("The bridge reopened on Monday.\nOne.\n")
    (folder / "after.txt").write_text("The bridge reopened on Tuesday.\nOne.\n")
    bodycopy(folder, "diff", "before.txt", "after.txt", "--html", "pair.html", "-q")
    browser.open(folder / "pair.html")
    assert text(browser, "#totals") == "1 change in 1 document", text(browser, "#totals")
    assert texts(browser, "#list del, #list ins") == ["Monday.", "Tuesday."]
    assert not browser.run("return document.getElementById('export').checkVisibility()")
    browser.run("document.querySelector('#categories button').click()")
    assert shown(browser) == 1
    print("two files are shown, with nothing to decide")


def fifty_thousand(browser, folder):
    body = "The council met for two hours on Monday and put off the vote on the bridge until the autumn, as it has done before.\n"
    kinds = ["ADVERTISEMENT", "Sign up for our newsletter", "Share on Facebook", "Read more: The bridge in pictures", "Follow us on Instagram"]
    with open(folder / "large.jsonl", "w") as file:
        for number in range(20_000):
            lines = "".join(f"{kinds[(number + at) % 5]}\n{body}" for at in range(3))
            file.write(json.dumps({"text": f"No. {number}\n{body}{lines}"}) + "\n")
    bodycopy(folder, "diff", "--no-config", "large.jsonl", "--html", "large.html", "-q")
    size = (folder / "large.html").stat().st_size / 2**20
    start = time.monotonic()
    browser.open(folder / "large.html")
    opened = time.monotonic() - start
    assert "60,000 removals" in text(browser, "#totals") and "50,000 of them are in this page" in text(browser, "#totals"), text(browser, "#totals")
    assert shown(browser) == 50_000
    # The longest that the page did not answer, while it was used.
    browser.run(
        "window.longest = 0; let last = performance.now();"
        "const tick = () => { const now = performance.now(); longest = Math.max(longest, now - last); last = now; requestAnimationFrame(tick); }; tick()"
    )
    longest = {}

    def measure(name):
        time.sleep(0.5)
        longest[name] = browser.run("const most = longest; longest = 0; return Math.round(most)")

    measure("nothing")
    browser.press(*"nnnnnnnnnnnnnnnnnnnn")
    measure("next")
    for part in (0.25, 0.5, 0.75, 1):
        browser.run("scrollTo(0, document.documentElement.scrollHeight * arguments[0])", part)
        time.sleep(0.2)
    assert browser.until("return [...document.querySelectorAll('article')].some((item) => item.ariaPosInSet === '50000')")
    measure("scroll")
    choose(browser, "search", "autumn")
    assert shown(browser) == 50_000
    measure("first search")
    choose(browser, "search", "pictures")
    assert 5_000 < shown(browser) < 50_000
    measure("search")
    browser.run("document.activeElement.blur()")
    browser.press("a", "r", "a", "r")
    measure("decide")
    articles = browser.run("return document.querySelectorAll('article').length")
    print(f"50,000 removals, {size:.0f} MiB, open in {opened:.1f} s with {articles} in the document; the longest pause in ms: {longest}")
    assert articles < 500 and opened < 15, (articles, opened)
    assert max(longest.values()) < 1000, longest


def main():
    os.chdir(Path(__file__).resolve().parents[2])
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        folder = Path(folder)
        corpus(folder)
        page = folder / "review.html"
        bodycopy(folder, "diff", "corpus", "--html", page, "-q")
        rows = removals(folder, "corpus")
        browser.mode("light")
        browser.open(page)
        counts_are_right(browser, rows)
        texts_are_texts(browser)
        filters_work(browser, rows)
        saved = keys_work(browser)
        decisions_last(browser, page)
        rejections_stick(folder, saved, rows)
        can_be_read_by_all(browser)
        reviews_of_pairs_are_shown(browser, folder)
        fifty_thousand(browser, folder)
        errors = [entry["message"] for entry in browser.log("browser")]
        assert not errors, errors
        nothing_leaves(browser, page)


main()

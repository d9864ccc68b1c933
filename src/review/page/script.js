"use strict";
// The page shows what is in its data, and asks nobody for more. Text of articles only ever becomes text: nothing is parsed as HTML.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const number = new Intl.NumberFormat("en");

  const make = (name, properties = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes("-") || key === "role") element.setAttribute(key, value);
      else element[key] = value;
    }
    element.append(...children);
    return element;
  };

  // The rows of the data, with names.
  const items = data.items.map((row, index) => {
    const [pattern, file, document, field, first, last, reason, sum, letter, doubts, parts, evidence] = row;
    return { index, pattern, file, document, field, first, last, reason, sum, letter, doubts, parts, evidence };
  });
  const patternOf = (item) => data.patterns[item.pattern];
  const categoryOf = (pattern) => pattern.category || pattern.verdict;
  const fileOf = (item) => data.files[item.file];
  // Parts: 0 both, 1 and 2 what the removal is about (gone, come), 3 and 4 other changes nearby.
  const own = (item, side) => item.parts.filter(([kind]) => kind === side).map(([, text]) => text).join("");
  const textOf = (item) => (patternOf(item).verdict === "lost" ? own(item, 2) : own(item, 1));
  // What a pattern took can be kept from then on. Nothing else can be decided here.
  const canDecide = (item) => patternOf(item).id !== "" && patternOf(item).verdict !== "lost";
  const placeOf = (item) => {
    const field = item.field ? ` (${item.field})` : "";
    return data.single[item.file] ? `${fileOf(item)}:${item.first}` : `${fileOf(item)}, document ${item.document}${field}, line ${item.first}`;
  };

  // Decisions, which outlive the page where the browser lets them.
  const storage = `bodycopy review ${data.id}`;
  const decisions = new Map();
  try {
    const kept = JSON.parse(localStorage.getItem(storage) || "[]");
    for (const [index, decision] of kept) if (items[index]) decisions.set(index, decision);
  } catch { /* Then they last as long as the page. */ }
  let saving = 0;
  const save = () => {
    clearTimeout(saving);
    saving = setTimeout(() => {
      try {
        localStorage.setItem(storage, JSON.stringify([...decisions]));
      } catch { /* As above. */ }
    }, 300);
  };

  // What is shown, in order, and which of it is meant by the keys.
  const filter = { pattern: null };
  let view = [];
  let current = -1;

  const searched = [];
  const haystack = (item) => {
    searched[item.index] ??= [...item.parts.map(([, text]) => text), patternOf(item).id, fileOf(item)].join(" ").toLowerCase();
    return searched[item.index];
  };

  const ranks = new Map([...data.files].sort().map((name, rank) => [name, rank]));
  const rank = (item) => ranks.get(fileOf(item));
  const orders = {
    doubt: null,
    pattern: (a, b) => patternOf(a).id.localeCompare(patternOf(b).id) || a.index - b.index,
    place: (a, b) => rank(a) - rank(b) || a.document - b.document || a.first - b.first,
    length: (a, b) => textOf(b).length - textOf(a).length || a.index - b.index,
  };

  const choose = () => {
    const text = by("search").value.trim().toLowerCase();
    const category = by("category").value;
    const doubt = by("doubt").value;
    const decision = by("decision").value;
    const kept = current >= 0 ? view[current] : null;
    view = items.filter((item) => {
      if (filter.pattern !== null && item.pattern !== filter.pattern) return false;
      if (category && categoryOf(patternOf(item)) !== category) return false;
      if (doubt && !(item.doubts & (1 << Number(doubt)))) return false;
      if (decision && (decisions.get(item.index) || "none") !== decision) return false;
      return !text || haystack(item).includes(text);
    });
    const order = orders[by("order").value];
    if (order) view.sort(order);
    current = kept ? view.indexOf(kept) : -1;
    layOut();
    tell();
    mark();
  };

  const tell = () => {
    let rejected = 0;
    for (const decision of decisions.values()) rejected += decision === "reject";
    const accepted = decisions.size - rejected;
    const of = filter.pattern === null ? "" : ` of ${data.patterns[filter.pattern].id}`;
    by("status").textContent =
      `${number.format(view.length)} shown${of}; ${number.format(rejected)} rejected, ${number.format(accepted)} accepted`;
  };

  // A long list: only what is near the window is in the document. The rest is space of the height that it had, or may have.
  const CHUNK = 25;
  const GUESS = 170;
  const list = by("list");
  let chunks = [];
  const near = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) fill(entry.target);
      else if (entry.target.childElementCount) clear(entry.target);
    }
  }, { rootMargin: "1500px 0px" });

  const layOut = () => {
    near.disconnect();
    chunks = [];
    for (let start = 0; start < view.length; start += CHUNK) {
      const chunk = make("div", { role: "presentation" });
      chunk.start = start;
      chunk.style.height = `${Math.min(CHUNK, view.length - start) * GUESS}px`;
      chunks.push(chunk);
    }
    list.replaceChildren(...chunks);
    if (chunks.length) fill(chunks[0]);
    for (const chunk of chunks) near.observe(chunk);
  };

  const fill = (chunk) => {
    if (chunk.childElementCount) return;
    const some = view.slice(chunk.start, chunk.start + CHUNK);
    chunk.replaceChildren(...some.map((item, at) => article(item, chunk.start + at)));
    chunk.style.height = "";
  };

  const clear = (chunk) => {
    if (chunk.contains(document.activeElement)) return;
    chunk.style.height = `${chunk.offsetHeight}px`;
    chunk.replaceChildren();
  };

  const article = (item, position) => {
    const pattern = patternOf(item);
    const head = make("p", { className: "of", id: `of-${item.index}` },
      make("strong", { textContent: pattern.id || pattern.verdict }),
      make("span", { textContent: [pattern.verdict === "removed" ? "" : pattern.verdict, pattern.category].filter(Boolean).join(", ") }),
      make("span", { textContent: placeOf(item) }),
      make("span", { textContent: reasonOf(item) }),
    );
    const text = make("p", { className: "text", dir: "auto" });
    for (const [kind, words] of item.parts) {
      if (kind === 0) text.append(words);
      else text.append(make(kind % 2 ? "del" : "ins", { textContent: words, className: kind > 2 ? "other" : "" }));
    }
    const element = make("article", {
      id: `item-${item.index}`, tabIndex: -1,
      "aria-labelledby": `of-${item.index}`, "aria-posinset": position + 1, "aria-setsize": view.length,
    }, head);
    const doubts = data.doubts.filter((_, bit) => item.doubts & (1 << bit));
    if (pattern.documents === 1) doubts.push("the pattern fires in this document only");
    if (doubts.length) element.append(make("p", { className: "doubts", textContent: doubts.join("; ") }));
    element.append(text);
    if (item.evidence.length) {
      const clues = item.evidence.map(([says, words]) => make("li", { textContent: `${says}: “${words}”` }));
      element.append(make("details", { className: "why" },
        make("summary", { textContent: `evidence (${clues.length})` }), make("ul", {}, ...clues)));
    }
    if (canDecide(item)) {
      const buttons = [["accept", "Accept"], ["reject", "Reject"]].map(([decision, textContent]) => {
        const button = make("button", { type: "button", textContent });
        button.addEventListener("click", () => decide(item, decision));
        return button;
      });
      element.append(make("div", { className: "verdict" }, ...buttons));
    }
    element.addEventListener("focus", () => { current = view.indexOf(item); });
    show(element, item);
    return element;
  };

  const reasonOf = (item) => {
    const sums = [];
    if (item.sum !== null) sums.push(`sum ${item.sum.toFixed(1)}`);
    if (item.letter !== null) sums.push(`of the letter ${item.letter.toFixed(1)}`);
    return [item.reason, ...sums].filter(Boolean).join(", ");
  };

  const show = (element, item) => {
    const decision = decisions.get(item.index);
    element.dataset.decision = decision || "";
    for (const button of element.querySelectorAll(".verdict button")) {
      button.setAttribute("aria-pressed", button.textContent.toLowerCase() === decision);
    }
  };

  const set = (item, decision) => {
    if (!canDecide(item)) return;
    if (decision && decisions.get(item.index) !== decision) decisions.set(item.index, decision);
    else decisions.delete(item.index);
    const element = by(`item-${item.index}`);
    if (element) show(element, item);
  };

  const decide = (item, decision) => {
    set(item, decision);
    save();
    tell();
  };

  const go = (position) => {
    if (!view.length) return;
    current = Math.max(0, Math.min(view.length - 1, position));
    const chunk = chunks[Math.floor(current / CHUNK)];
    fill(chunk);
    const element = by(`item-${view[current].index}`);
    element.focus({ preventScroll: true });
    const box = element.getBoundingClientRect();
    const top = by("filters").getBoundingClientRect().bottom;
    if (box.top < Math.max(0, top) || box.bottom > innerHeight) element.scrollIntoView({ block: "center" });
  };

  // The overview.
  const toggle = (button, on) => button.setAttribute("aria-pressed", on);
  const categories = new Map();
  for (const pattern of data.patterns) {
    const name = categoryOf(pattern);
    categories.set(name, (categories.get(name) || 0) + pattern.removals);
  }
  const largest = Math.max(1, ...categories.values());
  const bars = [...categories].sort((a, b) => b[1] - a[1]).map(([name, count]) => {
    const bar = make("span", { className: "bar" });
    bar.style.width = `${(100 * count) / largest}%`;
    const button = make("button", { type: "button" },
      make("span", { textContent: name }),
      make("span", { className: "count", textContent: number.format(count) }),
      make("span", { "aria-hidden": "true" }, bar));
    button.dataset.name = name;
    button.addEventListener("click", () => {
      by("category").value = by("category").value === name ? "" : name;
      choose();
    });
    by("category").append(make("option", { value: name, textContent: name }));
    by("categories").append(make("li", {}, button));
    return button;
  });
  data.doubts.forEach((name, bit) => by("doubt").append(make("option", { value: bit, textContent: name })));

  const columns = [
    ["Pattern", (pattern) => pattern.id || pattern.verdict, ""],
    ["Category", (pattern) => pattern.category, "optional"],
    ["Removals", (pattern) => pattern.removals, "number"],
    ["Documents", (pattern) => pattern.documents, "number"],
    ["Doubt", (pattern) => pattern.doubt, "number optional"],
  ];
  let sorted = { column: 4, down: true };
  const links = new Map();
  const rows = data.patterns.map((pattern, index) => {
    const row = make("tr");
    columns.forEach(([, value, className], at) => {
      const cell = make("td", { className });
      const shown = value(pattern);
      if (at === 0) {
        const verdict = pattern.verdict === "removed" || !pattern.id ? "" : ` (${pattern.verdict})`;
        const link = make("button", { type: "button", className: "link", textContent: shown + verdict });
        link.addEventListener("click", () => {
          filter.pattern = filter.pattern === index ? null : index;
          choose();
        });
        links.set(index, link);
        cell.append(link);
      } else {
        cell.textContent = at === 4 ? shown.toFixed(1) : typeof shown === "number" ? number.format(shown) : shown;
      }
      row.append(cell);
    });
    return { pattern, row };
  });
  const heads = columns.map(([name, , className], at) => {
    const button = make("button", { type: "button", textContent: name });
    button.addEventListener("click", () => {
      sorted = { column: at, down: sorted.column === at ? !sorted.down : at > 1 };
      sortRows();
    });
    const head = make("th", { className, scope: "col" }, button);
    by("heads").append(head);
    return head;
  });
  const sortRows = () => {
    const value = columns[sorted.column][1];
    const compare = (a, b) => (typeof a === "number" ? a - b : String(a).localeCompare(String(b)));
    const sign = sorted.down ? -1 : 1;
    rows.sort((a, b) => sign * compare(value(a.pattern), value(b.pattern)));
    by("rows").replaceChildren(...rows.map(({ row }) => row));
    heads.forEach((head, at) => {
      if (at === sorted.column) head.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  };
  const mark = () => {
    for (const button of bars) toggle(button, by("category").value === button.dataset.name);
    for (const [index, link] of links) toggle(link, filter.pattern === index);
  };

  const plural = (count, word) => `${number.format(count)} ${word}${count === 1 ? "" : "s"}`;
  const total = Object.values(data.verdicts).reduce((sum, count) => sum + count, 0);
  const kinds = { removed: (count) => plural(count, "removal"), changed: (count) => plural(count, "change") };
  const counts = Object.entries(data.verdicts).map(([name, count]) => kinds[name]?.(count) ?? `${number.format(count)} ${name}`);
  const sample = items.length < total ? `; ${number.format(items.length)} of them are in this page, the least certain first` : "";
  const known = data.patterns.filter((pattern) => pattern.id).length;
  const of = known ? ` by ${plural(known, "pattern")}` : "";
  by("totals").textContent = total === 0 ? "no removals" : `${counts.join(", ")}${of} in ${plural(data.documents, "document")}${sample}`;

  // What was decided, for `bodycopy review apply`.
  const decided = () => {
    const shown = {};
    for (const { id, removals } of data.patterns) if (id) shown[id] = (shown[id] || 0) + removals;
    const lines = [JSON.stringify({ bodycopy_review: 1, sets: data.sets, removals: shown })];
    for (const [index, decision] of [...decisions].sort((a, b) => a[0] - b[0])) {
      const item = items[index];
      const pattern = patternOf(item);
      lines.push(JSON.stringify({
        decision, verdict: pattern.verdict, pattern: pattern.id, category: pattern.category, reason: item.reason, file: fileOf(item), document: item.document,
        lines: [item.first, item.last], text: textOf(item),
      }));
    }
    return `${lines.join("\n")}\n`;
  };
  const download = () => {
    const url = URL.createObjectURL(new Blob([decided()], { type: "application/x-ndjson" }));
    const link = make("a", { href: url, download: "decisions.jsonl" });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  };

  const all = (decision, words) => {
    if (!view.length || !confirm(`${words} all ${number.format(view.length)} removals that are shown?`)) return;
    for (const item of view) if (decisions.get(item.index) !== decision) set(item, decision);
    save();
    tell();
  };

  const theme = () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    by("theme").textContent = dark ? "Dark" : "Light";
  };
  if (matchMedia("(prefers-color-scheme: dark)").matches) by("theme").textContent = "Light";

  const step = (decision) => {
    if (current < 0 || !view[current]) return go(0);
    decide(view[current], decision);
    if (decision) go(current + 1);
  };
  const keys = {
    n: () => go(current + 1), j: () => go(current + 1),
    p: () => go(current - 1), k: () => go(current - 1),
    a: () => step("accept"), r: () => step("reject"), u: () => step(null),
    "/": () => by("search").focus(), e: download, "?": () => by("help").showModal(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || by("help").open) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const action = keys[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
  let typing = 0;
  by("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(choose, 120);
  });
  for (const id of ["category", "doubt", "decision", "order"]) by(id).addEventListener("change", choose);
  by("filters").addEventListener("submit", (event) => event.preventDefault());
  by("filters").addEventListener("reset", () => {
    filter.pattern = null;
    setTimeout(choose);
  });
  by("theme").addEventListener("click", theme);
  by("keys").addEventListener("click", keys["?"]);
  by("export").addEventListener("click", download);
  by("accept-all").addEventListener("click", () => all("accept", "Accept"));
  by("reject-all").addEventListener("click", () => all("reject", "Reject"));
  if (innerWidth < 640) by("patterns").open = false;
  if (!items.some(canDecide)) {
    for (const part of document.querySelectorAll(".decides")) part.hidden = true;
  }

  sortRows();
  choose();
})();

"""datatrove: between reader and writer, in two processes, with statistics and an exclusion writer."""

import gzip
import io
import json

import pytest
from bodycopy import PatternError, Stripper

from conftest import as_in_the_ledger, follow, of_the_ledger

pytest.importorskip("datatrove")
warcwriter = pytest.importorskip("warcio.warcwriter")
pytest.importorskip("magic", reason="the reader of WET files needs libmagic", exc_type=ImportError)

from bodycopy.datatrove import BodyCopy
from datatrove.data import Document


def read(folder):
    records = []
    for path in sorted(folder.rglob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            records += map(json.loads, lines)
    return records


@pytest.fixture(scope="module")
def run(documents, tmp_path_factory):
    """A folder in which the recipe of the README has been followed on two WET files."""
    folder = tmp_path_factory.mktemp("datatrove")
    (folder / "crawl").mkdir()
    for part in range(2):
        with open(folder / "crawl" / f"{part}.warc.wet.gz", "wb") as file:
            writer = warcwriter.WARCWriter(file, gzip=True)
            for number in range(part, len(documents), 2):
                # Without its type the reader would guess, and leave out some texts as no text.
                headers = {"WARC-Record-ID": f"{number:04}", "WARC-Identified-Payload-Type": "text/plain"}
                payload = documents[number].text.encode()
                record = writer.create_warc_record(
                    f"https://example.org/{number}",
                    "conversion",
                    payload=io.BytesIO(payload),
                    length=len(payload),
                    warc_content_type="text/plain",
                    warc_headers_dict=headers,
                )
                writer.write_record(record)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        follow("datatrove")
    return folder


def test_all_seeds_come_out_as_by_the_binary(run, documents):
    rows = sorted(read(run / "cleaned"), key=lambda row: row["id"])
    # datatrove's reader leaves out documents without text.
    expected = [(f"{n:04}", document.clean) for n, document in enumerate(documents) if document.text]
    assert [(row["id"], row.get("text", "")) for row in rows] == expected
    assert all(row["metadata"]["url"] == f"https://example.org/{int(row['id'])}" for row in rows)


def test_the_exclusion_writer_has_the_ledger(run, documents):
    rows = read(run / "removed")
    rows.sort(key=lambda row: (row["id"].split("/")[0], int(row["id"].split("/")[1])))
    expected = [(f"{n:04}", of_the_ledger(entry)) for n, document in enumerate(documents) for entry in document.ledger]
    names = ("publisher", "sum", "letter_sum")
    written = [{**dict.fromkeys(names), **row["metadata"], "text": row["text"]} for row in rows]
    assert [(row["document"], as_in_the_ledger(row)) for row in written] == expected
    folders = {path.name for path in (run / "removed").iterdir()}
    assert folders == {entry["category"] for document in documents for entry in document.ledger}


def test_the_statistics_add_up(run, documents):
    (step,) = [step for step in json.loads((run / "logs" / "stats.json").read_text()) if "bodycopy" in step["name"]]
    stats = {name: value["total"] if isinstance(value, dict) else value for name, value in step["stats"].items()}
    assert stats["total"] == stats["forwarded"] == len([document for document in documents if document.text])
    assert stats["changed"] == sum(document.text != document.clean for document in documents)
    assert stats["removals"] == sum(len(document.ledger) for document in documents)
    assert stats["removed_chars"] == sum(len(document.text) - len(document.clean) for document in documents)
    donations = [entry for document in documents for entry in document.ledger if entry["category"] == "donation"]
    assert stats["removed_donation"] == len(donations)


def test_what_cannot_be_judged_is_named():
    with pytest.raises(ValueError, match="document d7: the text has a lone surrogate at character 1"):
        list(BodyCopy().run([Document(text="a\ud800", id="d7")]))
    with pytest.raises(PatternError, match="own/x.toml:1"):
        BodyCopy(Stripper(patterns={"own/x.toml": "id = 3"}))

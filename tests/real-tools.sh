#!/usr/bin/env bash
# Cleans a corpus in every format and has other people's tools read the result: jq, zstd, gzip, pyarrow, warcio.
#
# usage: tests/real-tools.sh BODYCOPY [PYTHON]
#
# PYTHON has pyarrow and warcio. A tool that is missing is a failure.
set -euo pipefail
bodycopy=$(realpath "$1")
python=${2:-python3}
cd "$(dirname "$0")/.."
for tool in jq zstd gzip "$python"; do
    command -v "$tool" >/dev/null || { echo "this needs $tool"; exit 1; }
done
"$python" -c 'import pyarrow, warcio' || { echo "this needs pyarrow and warcio: $python -m pip install pyarrow warcio"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/src"

"$python" - "$work/src" <<'PYTHON'
import glob, io, json, sys
import pyarrow as pa, pyarrow.parquet as pq
from warcio.warcwriter import WARCWriter

folder = sys.argv[1]
texts = [open(path, encoding="utf-8", newline="").read() for path in sorted(glob.glob("seeds/*.txt")) if not path.endswith(".clean.txt")]
rows = [{"id": number, "text": text, "meta": {"lang": "x", "n": [number]}} for number, text in enumerate(texts * 3)]
with open(f"{folder}/news.jsonl", "w", encoding="utf-8") as file:
    for row in rows:
        file.write(json.dumps(row, ensure_ascii=row["id"] % 2 == 0) + "\n")
for name, kind, options in [
    ("string", pa.string(), {"compression": "zstd"}),
    ("large", pa.large_string(), {"compression": "snappy", "row_group_size": 100}),
    ("view", pa.string_view(), {"compression": "gzip", "use_dictionary": False, "data_page_version": "2.0"}),
    ("dictionary", pa.string(), {"compression": "lz4", "version": "1.0", "write_page_index": True}),
]:
    column = pa.array([row["text"] if row["id"] % 11 else None for row in rows], type=kind)
    table = pa.table({"id": [row["id"] for row in rows], "text": column, "meta": [row["meta"] for row in rows]})
    pq.write_table(table.replace_schema_metadata({"origin": "a test"}), f"{folder}/{name}.parquet", **options)
with open(f"{folder}/news.warc.wet.gz", "wb") as file:
    writer = WARCWriter(file, gzip=True)
    for number, text in enumerate(texts):
        block = text.encode()
        writer.write_record(writer.create_warc_record(f"https://example.org/{number}", "conversion", payload=io.BytesIO(block), length=len(block), warc_content_type="text/plain"))
PYTHON
zstd -q "$work/src/news.jsonl" -o "$work/src/more.jsonl.zst"
gzip -k "$work/src/news.jsonl"

"$bodycopy" clean "$work/src" -o "$work/out" --ledger "$work/ledger.jsonl.zst" --no-config -q
"$bodycopy" restore "$work/out" --ledger "$work/ledger.jsonl.zst" -o "$work/back" -q

zstd -q -t "$work/out/more.jsonl.zst" "$work/back/more.jsonl.zst" "$work/ledger.jsonl.zst"
gzip -t "$work/out/news.jsonl.gz" "$work/out/news.warc.wet.gz" "$work/back/news.warc.wet.gz"
echo "zstd and gzip find their files whole"

# All but the text is the same; every line of the ledger is JSON.
cmp <(jq -c 'del(.text)' "$work/src/news.jsonl") <(jq -c 'del(.text)' "$work/out/news.jsonl")
cmp <(gzip -dc "$work/out/news.jsonl.gz") "$work/out/news.jsonl"
cmp <(zstd -dcq "$work/out/more.jsonl.zst") "$work/out/news.jsonl"
[ "$(zstd -dcq "$work/ledger.jsonl.zst" | jq -s 'map(select(.file)) | length')" -eq "$(find "$work/src" -type f | wc -l)" ]
echo "jq reads the records and the ledger"

"$python" - "$work" <<'PYTHON'
import glob, os, sys
import json
import pyarrow.parquet as pq
from warcio.archiveiterator import ArchiveIterator

work = sys.argv[1]
clean = [json.loads(line)["text"] for line in open(f"{work}/out/news.jsonl", encoding="utf-8")]
for path in sorted(glob.glob(f"{work}/src/*.parquet")):
    name = os.path.basename(path)
    files = {tree: pq.ParquetFile(f"{work}/{tree}/{name}") for tree in ("src", "out", "back")}
    tables = {tree: file.read() for tree, file in files.items()}
    assert tables["back"].equals(tables["src"], check_metadata=True), name
    assert tables["out"].schema.equals(tables["src"].schema, check_metadata=True), name
    assert tables["out"].drop_columns(["text"]).equals(tables["src"].drop_columns(["text"])), name
    for number, text in enumerate(tables["out"]["text"].to_pylist()):
        assert text == (clean[number] if number % 11 else None), (name, number)
    for tree in ("out", "back"):
        old, new = files["src"].metadata, files[tree].metadata
        assert new.num_row_groups == old.num_row_groups
        for group in range(old.num_row_groups):
            assert new.row_group(group).num_rows == old.row_group(group).num_rows
            for column in range(old.num_columns):
                assert new.row_group(group).column(column).compression == old.row_group(group).column(column).compression
print("pyarrow reads the tables: same schema, metadata, row groups, compression; the texts of the JSONL")

def records(tree):
    with open(f"{work}/{tree}/news.warc.wet.gz", "rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            yield record.rec_headers.get_header("WARC-Target-URI"), record.content_stream().read()

old, new, back = (list(records(tree)) for tree in ("src", "out", "back"))
assert old == back
assert [uri for uri, _ in old] == [uri for uri, _ in new]
assert [block.decode() for _, block in new] == clean[: len(new)]
print("warcio reads the archive, and its digests hold")
PYTHON

"""Arrow arrays, record batches and tables."""

import pyarrow as pa
import pytest
from bodycopy import Stripper

from conftest import as_in_the_ledger, clean, of_the_ledger

AD = "The bridge reopened.\nADVERTISEMENT\nTraffic is back.\n"
KEPT = "The bridge reopened.\nTraffic is back.\n"
TYPES = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.binary(),
    pa.large_binary(),
    pa.binary_view(),
    pa.dictionary(pa.int16(), pa.string()),
]


def decoded(values):
    return [value.decode() if isinstance(value, bytes) else value for value in values]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_all_seeds_come_out_as_by_the_binary(documents, kind):
    texts = pa.array([None, "", *(document.text for document in documents), None]).cast(kind)
    clean = [None, "", *(document.clean for document in documents), None]
    stripper = Stripper()
    kept, removals = stripper.strip_array(texts, removals=True)
    kept.validate(full=True)
    removals.validate(full=True)
    assert kept.type == kind
    assert decoded(kept.to_pylist()) == clean
    expected = [None, [], *(list(map(of_the_ledger, document.ledger)) for document in documents), None]
    assert [row if row is None else list(map(as_in_the_ledger, row)) for row in removals.to_pylist()] == expected


def test_slices_chunks_and_threads_change_nothing(documents):
    stripper = Stripper()
    texts = [document.text for document in documents] * 3
    whole = pa.array(texts)
    kept, removals = stripper.strip_array(whole, removals=True)
    for chunks in ([whole[:7], whole[7:7], whole[7:300], whole[300:]], [whole], []):
        chunked = pa.chunked_array(chunks, pa.string())
        for threads in (1, 2):
            parts, gone = stripper.strip_array(chunked, removals=True, threads=threads)
            assert isinstance(parts, pa.ChunkedArray) and len(parts) == len(chunked)
            assert parts.to_pylist() == kept.to_pylist()[: len(chunked)]
            assert gone.to_pylist() == removals.to_pylist()[: len(chunked)]


def test_large_arrays_on_threads(documents):
    # More than the 4 MiB of one task, so that results of several are put together.
    times = 1 + (9 << 20) // sum(len(document.text) for document in documents)
    texts = pa.array([document.text for document in documents] * times)
    stripper = Stripper()
    for kind, threads in ((pa.string(), 1), (pa.large_string(), 2), (pa.string_view(), 2)):
        kept = stripper.strip_array(texts.cast(kind), threads=threads)
        assert kept.to_pylist() == [document.clean for document in documents] * times


def test_characters_are_those_of_python(documents):
    texts = [document.text for document in documents]
    _, removals = Stripper().strip_array(pa.array(texts), removals=True)
    for text, row in zip(texts, removals.to_pylist()):
        for removal in row:
            assert text[removal["characters"]["start"] : removal["characters"]["end"]] == removal["text"]
            assert text.encode()[removal["bytes"]["start"] : removal["bytes"]["end"]].decode() == removal["text"]


def test_a_batch_and_a_table_keep_all_else():
    schema = pa.schema([pa.field("id", pa.int64(), False), pa.field("body", pa.string(), metadata={"k": "v"}), pa.field("url", pa.string())], {"a": "b"})
    batch = pa.record_batch([[1, 2], [AD, None], ["example.org", None]], schema=schema)
    stripper = Stripper()
    for frame in (batch, pa.table(batch)):
        kept = stripper.strip_batch(frame, "body", publisher="url")
        assert type(kept) is type(frame)
        assert kept.schema.equals(schema, check_metadata=True)
        assert kept.to_pylist() == [{"id": 1, "body": KEPT, "url": "example.org"}, {"id": 2, "body": None, "url": None}]
        wide = stripper.strip_batch(frame, "body", removals="removals")
        assert wide.schema.names == ["id", "body", "url", "removals"]
        assert [removal["text"] for removal in wide.to_pylist()[0]["removals"]] == ["ADVERTISEMENT\n"]


def test_other_libraries_by_the_c_data_interface():
    class Foreign:
        def __init__(self, value):
            self.value = value

    class Array(Foreign):
        def __arrow_c_array__(self, schema=None):
            return self.value.__arrow_c_array__(schema)

    class Stream(Foreign):
        def __arrow_c_stream__(self, schema=None):
            return self.value.__arrow_c_stream__(schema)

    stripper = Stripper()
    assert stripper.strip_array(Array(pa.array([AD]))).to_pylist() == [KEPT]
    assert stripper.strip_array(Stream(pa.chunked_array([[AD], [AD]]))).to_pylist() == [KEPT] * 2
    assert stripper.strip_batch(Array(pa.record_batch({"text": [AD]}))).to_pydict() == {"text": [KEPT]}
    assert stripper.strip_batch(Stream(pa.table({"text": [AD]}))).to_pydict() == {"text": [KEPT]}


def test_bytes_that_are_no_utf8_pass_through():
    broken = AD.encode() + b"caf\xe9\n"
    # As Spark makes it of a binary column: a string that is none.
    texts = pa.array([broken]).view(pa.string())
    kept, removals = Stripper().strip_array(texts, removals=True)
    assert kept.type == pa.string()
    assert kept.view(pa.binary()).to_pylist() == [KEPT.encode() + b"caf\xe9\n"]
    assert removals.to_pylist()[0][0]["text"] == "ADVERTISEMENT\n"


def test_very_long_rows():
    long = "The mayor was there, and so were the dogs.\n" * 150_000
    assert len(long) > 6 << 20
    texts = pa.array([AD, long, None, long + "ADVERTISEMENT\n"])
    for kind in (pa.string(), pa.string_view()):
        assert Stripper().strip_array(texts.cast(kind), threads=2).to_pylist() == [KEPT, long, None, long]


def test_publishers_are_as_many_as_texts():
    stripper = Stripper()
    assert stripper.strip_array(pa.array([AD, AD]), pa.array(["example.org", None])).to_pylist() == [KEPT] * 2
    assert stripper.strip_array(pa.array([AD]), pa.nulls(1)).to_pylist() == [KEPT]
    chunked = pa.chunked_array([[AD], [AD, None]])
    assert stripper.strip_array(chunked, pa.chunked_array([["a", "b"], ["c"]])).to_pylist() == [KEPT, KEPT, None]
    for texts in (pa.array([AD, AD]), pa.chunked_array([[AD], [AD]])):
        with pytest.raises(ValueError, match="1 publishers for 2 texts"):
            stripper.strip_array(texts, pa.array(["example.org"]))


def test_what_is_no_text():
    stripper = Stripper()
    with pytest.raises(TypeError, match="int64 does not hold text"):
        stripper.strip_array(pa.array([1]))
    with pytest.raises(TypeError, match="list is no Arrow array"):
        stripper.strip_array([AD])
    with pytest.raises(TypeError, match="dict is neither"):
        stripper.strip_batch({"text": [AD]})
    table = pa.table({"body": [AD], "n": [1]})
    with pytest.raises(KeyError, match="no column 'text'; there are 'body', 'n'"):
        stripper.strip_batch(table)
    with pytest.raises(KeyError, match="no column 'url'"):
        stripper.strip_batch(table, "body", publisher="url")
    with pytest.raises(KeyError, match="several columns 'a'"):
        stripper.strip_batch(pa.table([[AD], [AD]], names=["a", "a"]), "a")
    with pytest.raises(TypeError, match="does not hold text"):
        stripper.strip_batch(table, "n")
    with pytest.raises(ValueError, match="a column 'n' already"):
        stripper.strip_batch(table, "body", removals="n")


def test_parquet_as_by_bodycopy_clean(documents, binary, tmp_path):
    import json

    import pyarrow.parquet as pq

    texts = [None, *(document.text for document in documents)]
    table = pa.table({"id": list(range(len(texts))), "text": texts})
    (tmp_path / "src").mkdir()
    pq.write_table(table, tmp_path / "src" / "a.parquet", row_group_size=50)
    clean(binary, tmp_path)
    kept = Stripper().strip_batch(pq.read_table(tmp_path / "src" / "a.parquet"), removals="removals")
    assert kept.drop(["removals"]).equals(pq.read_table(tmp_path / "out" / "a.parquet"))
    entries = map(json.loads, (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines())
    expected = [(entry["document"], of_the_ledger(entry)) for entry in entries if "pattern" in entry]
    rows = kept.column("removals").to_pylist()
    assert [(row + 1, as_in_the_ledger(removal)) for row, gone in enumerate(rows) for removal in gone or []] == expected

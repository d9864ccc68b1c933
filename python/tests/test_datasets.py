"""Hugging Face datasets: `map` in batches, in processes, with its cache."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bodycopy import BatchStripper, Stripper

from conftest import as_in_the_ledger, follow, of_the_ledger

datasets = pytest.importorskip("datasets")


@pytest.fixture(autouse=True)
def quiet(tmp_path, monkeypatch):
    datasets.disable_progress_bars()
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def test_the_recipe_in_the_readme(documents, tmp_path, monkeypatch):
    (tmp_path / "news").mkdir()
    texts = [None, "", *(document.text for document in documents)]
    table = pa.table({"id": list(range(len(texts))), "text": texts, "url": ["https://example.org/"] * len(texts)})
    pq.write_table(table, tmp_path / "news" / "a.parquet")
    monkeypatch.chdir(tmp_path)
    follow("Hugging Face datasets")
    cleaned = pq.read_table("cleaned.parquet")
    assert cleaned.column("text").to_pylist() == [None, "", *(document.clean for document in documents)]
    assert cleaned.drop(["text"]).equals(table.drop(["text"]))
    entries = [(row + 2, of_the_ledger(entry)) for row, document in enumerate(documents) for entry in document.ledger]
    assert [(row["id"], as_in_the_ledger(row)) for row in pq.read_table("ledger.parquet").to_pylist()] == entries


def test_the_size_of_batches_changes_nothing(documents):
    source = datasets.Dataset.from_dict({"text": [document.text for document in documents]}).with_format("arrow")
    for batch_size in (7, 1000):
        cleaned = source.map(BatchStripper(), batched=True, batch_size=batch_size).with_format(None)
        assert cleaned["text"][:] == [document.clean for document in documents]


def test_an_equal_stripper_has_the_same_fingerprint():
    from datasets.fingerprint import Hasher

    fingerprint = lambda **options: Hasher.hash(BatchStripper("text", Stripper(**options)))
    assert fingerprint() == fingerprint()
    assert fingerprint() != fingerprint(ignore="related")

"""Functions of Arrow batches, for engines that call a function on each, such as Hugging Face datasets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ._stripper import Stripper, missing_column

if TYPE_CHECKING:
    import pyarrow


class BatchStripper:
    """A callable that strips the texts in a column of a batch: :meth:`Stripper.strip_batch` with everything but the batch.

    It can be pickled, as engines do to hand it to their workers.

    :param column: the column that holds the texts.
    :param stripper: the stripper; without it, one with the built-in patterns.
    :param publisher: the column that says whose each text is, if there is one.
    :param removals: the name of a new last column with what went; ``None`` for no such column. :func:`ledger` makes rows of it.
    :param threads: on how many threads a batch is judged. Engines run as many tasks as there are cores, so one is right for them.

    >>> import pyarrow as pa
    >>> BatchStripper("body")(pa.table({"body": ["Rain fell.\\nADVERTISEMENT\\n"]})).to_pydict()
    {'body': ['Rain fell.\\n']}
    """

    def __init__(
        self,
        column: str = "text",
        stripper: Stripper | None = None,
        *,
        publisher: str | None = None,
        removals: str | None = None,
        threads: int = 1,
    ) -> None:
        self.column = column
        self.stripper = stripper if stripper is not None else Stripper()
        self.publisher = publisher
        self.removals = removals
        self.threads = threads

    def __call__(self, batch):
        """Strip a record batch or table, and return the same kind."""
        return self.stripper.strip_batch(
            batch, self.column, publisher=self.publisher, removals=self.removals, threads=self.threads
        )


def ledger(batch: pyarrow.RecordBatch | pyarrow.Table, keys: Sequence[str] = (), removals: str = "removals") -> pyarrow.Table:
    """Make rows of the removals in a batch, one each, in order.

    :param batch: what :meth:`Stripper.strip_batch` returned with this name for ``removals``.
    :param keys: the columns that tell which document a removal is from; they come first.
    :param removals: the column of removals. Its fields come after the keys, each as a column.
    :raises KeyError: when a column is missing.
    :raises ValueError: when a key has the name of a field of a removal.

    >>> import pyarrow as pa
    >>> wide = Stripper().strip_batch(pa.table({"id": [7], "text": ["Rain fell.\\nADVERTISEMENT\\n"]}), removals="removals")
    >>> ledger(wide, ["id"]).select(["id", "category", "text"]).to_pylist()
    [{'id': 7, 'category': 'advertising', 'text': 'ADVERTISEMENT\\n'}]
    """
    import pyarrow
    import pyarrow.compute

    table = pyarrow.table(batch)
    for name in (*keys, removals):
        if name not in table.schema.names:
            raise KeyError(missing_column(name, table.schema.names))
    fields = table.schema.field(removals).type.value_type
    for key in keys:
        if fields.get_field_index(key) >= 0:
            raise ValueError(f"the key {key!r} has the name of a field of a removal; rename the column first")
    lists = table.column(removals).combine_chunks()
    rows = pyarrow.compute.list_parent_indices(lists)
    columns = [table.column(key).take(rows) for key in keys]
    columns += pyarrow.compute.list_flatten(lists).flatten()
    return pyarrow.table(columns, names=[*keys, *(field.name for field in fields)])

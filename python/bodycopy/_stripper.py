"""The stripper, as Python users see it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from . import _native
from ._records import Stripped

if TYPE_CHECKING:
    import pyarrow

    Patterns = str | os.PathLike[str] | Mapping[str, str]
    Column = TypeVar("Column", pyarrow.Array, pyarrow.ChunkedArray)
    Frame = TypeVar("Frame", pyarrow.RecordBatch, pyarrow.Table)


class Stripper:
    """Takes publishers' matter out of text.

    Made once, then used for any number of texts, from any number of threads: it never changes. It can be pickled, with the text of its pattern
    files, so that another machine needs only the package. Making it costs some microseconds with the built-in patterns, about a second with others,
    and next to nothing if the process has made an equal one before.

    :param select: remove only these: categories, languages, pattern sets or patterns; ``default``, ``all``. As ``--select`` of the command.
    :param ignore: do not remove these. As ``--ignore`` of the command.
    :param patterns: more patterns: a folder of pattern files, as ``--patterns`` of the command; or a mapping from paths to the texts of pattern
        files; or several of these. A set with the id of one before takes its place.
    :raises ValueError: when a name in ``select`` or ``ignore`` means nothing; the message has the nearest that does.
    :raises PatternError: when a pattern file is broken; it has file, line and reason of each.
    :raises OSError: when a folder cannot be read.

    Unlike the command, it looks for no ``bodycopy.toml``.
    """

    __slots__ = ("_engine", "_folders", "ignore", "select")

    select: tuple[str, ...]
    """What is removed, by name; empty for all that is by default."""
    ignore: tuple[str, ...]
    """What is not removed, by name."""

    def __init__(
        self,
        select: str | Iterable[str] = (),
        ignore: str | Iterable[str] = (),
        patterns: Patterns | Iterable[Patterns] = (),
    ) -> None:
        self.select = _names(select)
        self.ignore = _names(ignore)
        several = [patterns] if isinstance(patterns, (str, os.PathLike, Mapping)) else patterns
        self._folders = tuple(_files(folder) for folder in several)
        self._engine = _native.Engine(self.select, self.ignore, self._folders)

    def strip(self, text: str, publisher: str | None = None) -> Stripped:
        """Judge a text.

        :param text: one document, with its lines as they are.
        :param publisher: whose it is, if that is known: a URL, a host or a name. Some patterns count only for their own publisher. What names no
            publisher that has patterns does nothing.
        :raises TypeError: when it is not a string. Bytes are decoded first, with ``errors="replace"`` rather than ``"surrogateescape"``.
        :raises ValueError: when it has a lone surrogate; the message says where.

        The lock of the interpreter is released while it works.
        """
        return self._engine.strip(text, publisher)

    def strip_many(
        self,
        texts: Iterable[str | None],
        publishers: Iterable[str | None] | None = None,
        *,
        threads: int = 1,
    ) -> list[Stripped | None]:
        """Judge texts, and return the results in the same order. ``None`` stays ``None``.

        :param texts: documents, as for :meth:`strip`.
        :param publishers: whose each is, if that is known; as many as texts.
        :param threads: on how many threads; 0 for as many as there are cores.
        :raises TypeError, ValueError: as :meth:`strip`; the message has the index of the text. Then nothing was judged.

        The lock of the interpreter is released while it works; Ctrl-C is heard after some megabytes of text.
        """
        listed = texts if isinstance(texts, list) else list(texts)
        whose = None if publishers is None else list(publishers)
        return self._engine.strip_many(listed, whose, _threads(threads))

    @overload
    def strip_array(
        self,
        texts: Column,
        publishers: pyarrow.Array | pyarrow.ChunkedArray | None = None,
        *,
        removals: Literal[False] = False,
        threads: int = 1,
    ) -> Column: ...

    @overload
    def strip_array(
        self,
        texts: Column,
        publishers: pyarrow.Array | pyarrow.ChunkedArray | None = None,
        *,
        removals: Literal[True],
        threads: int = 1,
    ) -> tuple[Column, Column]: ...

    def strip_array(self, texts, publishers=None, *, removals=False, threads=1):
        """Judge the texts of an Arrow array, without a Python object for each.

        :param texts: an array or chunked array of shape ``(n,)``: strings, large strings or string views, or a dictionary of such; binary arrays of
            text too. Other libraries' arrays are taken if they speak the Arrow C data interface. Bytes that are not UTF-8 pass through.
        :param publishers: whose each is, in an array of strings of shape ``(n,)``.
        :param removals: whether to return what went as well.
        :param threads: on how many threads; 0 for as many as there are cores.
        :returns: an array of the same type and length, with nulls where they were; and if ``removals`` is set, a second one of the same length: for
            each text a list of structs with the fields of :class:`Removal`, the ranges as structs ``start`` and ``end`` (``first`` and ``last``
            for lines). The text of a removal that is not UTF-8 has replacement characters.
        :raises TypeError: when the array does not hold text.
        :raises ValueError: when there are not as many publishers as texts, or more than 2 GiB are removed from one chunk with ``removals`` set.
        """
        import pyarrow

        texts = _column(texts)
        if publishers is not None:
            publishers = _column(publishers)
            if len(publishers) != len(texts):
                raise ValueError(f"{len(publishers)} publishers for {len(texts)} texts; each text has one, or null")
        if not isinstance(texts, pyarrow.ChunkedArray):
            return self._strip_chunk(texts, publishers, removals, threads)
        parts = []
        row = 0
        # A chunked array without chunks has a type all the same.
        for chunk in texts.chunks or [pyarrow.array([], texts.type)]:
            whose = None if publishers is None else publishers.slice(row, len(chunk))
            parts.append(self._strip_chunk(chunk, whose, removals, threads))
            row += len(chunk)
        if not removals:
            return pyarrow.chunked_array(parts, texts.type)
        return tuple(pyarrow.chunked_array(column) for column in zip(*parts))

    @overload
    def strip_batch(
        self,
        batch: Frame,
        column: str = "text",
        *,
        publisher: str | None = None,
        removals: str | None = None,
        threads: int = 1,
    ) -> Frame: ...

    @overload
    def strip_batch(
        self,
        batch: object,
        column: str = "text",
        *,
        publisher: str | None = None,
        removals: str | None = None,
        threads: int = 1,
    ) -> pyarrow.RecordBatch | pyarrow.Table: ...

    def strip_batch(self, batch, column="text", *, publisher=None, removals=None, threads=1):
        """Judge the texts in a column of a record batch or table, and return it with what stays of them.

        :param batch: a record batch or a table, or what speaks the Arrow C data interface.
        :param column: the column that holds the texts, as for :meth:`strip_array`. It keeps its place and its type.
        :param publisher: the column that says whose each text is, if there is one.
        :param removals: the name of a new last column with what went, as :meth:`strip_array` makes it; ``None`` for no such column.
        :param threads: on how many threads; 0 for as many as there are cores.
        :raises KeyError: when a column is missing; the message names those that are there.
        :raises ValueError: when the name for ``removals`` is taken.
        :raises TypeError: when a column does not hold text.
        """
        batch = _frame(batch)
        names = batch.schema.names
        for name in (column, publisher):
            if name is not None and names.count(name) != 1:
                raise KeyError(missing_column(name, names))
        if removals in names:
            raise ValueError(f"there is a column {removals!r} already; name another for the removals")
        at = names.index(column)
        whose = None if publisher is None else batch.column(publisher)
        stripped = self.strip_array(batch.column(at), whose, removals=removals is not None, threads=threads)
        kept, gone = stripped if removals is not None else (stripped, None)
        batch = batch.set_column(at, batch.schema.field(at), kept)
        return batch if gone is None else batch.append_column(removals, gone)

    def _strip_chunk(self, texts, publishers, removals, threads):
        import pyarrow

        kind = texts.type
        if pyarrow.types.is_dictionary(kind):
            result = self._strip_chunk(texts.dictionary_decode(), publishers, removals, threads)
            return (result[0].cast(kind), result[1]) if removals else result.cast(kind)
        if publishers is not None:
            publishers = _binary(publishers)
        kept, gone = self._engine.strip_array(_binary(texts), publishers, removals, _threads(threads))
        kept = kept.view(kind)
        return (kept, gone) if removals else kept

    def __reduce__(self):
        return Stripper, (self.select, self.ignore, tuple(dict(files) for files in self._folders))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stripper):
            return NotImplemented
        return (self.select, self.ignore, self._folders) == (other.select, other.ignore, other._folders)

    def __hash__(self) -> int:
        return hash((self.select, self.ignore, self._folders))

    def __repr__(self) -> str:
        files = sum(len(files) for files in self._folders)
        patterns = f", patterns=<{files} files>" if files else ""
        return f"Stripper(select={list(self.select)}, ignore={list(self.ignore)}{patterns})"


def missing_column(name: str, names: list[str]) -> str:
    """Say that a column is not there, or is there more than once."""
    what = "several columns" if name in names else "no column"
    return f"{what} {name!r}; there are {', '.join(map(repr, names)) or 'none at all'}"


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    # As the command has it: several names may stand in one string.
    return tuple(filter(None, map(str.strip, names.split(",")))) if isinstance(names, str) else tuple(names)


def _files(folder: Patterns) -> tuple[tuple[str, str], ...]:
    if isinstance(folder, Mapping):
        return tuple(folder.items())
    return tuple(_native.read_folder(folder))


def _threads(threads: int) -> int:
    if threads < 0:
        raise ValueError(f"{threads} threads; 0 is as many as there are cores")
    return threads or os.cpu_count() or 1


def _column(values):
    """The values as an array or a chunked array of pyarrow."""
    import pyarrow

    if isinstance(values, (pyarrow.Array, pyarrow.ChunkedArray)):
        return values
    if hasattr(values, "__arrow_c_array__"):
        return pyarrow.array(values)
    if hasattr(values, "__arrow_c_stream__"):
        return pyarrow.chunked_array(values)
    raise TypeError(f"{type(values).__name__} is no Arrow array; for strings in a list there is strip_many")


def _frame(values):
    """The values as a record batch or a table of pyarrow."""
    import pyarrow

    if isinstance(values, (pyarrow.RecordBatch, pyarrow.Table)):
        return values
    if hasattr(values, "__arrow_c_array__"):
        return pyarrow.record_batch(values)
    if hasattr(values, "__arrow_c_stream__"):
        return pyarrow.table(values)
    raise TypeError(f"{type(values).__name__} is neither a record batch nor a table")


def _binary(values):
    """The same buffers, seen as bytes: nothing is copied."""
    import pyarrow

    if isinstance(values, pyarrow.ChunkedArray):
        values = values.combine_chunks()
    kind = values.type
    if pyarrow.types.is_dictionary(kind):
        return _binary(values.dictionary_decode())
    for text, binary in (
        (pyarrow.string(), pyarrow.binary()),
        (pyarrow.large_string(), pyarrow.large_binary()),
        (pyarrow.string_view(), pyarrow.binary_view()),
    ):
        if kind in (text, binary):
            return values.view(binary)
    if pyarrow.types.is_null(kind):
        return values.cast(pyarrow.binary())
    raise TypeError(f"an array of the type {kind} does not hold text")

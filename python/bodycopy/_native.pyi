from collections.abc import Sequence
from os import PathLike

import pyarrow

from ._records import Stripped

VERSION: str

class Engine:
    def __new__(
        cls, select: Sequence[str], ignore: Sequence[str], folders: Sequence[Sequence[tuple[str, str]]]
    ) -> Engine: ...
    def strip(self, text: str, publisher: str | None) -> Stripped: ...
    def strip_many(
        self, texts: list[str | None], publishers: Sequence[str | None] | None, threads: int
    ) -> list[Stripped | None]: ...
    def strip_array(
        self, texts: pyarrow.Array, publishers: pyarrow.Array | None, removals: bool, threads: int
    ) -> tuple[pyarrow.Array, pyarrow.Array | None]: ...

def run(arguments: Sequence[str]) -> int: ...
def read_folder(folder: str | PathLike[str]) -> list[tuple[str, str]]: ...

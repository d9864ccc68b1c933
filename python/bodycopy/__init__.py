"""Keeps the editorial body of news text and takes out what publishers wrap around it.

>>> from bodycopy import Stripper
>>> stripper = Stripper()
>>> stripped = stripper.strip("The bridge reopened.\\nADVERTISEMENT\\nTraffic is back.\\n")
>>> stripped.text
'The bridge reopened.\\nTraffic is back.\\n'
>>> [(removal.category, removal.text) for removal in stripped.removals]
[('advertising', 'ADVERTISEMENT\\n')]

Columns go through :meth:`Stripper.strip_array` and :meth:`Stripper.strip_batch` without a Python object for each row. :class:`BatchStripper` is the same as a
callable, for Hugging Face datasets and others that map batches. The module ``bodycopy.datatrove`` is a step for datatrove; it is imported on its own.
"""

from ._batches import BatchStripper, ledger
from ._native import VERSION as __version__
from ._records import Evidence, PatternError, Removal, Stripped
from ._stripper import Stripper

__all__ = ["BatchStripper", "Evidence", "PatternError", "Removal", "Stripped", "Stripper", "__version__", "ledger"]

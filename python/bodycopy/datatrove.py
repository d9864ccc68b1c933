"""For datatrove: a pipeline step that stands between reader and writer.

>>> from bodycopy.datatrove import BodyCopy                              # doctest: +SKIP
>>> pipeline = [                                                         # doctest: +SKIP
...     JsonlReader("crawl/"),
...     BodyCopy(publisher_from="url", exclusion_writer=JsonlWriter("removed/")),
...     JsonlWriter("cleaned/"),
... ]
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep
from datatrove.utils.typeshelper import StatHints

from ._stripper import Stripper

if TYPE_CHECKING:
    from datatrove.pipeline.writers.disk_base import DiskWriter

    from ._records import Removal


class BodyCopy(PipelineStep):
    """Takes publishers' matter out of the text of each document, and forwards all documents.

    :param stripper: the stripper; without it, one with the built-in patterns.
    :param publisher_from: the metadata field that says whose a document is, such as ``url``; ``None`` if none does.
    :param exclusion_writer: a writer for what goes: a document for each removal, with its text, the id of the document and a number from 1 as its id
        (``some-id/1``), and the rest of it as metadata, so that ``${category}`` may stand in the writer's file name.

    Statistics, besides datatrove's own: ``changed`` and ``emptied`` documents; and for each changed document ``removals``, ``removed_chars``, and how many were of
    each category, as ``removed_donation``.
    """

    name = "📰 bodycopy"
    type = "✂️ - FORMAT"

    def __init__(
        self,
        stripper: Stripper | None = None,
        publisher_from: str | None = None,
        exclusion_writer: DiskWriter | None = None,
    ) -> None:
        super().__init__()
        self.stripper = stripper if stripper is not None else Stripper()
        self.publisher_from = publisher_from
        self.exclusion_writer = exclusion_writer

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Strip the documents as they come."""
        with self.exclusion_writer or contextlib.nullcontext() as writer:
            for document in data or ():
                self.stat_update(StatHints.total)
                with self.track_time():
                    removals = self._strip(document)
                if writer is not None:
                    for number, removal in enumerate(removals, 1):
                        writer.write(_document_of(document, number, removal), rank)
                self.stat_update(StatHints.forwarded)
                self.update_doc_stats(document)
                yield document

    def _strip(self, document: Document) -> tuple[Removal, ...]:
        publisher = document.metadata.get(self.publisher_from) if self.publisher_from else None
        try:
            stripped = self.stripper.strip(document.text, publisher)
        except (TypeError, ValueError) as error:
            raise type(error)(f"document {document.id}: {error}") from error
        removals = stripped.removals
        if removals:
            self.stat_update("changed")
            self.stat_update("removals", value=len(removals), unit="doc")
            self.stat_update("removed_chars", value=len(document.text) - len(stripped.text), unit="doc")
            for removal in removals:
                self.stat_update(f"removed_{removal.category}")
            if not stripped.text.strip():
                self.stat_update("emptied")
            document.text = stripped.text
        return removals


def _document_of(document: Document, number: int, removal: Removal) -> Document:
    metadata = removal._asdict()
    text = metadata.pop("text")
    metadata["evidence"] = [evidence._asdict() for evidence in removal.evidence]
    return Document(text=text, id=f"{document.id}/{number}", metadata={"document": document.id, **metadata})

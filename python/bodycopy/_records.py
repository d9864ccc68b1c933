"""What comes of a text, and what is wrong with patterns."""

from __future__ import annotations

from typing import NamedTuple


class Evidence(NamedTuple):
    """A pattern that was found in a removal."""

    pattern: str
    """The id of the pattern, such as ``en.common.advertisement``."""
    bytes: tuple[int, int]
    """Where, in bytes of the text as UTF-8, from 0, the end exclusive."""
    characters: tuple[int, int]
    """The same in characters (code points): ``text[slice(*evidence.characters)]``."""
    text: str
    """What was found, as far as it lies in the removal."""


class Removal(NamedTuple):
    """Something that was removed, and why. The names are those of the ledger."""

    pattern: str
    """The id of the pattern that took it; where evidence did, the heaviest cue."""
    category: str
    """The category of the pattern, such as ``donation``."""
    publisher: str | None
    """The domain of the publisher whose pattern it is, if it is a publisher's."""
    reason: str
    """How it was judged: line, block, section, span, cues, letter, between, thread, repeated or labels."""
    sum: float | None
    """The sum of the line's own cues, if it was judged by cues or as part of a letter."""
    letter_sum: float | None
    """The sum over the letter, if it was judged as part of one."""
    bytes: tuple[int, int]
    """Where, in bytes of the text as UTF-8, from 0, the end exclusive."""
    characters: tuple[int, int]
    """The same in characters (code points): ``text[slice(*removal.characters)]`` is ``removal.text``."""
    lines: tuple[int, int]
    """The first and the last line that it touches, from 1."""
    text: str
    """What was removed."""
    evidence: tuple[Evidence, ...]
    """What was found, in order."""


class Stripped(NamedTuple):
    """What became of a text."""

    text: str
    """What stays. If nothing was removed, the very string that was handed over."""
    removals: tuple[Removal, ...]
    """What went, in order."""
    unjudged: tuple[int, ...]
    """The numbers of the lines, from 1, that are longer than 1 MiB and stay unjudged."""


class PatternError(ValueError):
    """Pattern files are broken. The message has a line for each error: file, line, what is wrong and what would be right."""

    errors: list[tuple[str, int, str]]
    """For each error the file, the line from 1, and what is wrong."""

    def __init__(self, errors: list[tuple[str, int, str]]) -> None:
        super().__init__(errors)
        self.errors = errors

    def __str__(self) -> str:
        return "\n".join(f"{path}:{line}: {message}" for path, line, message in self.errors)

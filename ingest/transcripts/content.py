"""A file as the dialects see it: its bytes, its text, its JSON, each made once."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ingest.errors import UnreadableSource
from ingest.plaintext import decode_text


@dataclass(frozen=True, slots=True)
class Node:
    """A place in a JSON document of unknown shape: what is missing or of another type reads as nothing."""

    value: object = None

    def __getitem__(self, key: str) -> Node:
        return Node(self.value.get(key)) if isinstance(self.value, dict) else Node()  # pyright: ignore[reportUnknownMemberType]

    def __iter__(self) -> Iterator[Node]:
        """The elements of a list; nothing for all else."""
        if isinstance(self.value, list):
            yield from (Node(item) for item in self.value)  # pyright: ignore[reportUnknownVariableType]

    def __bool__(self) -> bool:
        return self.value is not None

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def first(self) -> Node:
        return next(iter(self), Node())

    def has(self, *keys: str) -> bool:
        return isinstance(self.value, dict) and all(key in self.value for key in keys)

    def text(self) -> str | None:
        """The string here, or a number as written; None for all else and for blank strings."""
        if isinstance(self.value, str):
            return self.value if self.value.strip() else None
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value) if abs(self.value) < 10**30 else None
        return None

    def number(self) -> float | None:
        """The finite number here, also when it stands in a string ("13.03", "1.2s")."""
        value = self.value
        if isinstance(value, str):
            value = value.strip().removesuffix("s")
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Content:
    """``path`` is only for error messages and for the dialects whose text has no marks of its own."""

    path: str
    data: bytes

    @cached_property
    def text(self) -> str:
        return decode_text(self.data)

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their ends. Only real line ends count: speech may hold U+2028 and form feeds."""
        return self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @property
    def is_zip(self) -> bool:
        return self.data.startswith(b"PK\x03\x04")

    @cached_property
    def json(self) -> Node:
        """The JSON document, empty when the file is none. Raises ``UnreadableSource`` if it is broken."""
        if self.is_zip or not self.looks_like_json:
            return Node()
        return parse_json(self.path, self.text)

    @cached_property
    def looks_like_json(self) -> bool:
        """An object or a list of things: "[Dana] 10:03:02" is a line of a text transcript."""
        head = self.text[:4096].lstrip()
        follows = head[1:].lstrip()[:1]
        return (head.startswith("{") and follows in ('"', "}", "")) or (
            head.startswith("[") and follows in ("{", "[", '"', "]", "")
        )


def parse_json(path: str, text: str) -> Node:
    """Raises ``UnreadableSource`` with the line where the JSON breaks off."""
    try:
        return Node(json.loads(text, parse_constant=lambda name: None))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}"
        reason = "broken JSON: export the transcript again, the file may be cut off"
        raise UnreadableSource(reason, file=path, place=place) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(
            "JSON nested or numbered beyond reason: export the transcript again", file=path
        ) from error

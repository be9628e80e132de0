"""YAML text to a plain tree of text, lists and dicts, with the place of every key and value.

Every scalar stays the text that was written: YAML 1.1 would turn the version 1.10 into 1.1, `on` into true and 12:30
into 750. What could surprise is refused: aliases (nine of them in 271 bytes expand to 43 million leaves), duplicate
keys, tags, several documents, absent values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.config.problem import quoted
from bot.redaction import holds_secret

Tree = str | list["Tree"] | dict[str, "Tree"]
Path = tuple[str | int, ...]

LARGEST_FILE = 1024 * 1024
"""Bytes."""
DEEPEST = 20
"""Lists and mappings inside each other."""
_MARK = "\ufeff"
_HELD = (
    "This looks like a secret (a key, a token, or a password in an address), and a policy holds none: put it into a "
    "variable of the environment. Whoever could read this file knows it now."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that the syntax allows and we do not, or a broken syntax."""

    place: Place
    sentence: str


@dataclass(slots=True)
class Document:
    """A tree with its places. `broken` holds the paths whose value was refused; they carry "" in the tree."""

    root: Tree = ""
    keys: dict[Path, Place] = field(default_factory=dict)
    values: dict[Path, Place] = field(default_factory=dict)
    broken: set[Path] = field(default_factory=set)
    mistakes: list[Mistake] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Return where a path is written: its key, else its value, else the nearest thing around it."""
        for length in range(len(path), -1, -1):
            found = self.keys.get(path[:length]) or self.values.get(path[:length])
            if found:
                return found
        return Place(1, 1)

    def at(self, path: Path) -> Tree | None:
        """Return what is written at a path, or None where nothing is."""
        node: Tree = self.root
        for step in path:
            if isinstance(node, dict) and isinstance(step, str):
                below = node.get(step)
            else:
                below = node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None
            if below is None:
                return None
            node = below
        return node

    def is_broken(self, path: Path) -> bool:
        """Whether something at or above a path was refused already."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))


class _Stop(Exception):  # noqa: N818 - not an error of ours: nothing behind it can be read
    """Carries the mistake that ends the reading."""

    def __init__(self, line: int, column: int, sentence: str) -> None:
        super().__init__(sentence)
        self.mistake = Mistake(Place(line, column), sentence)


def read_yaml(text: str | bytes) -> Document:
    """Return the tree of a YAML text with its places and mistakes; never raises for what the text holds."""
    document = Document()
    try:
        shown = _decoded(text)
        events = yaml.parse(shown, Loader=yaml.BaseLoader)
        _Reader(document, events).read()
    except _Stop as stop:
        document.mistakes.append(stop.mistake)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark) if mark else Place(1, 1)
        document.mistakes.append(Mistake(place, f"This is not YAML: {error.problem or error.context}."))
    except yaml.reader.ReaderError as error:
        line = shown.count("\n", 0, error.position) + 1
        document.mistakes.append(Mistake(Place(line, 1), "A character here may not stand in YAML; delete it."))
    except (ValueError, OverflowError):
        # PyYAML calls chr() on the number of an escape such as "\UFFFFFFFF" without looking at it.
        document.mistakes.append(Mistake(Place(1, 1), 'An escape such as "\\U00110000" names no character.'))
    if document.mistakes and document.root == "":
        document.broken.add(())
    return document


def _decoded(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    if len(raw) > LARGEST_FILE:
        raise _Stop(1, 1, "The file is larger than 1 MiB.")
    try:
        shown = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _Stop(line, 1, "The file is not UTF-8 text here; save it as UTF-8.") from None
    return shown.removeprefix(_MARK)


def _place(mark: Any) -> Place:
    # types-PyYAML says that a mark may be None; the parser sets it on every event.
    return Place(mark.line + 1, mark.column + 1)


class _Reader:
    """Builds the tree from the parser's events; its own calls nest as deep as the tree, and that is bounded."""

    def __init__(self, document: Document, events: Iterator[yaml.Event]) -> None:
        self.document = document
        self.events = events

    def read(self) -> None:
        next(self.events)  # the stream's start
        first = next(self.events)
        if isinstance(first, yaml.StreamEndEvent):
            raise _Stop(1, 1, "The file is empty.")
        root = self._node(next(self.events), ())
        # A syntax error further down leaves the tree unread as a whole: what it lacks is not the author's omission.
        next(self.events)  # the document's end
        self.document.root = root
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            place = _place(after.start_mark)
            self._refuse(place, "A second document begins here; a policy is one document. Remove the `---`.")

    def _refuse(self, place: Place, sentence: str) -> None:
        self.document.mistakes.append(Mistake(place, sentence))

    def _node(self, event: yaml.Event, path: Path) -> Tree:
        place = _place(event.start_mark)
        self.document.values[path] = place
        if len(path) > DEEPEST:
            raise _Stop(place.line, place.column, f"This is nested deeper than {DEEPEST} levels.")
        if isinstance(event, yaml.AliasEvent):
            self._refuse(place, f"{quoted(f'*{event.anchor}')} is an alias; write the value out.")
            return self._broken(path)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._refuse(place, f"{quoted(f'&{event.anchor}')} is an anchor; write the value out where it is needed.")
        if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)) and event.tag is not None:
            self._refuse(place, "A tag (`!...`) stands here; write the plain value.")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        assert isinstance(event, yaml.ScalarEvent)  # noqa: S101 - the parser's grammar has no other node
        return self._scalar(event, place, path)

    def _sequence(self, path: Path) -> Tree:
        items: list[Tree] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> Tree:
        entries: dict[str, Tree] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            place = _place(event.start_mark)
            if not isinstance(event, yaml.ScalarEvent) or event.tag or event.anchor or not event.value:
                raise _Stop(place.line, place.column, "A key must be plain text.")
            key = str(event.value)
            if holds_secret(key):
                raise _Stop(place.line, place.column, _HELD)
            if key in entries:
                self._twice(key, place, (*path, key))
                continue
            self.document.keys[*path, key] = place
            entries[key] = self._node(next(self.events), (*path, key))
        return entries

    def _twice(self, key: str, place: Place, path: Path) -> None:
        first = self.document.keys[path]
        self._refuse(place, f"{quoted(key)} is written a second time; the first is in line {first.line}. Keep one.")
        aside = _Reader(Document(), self.events)  # what stands beneath it is read past
        aside._node(next(self.events), path)

    def _scalar(self, event: yaml.ScalarEvent, place: Place, path: Path) -> Tree:
        text = str(event.value)
        if text == "" and event.style is None:
            where = quoted(path[-1]) if path and isinstance(path[-1], str) else "This item"
            self._refuse(
                place, f"{where} has no value; write one (in quotation marks if it begins with #), or remove it."
            )
            return self._broken(path)
        if any("\ud800" <= character <= "\udfff" for character in text):
            self._refuse(place, "An escape here names half a character; write the character itself.")
            return self._broken(path)
        if holds_secret(text):  # what is refused here is quoted by nobody: reload's answer goes to Slack and the audit
            self._refuse(place, _HELD)
            return self._broken(path)
        return text

    def _broken(self, path: Path) -> Tree:
        self.document.broken.add(path)
        return ""

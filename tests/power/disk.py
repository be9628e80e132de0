"""A disk under SQLite that notes every write, so that a power cut can be drawn after any of them.

The model: what was written to a file since its last sync is kept or lost sector by sector, each by chance; lengths, too.
Names (a file made or removed) reach the disk in their order and last with the next sync of their directory: one that
SQLite asks for (EXTRA, after the journal is removed), or the one of its own at the first sync of a new journal
(`UNIXFILE_DIRSYNC` in SQLite's os_unix.c). A lock is not on the disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

SECTOR = 512
JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_WAL


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at a place of a file."""

    file: int
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """A file's new length."""

    file: int
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """Everything written to a file is on the disk; with `names`, so is everything that was made or removed."""

    file: int
    names: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A file was made under a name, or (None) the name was removed; `durable` when the directory was synced after."""

    name: str
    file: int | None
    durable: bool = False


Step = Write | Truncate | Sync | Name


@dataclass(slots=True)
class Disk:
    """What happened, in order."""

    steps: list[Step] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    _files: int = 0

    def opened(self, name: str) -> int:
        """Return the number of the file under a name, a new one if there is none."""
        if name not in self.names:
            self._files += 1
            self.names[name] = self._files
            self.steps.append(Name(name, self._files))
        return self.names[name]

    def removed(self, name: str, *, durable: bool) -> None:
        """Note that a name is gone."""
        del self.names[name]
        self.steps.append(Name(name, None, durable))


class Recorder(apsw.VFS):
    """SQLite's own way to the disk, with every step noted. Nothing is really synced: the power never really goes."""

    def __init__(self, name: str) -> None:
        self.disk = Disk()
        self.name = name
        super().__init__(name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's name
        """Open a file and note its name."""
        opened = _File(self.disk, name, flags)
        if isinstance(name, apsw.URIFilename):
            name = name.filename()
        if name is not None:
            opened.number = self.disk.opened(Path(name).name)
            opened.new_journal = bool(flags[0] & JOURNALS)
        return opened

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's name
        """Remove a file."""
        super().xDelete(filename, syncdir)
        self.disk.removed(Path(filename).name, durable=syncdir)


class _File(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self.disk = disk
        self.number: int | None = None
        self.new_journal = False

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's name
        super().xWrite(data, offset)
        if self.number is not None:
            self.disk.steps.append(Write(self.number, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's name
        super().xTruncate(newsize)
        if self.number is not None:
            self.disk.steps.append(Truncate(self.number, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's name
        del flags
        if self.number is not None:
            self.disk.steps.append(Sync(self.number, names=self.new_journal))
            self.new_journal = False


@dataclass(slots=True)
class Platter:
    """What the disk holds after some steps for certain, and what is still on its way: the power can be cut at any.

    One is wound on through a whole run, so that thousands of cuts cost no more than the one walk.
    """

    _durable: dict[int, bytearray] = field(default_factory=dict)
    _pending: dict[int, list[Write | Truncate]] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)
    _waiting: list[Name] = field(default_factory=list)

    def takes(self, step: Step) -> None:
        """Let one more step happen."""
        match step:
            case Write() | Truncate():
                self._pending.setdefault(step.file, []).append(step)
            case Sync():
                for done in self._pending.pop(step.file, ()):
                    _apply(self._durable.setdefault(step.file, bytearray()), done)
                if step.names:
                    self._settle()
            case Name():
                self._waiting.append(step)
                if step.durable:
                    self._settle()

    def after_a_cut(self, chance: Random) -> dict[str, bytes]:
        """Return the files as they would be found if the power went now and came back, by name."""
        found = {file: bytearray(content) for file, content in self._durable.items()}
        for file, lost in self._pending.items():
            for step in lost:
                _apply_by_chance(found.setdefault(file, bytearray()), step, chance)
        names = dict(self._names)
        _name(names, self._waiting[: chance.randint(0, len(self._waiting))])
        return {name: bytes(found.get(file, b"")) for name, file in names.items()}

    def _settle(self) -> None:
        _name(self._names, self._waiting)
        self._waiting.clear()


def _apply(content: bytearray, step: Write | Truncate) -> None:
    if isinstance(step, Truncate):
        del content[step.size :]
        content.extend(bytes(step.size - len(content)))
        return
    content.extend(bytes(max(0, step.at - len(content))))
    content[step.at : step.at + len(step.data)] = step.data


def _apply_by_chance(content: bytearray, step: Write | Truncate, chance: Random) -> None:
    if isinstance(step, Truncate):
        if chance.random() < 0.5:
            _apply(content, step)
        return
    begin, end = step.at, step.at + len(step.data)
    while begin < end:
        until = min(end, (begin // SECTOR + 1) * SECTOR)
        if chance.random() < 0.5:
            _apply(content, Write(step.file, begin, step.data[begin - step.at : until - step.at]))
        begin = until


def _name(names: dict[str, int], steps: Iterable[Name]) -> None:
    for step in steps:
        if step.file is None:
            names.pop(step.name, None)
        else:
            names[step.name] = step.file

"""What a freeze must satisfy as a whole: one way of saying when, names that exist, an end."""

from collections.abc import Iterator
from datetime import datetime, time

from bot.config.file_rules import FreezeSection, QuietSection
from bot.config.policy_file import PolicyFile
from bot.config.problem import nearest, quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path
from bot.core.calendar import Weekday

_FIXED = "write `days` with hours, or `from` and `until` as moments"


def freezes(file: PolicyFile) -> Iterator[Found]:
    """Yield every mistake in the list of freezes, at its path."""
    names: set[str] = set()
    for index, freeze in enumerate(file.freezes):
        path: Path = ("freezes", index)
        if freeze.name in names:
            yield Found((*path, "name"), f"{quoted(freeze.name)} is the name of another freeze already.")
        names.add(freeze.name)
        yield from _when(path, freeze)
        yield from _where(path, freeze, file)


def quiet_hours(path: Path, quiet: QuietSection | None) -> Iterator[Found]:
    """Yield the mistake of quiet hours that are none or all of the day."""
    if quiet is not None and quiet.from_ == quiet.until:
        yield Found((*path, "quiet_hours", "until"), "`until` is its `from`; write hours of which some are left.")


def _when(path: Path, freeze: FreezeSection) -> Iterator[Found]:
    who = quoted(freeze.name)
    if freeze.days is None:
        if not isinstance(freeze.from_, datetime) or not isinstance(freeze.until, datetime):
            yield Found(path, f"{who} does not say when; {_FIXED}.")
        elif freeze.until <= freeze.from_:
            yield Found((*path, "until"), f"`until` of {who} is not after its `from`.")
        return
    for key, at in (("from", freeze.from_), ("until", freeze.until)):
        if isinstance(at, datetime):
            yield Found((*path, key), f"`{key}` of {who} must be an hour, since it comes each week; {_FIXED}.")
    if (freeze.from_ is None) != (freeze.until is None):
        lacking = "from" if freeze.from_ is None else "until"
        yield Found(path, f"`{lacking}` is missing for {who}; write both hours, or none for whole days.")
    elif _never_ends(freeze):
        yield Found((*path, "days"), f"{who} never ends; leave a day or an hour free, or `/deploy hold` the lane.")


def _never_ends(freeze: FreezeSection) -> bool:
    """Whether its windows follow one another all week: every day is named, and each lasts until the next begins."""
    every_day = set(freeze.days or ()) == set(Weekday)
    from_, until = freeze.from_ or time(), freeze.until or time()
    return every_day and from_ == until


def _where(path: Path, freeze: FreezeSection, file: PolicyFile) -> Iterator[Found]:
    environments = {name for service in file.services.values() for name in service.environments}
    for key, known, named in (
        ("environments", environments, freeze.environments),
        ("services", set(file.services), freeze.services),
    ):
        for index, name in enumerate(named):
            if name not in known:
                near = nearest(name, known)
                meant = f" Did you mean {quoted(near)}?" if near else ""
                what = "no service has an environment" if key == "environments" else "there is no service"
                yield Found((*path, key, index), f"{what.capitalize()} {quoted(name)}.{meant}")

"""How each kind of value in a policy file is checked and read.

Everything arrives as text (see yaml_text). A checker raises ValueError with what to write instead; what it says
continues the sentence "`KEY` ...".
"""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar
from zoneinfo import available_timezones

from bot.config.addresses import check_api, check_heartbeat, check_target
from bot.config.problem import nearest, quoted

PLACEHOLDERS = ("version", "sha", "digest", "environment", "service", "release", "key")
ANNOUNCED = ("version", "service", "environment", "sha", "release", "changes", "authors")
"""The placeholders of an announcement."""
ADDED_INPUTS = ("sha", "signoff_key")
GRAMMAR = frozenset(
    {
        "to", "in", "at", "for", "help", "status", "why",
        "list", "history", "diff", "approve", "reject", "withdraw", "cancel",
        "retry", "schedule", "rollback", "hotfix", "override", "hold", "resume",
        "lock", "unlock", "stop-all", "go-all", "freeze", "mode", "live",
        "quarantine", "release-quarantine", "delivery", "deployment", "observe", "metrics", "digest",
        "nudge", "claim", "mute", "everyone",
    }
)  # fmt: skip
"""Words of `/deploy`, today's and tomorrow's: nothing may be named so, or a command could mean two things."""

VARIABLE = "[A-Z][A-Z0-9_]{0,99}"
_VARIABLE = re.compile(VARIABLE)
NAME = r"[a-z0-9][a-z0-9._-]{0,62}"
LONGEST_WAIT = timedelta(days=365)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = r"[1-9][0-9]{0,8}[smhd]"
HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
MOMENT = rf"20[0-9]{{2}}-[0-9]{{2}}-[0-9]{{2}}T{HOUR}"
WORKFLOW = r"(?:\.github/workflows/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.ya?ml"
BRANCH = r"[A-Za-z0-9_][A-Za-z0-9._/+@#=-]{0,199}"

TAG = r"tag:[A-Za-z0-9*?._+/@-]{1,100}"
"""A glob of the characters that tags may have."""

E = TypeVar("E", bound=Enum)


class Never(Enum):
    """What stands for a length of time that is never over."""

    NEVER = "never"


class NotYetError(ValueError):
    """A value that is known and not built yet; its text says what to write instead."""


def text(pattern: str, should: str) -> Callable[[Any], str]:
    """Return a checker of text that matches a pattern as a whole; `should` says what is wanted."""
    matches = re.compile(pattern)

    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"must be {should}")  # noqa: TRY004 - pydantic turns only ValueError into a report
        if not matches.fullmatch(value):
            raise ValueError(f"must be {should}; {quoted(value)} is not")
        return value

    return check


def check_variable(value: Any) -> str:
    """Read the name of a variable. What is none is not shown: whoever mistakes the key writes the secret itself."""
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError("must be the name of an environment variable (A-Z, 0-9 and '_'), never what it holds")
    return value


def check_duration(value: Any) -> timedelta:
    """Read 30s, 5m, 2h, 3d."""
    written = text(DURATION, "a duration such as 30s, 5m, 2h or 3d")(value)
    length = timedelta(seconds=int(written[:-1]) * _SECONDS[written[-1]])
    if length > LONGEST_WAIT:
        raise ValueError(f"must be at most 365d; {quoted(written)} is longer")
    return length


def check_duration_or_never(value: Any) -> timedelta | Never:
    """Read a duration, or that it is never over."""
    return Never.NEVER if value == Never.NEVER.value else check_duration(value)


def check_count(value: Any) -> int:
    """Read a count of people."""
    return int(text("[1-9][0-9]{0,2}", "a number from 1 to 999")(value))


def check_hour(value: Any) -> time:
    """Read an hour of the day such as 07:30."""
    return time.fromisoformat(text(HOUR, 'an hour in quotation marks, such as "20:00"')(value))


def check_moment(value: Any) -> time | datetime:
    """Read an hour of the day, or a local moment without a zone."""
    should = 'an hour such as "20:00" or a moment such as "2026-12-23T18:00", in quotation marks'
    written = text(f"{HOUR}|{MOMENT}", should)(value)
    if "T" not in written:
        return time.fromisoformat(written)
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"must be {should}; {quoted(written)} is no day of the calendar") from None


def check_timezone(value: Any) -> str:
    """Check the name of an IANA time zone."""
    should = "an IANA time zone such as Europe/Berlin"
    name = text("[A-Za-z0-9_+/-]{1,64}", should)(value)
    if name not in _zones():
        near = nearest(name, _zones())
        meant = f" (did you mean {quoted(near)}?)" if near else ""
        raise ValueError(f"must be {should}; {quoted(name)} is not{meant}")
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "Factory"}  # what they are depends on the machine


def check_status(value: Any) -> int:
    """Read the status of an HTTP answer."""
    return int(text("[2-5][0-9]{2}", "the status of an answer, from 200 to 599")(value))


def check_yes_or_no(value: Any) -> bool:
    """Read true or false; `on` and `yes` are not taken for it."""
    return text("true|false", "true or false")(value) == "true"


def one_of(choices: type[E], *later: str) -> Callable[[Any], E]:
    """Return a checker of one word of a closed list; `later` are the words that a later version knows."""
    names = [str(choice.value) for choice in choices]
    wanted = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def check(value: Any) -> E:
        if value in later:
            raise NotYetError(f"write {wanted}")
        text("|".join(map(re.escape, names)), wanted)(value)
        return choices(value)

    return check


def check_new_name(value: Any) -> str:
    """Check the name of a service or an environment."""
    name = text(NAME, "a name of a-z, 0-9, '.', '_' and '-', at most 63 long")(value)
    if name in GRAMMAR:
        raise ValueError(f"must be another name: {quoted(name)} is a word of the command")
    return name


def check_branch(value: Any) -> str:
    """Check a branch; a pattern of several is refused."""
    branch = text(BRANCH, "the name of one branch")(value)
    if ".." in branch or "//" in branch or "@{" in branch or branch.endswith(("/", ".", ".lock")):
        raise ValueError(f"must be the name of one branch; {quoted(branch)} is not")
    return branch


def check_repository(value: Any) -> str:
    """Check owner/name."""
    pattern = r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.\.?$)[A-Za-z0-9._-]{1,100}"
    return text(pattern, "a repository such as acme/payments")(value)


def check_event(value: Any) -> str:
    """Check a trigger of a run."""
    event = text("[a-z_]{1,40}", "the name of an event such as push")(value)
    if event.startswith("pull_request"):
        raise ValueError("must not be a pull request: such a run may be anybody's; write push")
    return event


def check_version_from(value: Any) -> str:
    """Check where a version comes from."""
    return text(f"run_number|sha|{TAG}", "run_number, sha, or tag: and a glob such as tag:v*")(value)


def check_input_name(value: Any) -> str:
    """Check the name of an input of a workflow."""
    name = text("[A-Za-z_][A-Za-z0-9_-]{0,99}", "the name of an input: letters, digits, '_' and '-'")(value)
    if name in ADDED_INPUTS:
        raise ValueError("is added by Signoff; remove it")
    return name


def check_input_value(value: Any) -> str:
    """Check the value of an input and its placeholders."""
    return _placed(text(r"[^\x00-\x1f\x7f]{0,1000}", "one line of text, at most 1000 long")(value), PLACEHOLDERS)


def check_argument(value: Any) -> str:
    """Check an argument of a command: a placeholder is a whole one, so no value becomes a part of another."""
    written = _placed(text(r"[^\x00-\x1f\x7f]{1,1000}", "one line of text, from 1 to 1000 long")(value), PLACEHOLDERS)
    for found in re.findall(r"\{[^{}]*\}", written):
        if found != written:
            raise ValueError(f"holds {quoted(found)} beside other text; make it an argument of its own")
    return written


def check_template(value: Any) -> str:
    """Check the template of an announcement and its placeholders."""
    should = "text of at most 2000 characters that says something"
    return _placed(text(r"(?=[\s\S]*[!-~])[^\x00-\x09\x0b-\x1f\x7f]{1,2000}", should)(value), ANNOUNCED)


def _placed(written: str, known: tuple[str, ...]) -> str:
    for found in re.findall(r"\{([^{}]*)\}", written):
        if found not in known:
            those = " ".join(f"{{{name}}}" for name in known)
            raise ValueError(f"holds {quoted(f'{{{found}}}')}, which is not a placeholder; those are {those}")
    return written


def check_address(value: Any) -> str:
    """Check the address of a heartbeat."""
    return _address(value, "https://monitor.acme.example/ping/42", check_heartbeat)


def check_receiver(value: Any) -> str:
    """Check the address to which a request to deploy is sent."""
    return _address(value, "https://deployer.acme.example/hooks/docs", check_target)


def check_api_url(value: Any) -> str:
    """Check the address of a REST API."""
    return _address(value, "https://github.acme.example/api/v3", check_api)


def _address(value: Any, example: str, problem_of: Callable[[str], str | None]) -> str:
    address = text(r"[!-~]{1,2000}", f"an address such as {example}")(value)
    problem = problem_of(address)
    if problem:
        raise ValueError(problem)
    return address


def check_names(value: Any) -> Any:
    """Take one name without the brackets of a list, too."""
    return [value] if isinstance(value, str) else value

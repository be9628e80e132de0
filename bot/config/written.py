"""The types of a policy file's values: each with its check and its JSON Schema."""

from datetime import datetime, time, timedelta
from enum import Enum
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.config.checks import (
    BRANCH,
    DURATION,
    HOUR,
    MOMENT,
    NAME,
    TAG,
    VARIABLE,
    WORKFLOW,
    Never,
    check_address,
    check_api_url,
    check_argument,
    check_branch,
    check_count,
    check_duration,
    check_duration_or_never,
    check_event,
    check_hour,
    check_input_name,
    check_input_value,
    check_moment,
    check_names,
    check_new_name,
    check_receiver,
    check_repository,
    check_status,
    check_template,
    check_timezone,
    check_variable,
    check_version_from,
    check_yes_or_no,
    one_of,
    text,
)
from bot.core.calendar import Weekday
from bot.core.policy import Mode, NewerBuild, SelfApproval, Skip, WhenLifted, WhenUnknown
from bot.core.speaking import Cards
from bot.core.verification import OnFailure


def _schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


def _words(choices: type[Enum]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": [choice.value for choice in choices]})


_CHANNEL = r"[CGD][A-Z0-9]{2,30}|#[a-z0-9_-]{1,80}"

Channel = Annotated[
    str,
    BeforeValidator(text(_CHANNEL, 'a channel id such as C0RELEASES, or "#name" in quotation marks')),
    _schema(_CHANNEL),
]
Command = Annotated[
    str,
    BeforeValidator(text("/[a-z0-9_-]{1,31}", "a slash command such as /deploy")),
    _schema("/[a-z0-9_-]{1,31}"),
]
PlainName = Annotated[
    str,
    BeforeValidator(text(f"(?!everyone$){NAME}", "a name of a-z, 0-9, '.', '_' and '-', at most 63 long")),
    _schema(NAME),
]
NewName = Annotated[str, BeforeValidator(check_new_name), _schema(NAME)]
Reference = Annotated[str, BeforeValidator(text(NAME, "the name of a group or a person")), _schema(NAME)]
ConnectionName = Annotated[str, BeforeValidator(text(NAME, "the name of a connection")), _schema(NAME)]
GroupName = Annotated[str, BeforeValidator(text(NAME, "the name of one group")), _schema(NAME)]
SlackUser = Annotated[
    str,
    BeforeValidator(text("[UW][A-Z0-9]{1,30}", "a Slack member id such as U0PRIYA")),
    _schema("[UW][A-Z0-9]{1,30}"),
]
Usergroup = Annotated[
    str,
    BeforeValidator(text("S[A-Z0-9]{1,30}", "a Slack user group id such as S0SRE")),
    _schema("S[A-Z0-9]{1,30}"),
]
GithubUser = Annotated[
    str,
    BeforeValidator(text("[1-9][0-9]{0,19}", "a GitHub account's number, as api.github.com/users/LOGIN shows it")),
    WithJsonSchema({"type": ["string", "integer"], "pattern": "^[1-9][0-9]{0,19}$"}),
]
_EMAIL = r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}"
Email = Annotated[str, BeforeValidator(text(_EMAIL, "an e-mail address")), _schema(_EMAIL)]
Repository = Annotated[
    str, BeforeValidator(check_repository), _schema(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
]
Branch = Annotated[str, BeforeValidator(check_branch), _schema(BRANCH)]
Workflow = Annotated[str, BeforeValidator(text(WORKFLOW, "a workflow's file such as build.yml")), _schema(WORKFLOW)]
Event = Annotated[str, BeforeValidator(check_event), _schema("[a-z_]{1,40}")]
VersionKind = Annotated[str, BeforeValidator(check_version_from), _schema(f"run_number|sha|{TAG}")]
_PATH = r"!?[\"-~][ -~]{0,199}"
PathGlob = Annotated[str, BeforeValidator(text(_PATH, "a glob such as services/pay/**")), _schema(_PATH)]
_CHECK = r"(?!\.github/)[!-~](?:[ -~]{0,98}[!-~])?"
CheckName = Annotated[str, BeforeValidator(text(_CHECK, "the name of a commit status or check run")), _schema(_CHECK)]
GithubEnvironment = Annotated[
    str,
    BeforeValidator(text("[A-Za-z0-9][A-Za-z0-9 ._/-]{0,254}", "the name of an environment on GitHub")),
    _schema("[A-Za-z0-9][A-Za-z0-9 ._/-]{0,254}"),
]
InputName = Annotated[str, BeforeValidator(check_input_name), _schema("[A-Za-z_][A-Za-z0-9_-]{0,99}")]
InputValue = Annotated[
    str,
    BeforeValidator(check_input_value),
    WithJsonSchema({"type": ["string", "number", "boolean"], "maxLength": 1000}),
]
Argument = Annotated[
    str, BeforeValidator(check_argument), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 1000})
]
_DIRECTORY = r"/[^\x00-\x1f\x7f]{0,999}"
Directory = Annotated[str, BeforeValidator(text(_DIRECTORY, "a whole path such as /srv/legacy")), _schema(_DIRECTORY)]
Template = Annotated[str, BeforeValidator(check_template), WithJsonSchema({"type": "string", "maxLength": 2000})]
Address = Annotated[str, BeforeValidator(check_address), _schema(r"https?://[!-~]{1,2000}")]
ApiUrl = Annotated[str, BeforeValidator(check_api_url), _schema(r"https?://[!-~]{1,2000}")]
Receiver = Annotated[str, BeforeValidator(check_receiver), _schema(r"https?://[!-~]{1,2000}")]
Variable = Annotated[
    str,
    BeforeValidator(check_variable),
    _schema(VARIABLE),
]
Duration = Annotated[timedelta, BeforeValidator(check_duration), _schema(DURATION)]
DurationOrNever = Annotated[
    timedelta | Never, BeforeValidator(check_duration_or_never), _schema(f"{DURATION}|{Never.NEVER.value}")
]
Count = Annotated[int, BeforeValidator(check_count), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 999})]
YesOrNo = Annotated[bool, BeforeValidator(check_yes_or_no), WithJsonSchema({"type": "boolean"})]
ModeWord = Annotated[Mode, BeforeValidator(one_of(Mode)), _words(Mode)]
SelfApprovalWord = Annotated[SelfApproval, BeforeValidator(one_of(SelfApproval)), _words(SelfApproval)]
CardsWord = Annotated[Cards, BeforeValidator(one_of(Cards)), _words(Cards)]
NewerBuildWord = Annotated[NewerBuild, BeforeValidator(one_of(NewerBuild)), _words(NewerBuild)]
OnFailureWord = Annotated[OnFailure, BeforeValidator(one_of(OnFailure, "rollback")), _words(OnFailure)]
SkipWord = Annotated[Skip, BeforeValidator(one_of(Skip)), _words(Skip)]
Status = Annotated[
    int, BeforeValidator(check_status), WithJsonSchema({"type": "integer", "minimum": 200, "maximum": 599})
]
_JSON_PATH = r"[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z0-9_-]{1,64}){0,9}"
JsonPath = Annotated[
    str, BeforeValidator(text(_JSON_PATH, "keys joined by dots, such as build.version")), _schema(_JSON_PATH)
]
WhenLiftedWord = Annotated[WhenLifted, BeforeValidator(one_of(WhenLifted)), _words(WhenLifted)]
DayWord = Annotated[Weekday, BeforeValidator(one_of(Weekday)), _words(Weekday)]
Hour = Annotated[time, BeforeValidator(check_hour), _schema(HOUR)]
Moment = Annotated[time | datetime, BeforeValidator(check_moment), _schema(f"{HOUR}|{MOMENT}")]
Timezone = Annotated[str, BeforeValidator(check_timezone), _schema("[A-Za-z0-9_+/-]{1,64}")]
_FREEZE = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}"
FreezeName = Annotated[
    str, BeforeValidator(text(_FREEZE, "a name of letters, digits, spaces, '.', '_' and '-'")), _schema(_FREEZE)
]
WhenUnknownWord = Annotated[WhenUnknown, BeforeValidator(one_of(WhenUnknown)), _words(WhenUnknown)]
References = Annotated[
    tuple[Reference, ...],
    Field(min_length=1),
    BeforeValidator(check_names),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": f"^{NAME}$"}, {"type": "array", "items": {"type": "string"}}]}
    ),
]

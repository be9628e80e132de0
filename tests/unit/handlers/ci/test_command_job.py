"""What a command becomes for a release: whole arguments, each of its grammar, and nothing of the bot's environment."""

from datetime import timedelta

import pytest

from bot.core.target import Command
from bot.core.verification import CommandProbe
from bot.ports.trouble import GiveUp
from handlers.ci.command_job import PATH, Host, Job, job_of

HOST = Host("/srv/signoff", "/home/signoff")
SHA, DIGEST = "0123456789" * 4, f"sha256:{'a' * 64}"
VALUES = {
    "version": "2.4.1",
    "sha": SHA,
    "digest": DIGEST,
    "environment": "production",
    "service": "legacy",
    "release": "R-42",
    "key": "R-42-abcd2345",
}
WHOLE = ("{version}", "{sha}", "{digest}", "{environment}", "{service}", "{release}", "{key}")


def test_placeholders_become_whole_arguments_and_the_environment_is_small() -> None:
    asked = Command(("./deploy.sh", "--version", "{version}", "--sha", "{sha}"), timedelta(minutes=20))
    made = job_of(asked, VALUES, HOST)
    assert made == Job(
        ("./deploy.sh", "--version", "2.4.1", "--sha", SHA),
        "/srv/signoff",
        {
            "PATH": PATH,
            "HOME": "/home/signoff",
            "LANG": "C.UTF-8",
            "SIGNOFF_VERSION": "2.4.1",
            "SIGNOFF_SHA": SHA,
            "SIGNOFF_DIGEST": DIGEST,
            "SIGNOFF_ENVIRONMENT": "production",
            "SIGNOFF_SERVICE": "legacy",
            "SIGNOFF_RELEASE": "R-42",
            "SIGNOFF_KEY": "R-42-abcd2345",
        },
        1200.0,
    )
    assert made.as_json() == {
        "argv": ["./deploy.sh", "--version", "2.4.1", "--sha", SHA],
        "directory": "/srv/signoff",
        "environment": made.environment,
        "seconds": 1200.0,
    }


def test_the_policy_says_where_it_runs() -> None:
    made = job_of(CommandProbe(("./check", "{version}"), timedelta(seconds=9), "/srv/legacy"), VALUES, HOST)
    assert isinstance(made, Job)
    assert (made.directory, made.seconds) == ("/srv/legacy", 9.0)


def test_an_argument_that_only_holds_a_placeholder_stays_as_it_is() -> None:
    made = job_of(Command(("./deploy.sh", "v{version}", "{nonsense}x", "{{version}}")), VALUES, HOST)
    assert isinstance(made, Job)
    assert made.argv == ("./deploy.sh", "v{version}", "{nonsense}x", "{{version}}")


@pytest.mark.parametrize("placeholder", WHOLE)
def test_every_placeholder_stands_for_its_value(placeholder: str) -> None:
    made = job_of(Command(("./deploy.sh", placeholder)), VALUES, HOST)
    assert isinstance(made, Job)
    assert made.argv == ("./deploy.sh", VALUES[placeholder.strip("{}")])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", "--force"),
        ("version", "-x"),
        ("version", "$(reboot)"),
        ("version", "1.0;reboot"),
        ("version", "1 0"),
        ("version", "1.0\n"),
        ("version", "1.0\x00"),
        ("version", "../../etc/passwd"),
        ("version", "a/../b"),
        ("version", "\u0661.\u0660"),
        ("version", "1" * 201),
        ("sha", f"{SHA}0"),
        ("sha", SHA.replace("a", "A").upper()[:39]),
        ("digest", "sha256:abc"),
        ("environment", "-e"),
        ("service", "Legacy"),
        ("release", "R-0"),
        ("key", "R-42-ABCD2345"),
    ],
)
def test_t17_a_value_that_is_no_argument_runs_nothing(name: str, value: str) -> None:
    made = job_of(Command(("./deploy.sh", f"{{{name}}}")), VALUES | {name: value}, HOST)
    assert made == GiveUp(f"the command wants {{{name}}}, and {value[:100]!r} is no argument; nothing was run")
    spared = job_of(Command(("./deploy.sh",)), VALUES | {name: value}, HOST)
    assert isinstance(spared, Job)
    assert f"SIGNOFF_{name.upper()}" not in spared.environment


def test_a_value_that_nobody_reported_runs_nothing() -> None:
    made = job_of(Command(("./deploy.sh", "{digest}")), VALUES | {"digest": ""}, HOST)
    assert made == GiveUp("the command wants {digest}, and nobody reported one; nothing was run")


@pytest.mark.parametrize("version", ["1", "v2.4.1", "release/2026-11", "1.0~rc1+build.7", "pkg@1.2", "9f3c2ab"])
def test_versions_as_people_write_them_are_arguments(version: str) -> None:
    made = job_of(Command(("./deploy.sh", "{version}")), VALUES | {"version": version}, HOST)
    assert isinstance(made, Job)
    assert made.argv == ("./deploy.sh", version)

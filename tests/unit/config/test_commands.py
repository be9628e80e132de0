"""Commands in a policy file: what loads, and what is refused."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.config.promises import promises
from bot.core.target import Command
from tests.unit.config.files import SMALL, changed, loaded, told

TARGET = "{github_deployment: {environment: production}}"


def deploying(command: str, text: str = SMALL) -> str:
    return changed(TARGET, f"{{command: {command}}}", text)


def test_a_command_has_its_arguments_its_limit_and_its_directory() -> None:
    argv = '[./deploy.sh, "--version", "{version}", "--sha", "{sha}"]'
    assert loaded(deploying(f"{{argv: {argv}}}")).services[0].lanes[0].target == Command(
        ("./deploy.sh", "--version", "{version}", "--sha", "{sha}"), timedelta(minutes=20), None
    )
    written = loaded(deploying("{argv: [deploy], timeout: 90s, directory: /srv/legacy}"))
    assert written.services[0].lanes[0].target == Command(("deploy",), timedelta(seconds=90), "/srv/legacy")


def test_check_says_what_a_command_guarantees() -> None:
    asks = deploying("{argv: [./deploy.sh]}")
    runs = changed("mode: delivery", "mode: delivery\n        when_unknown: resend", asks)
    assert promises(loaded(asks)) + promises(loaded(runs)) == snapshot(
        (
            (
                "payments/production: one run of ./deploy.sh on this host; its own record tells after a crash whether "
                "it ran and how it ended, and where nobody saw that, a person is asked in operations"
            ),
            (
                "payments/production: one run of ./deploy.sh on this host; its own record tells after a crash whether "
                "it ran and how it ended, and where nobody saw that, it is run again, at the risk of a second deploy"
            ),
        )
    )


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("{argv: []}", "14: `argv` must name at least one."),
        ("{argv: ./deploy.sh}", "14: `argv` must be a list, such as [a, b]."),
        ("{argv: [x, '']}", "14: `argv` must be one line of text, from 1 to 1000 long; `` is not."),
        (
            '{argv: [x, "--version={version}"]}',
            "14: `argv` holds `{version}` beside other text; make it an argument of its own.",
        ),
        (
            '{argv: [x, "{branch}"]}',
            (
                "14: `argv` holds `{branch}`, which is not a placeholder; those are {version} {sha} {digest} "
                "{environment} {service} {release} {key}."
            ),
        ),
        ('{argv: ["{version}"]}', "14: `argv` begins with a placeholder; write the program first."),
        ("{argv: [x], directory: srv}", "14: `directory` must be a whole path such as /srv/legacy; `srv` is not."),
        (
            "{argv: [x], timeout: 1771s}",
            "14: `timeout` must be at least 30 s shorter than `deploy_timeout`, by which the release fails.",
        ),
        ("{argv: [x], shell: 'true'}", "14: `shell` is not a key of command. Known here: argv, timeout, directory."),
        (f"{{argv: [{', '.join('x' * 65)}]}}", "14: `argv` holds more than 64 entries."),
    ],
)
def test_each_mistake_is_told(command: str, problem: str) -> None:
    assert told(deploying(command)) == [problem]


def test_a_command_may_take_nearly_all_of_the_time() -> None:
    assert loaded(deploying("{argv: [x], timeout: 1770s}")).warnings == loaded(SMALL).warnings


def test_a_command_that_has_no_limit_of_its_own_must_fit_as_well() -> None:
    short = changed("mode: delivery", "mode: delivery\n        deploy_timeout: 20m", deploying("{argv: [x]}"))
    assert told(short) == [
        "15: `timeout` must be at least 30 s shorter than `deploy_timeout`, by which the release fails."
    ]

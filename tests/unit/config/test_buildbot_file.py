"""Buildbot in the policy file: what is taken, what is refused and what to write instead."""

from datetime import timedelta

import pytest

from bot.config.promises import promises
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from tests.unit.config.files import loaded, told

FILE = """\
slack: {announcements: C0RELEASES, operations: C0OPS}
people: [{name: priya, slack: U0PRIYA}]
groups: {qa: {people: [priya]}}
permissions: {request: [everyone], resolve: [qa]}
services:
  legacy:
    channel: C0LEGACY
    build:
      buildbot: BUILD
    environments:
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}]
        deploy: {buildbot: TARGET}
"""
BUILD = "{builder: legacy-build, branch: main}"
TARGET = (
    '{scheduler: force-deploy, builder: deploy legacy, properties: {environment: production, version: "{version}"}}'
)


def written(build: str = BUILD, target: str = TARGET) -> str:
    return FILE.replace("BUILD", build).replace("TARGET", target)


def test_source_and_target_are_taken() -> None:
    policy = loaded(written(), webhooks=True)
    service = policy.services[0]
    assert service.source == BuildbotSource("legacy-build", "main", timedelta(seconds=30))
    target = service.lanes[0].target
    assert target == BuildbotForce(
        "force-deploy", "deploy legacy", (("environment", "production"), ("version", "{version}"))
    )
    assert promises(policy) == (
        (
            "legacy/production: one build of deploy legacy by force-deploy at exactly the approved commit; a lost answer is "
            "looked up by its key for 2 min, then a person is asked in operations"
        ),
    )


def test_how_often_it_is_asked_is_for_the_file_to_say() -> None:
    often = loaded(written("{builder: legacy-build, branch: main, poll: 2m}"), webhooks=False)
    assert often.services[0].source.poll == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        ('{builder: "42", branch: main}', "9: `builder` must be the name of a builder; `42` is not."),
        ("{builder: a/b, branch: main}", "9: `builder` must be the name of a builder; `a/b` is not."),
        ("{builder: _hidden, branch: main}", "9: `builder` must be the name of a builder; `_hidden` is not."),
        ("{builder: legacy-build}", "9: `branch` is missing in `buildbot`; write, for example, `branch: main`."),
        (
            "{builder: legacy-build, branch: main}\n      version_from: tag:v*",
            "10: Buildbot names no tags; write run_number or sha.",
        ),
        (
            f"{BUILD}\n      standard: {{source: legacy, secret_env: LEGACY_SECRET}}",
            "8: `buildbot` and `standard` are both written; keep one.",
        ),
    ],
)
def test_a_source_that_cannot_be_is_refused(build: str, sentence: str) -> None:
    assert told(written(build)) == [sentence]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("{scheduler: force deploy, builder: d}", "`scheduler` must be the name of a force scheduler; `force deploy` is not."),
        ("{scheduler: force/../x, builder: d}", "`scheduler` must be the name of a force scheduler; `force/../x` is not."),
        ("{scheduler: force, builder: d, properties: {signoff_key: x}}", "`signoff_key` is added by Signoff; remove it."),
        ("{scheduler: force, builder: d, properties: {revision: x}}", "`revision` is added by Signoff; remove it."),
        (
            "{scheduler: force, builder: d, properties: {app_revision: x}}",
            "`app_revision` must be another name: `app_revision` says what or who builds, which is not for a policy.",
        ),
        (
            "{scheduler: force, builder: d, properties: {builderid: 7}}",
            "`builderid` must be another name: `builderid` says what or who builds, which is not for a policy.",
        ),
        (
            '{scheduler: force, builder: d, properties: {version: "{tag}"}}',
            ("`version` holds `{tag}`, which is not a placeholder; those are {version} {sha} {digest} {environment} "
            "{service} {release} {key}."),
        ),
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_is_refused(target: str, sentence: str) -> None:
    assert told(written(target=target)) == [f"14: {sentence}"]


def test_it_needs_no_repository_and_github_does() -> None:
    text = written().replace(f"{{buildbot: {TARGET}}}", "{github_deployment: {environment: production}}")
    assert told(text) == [
        "14: `github_deployment` deploys from the repository that `build` names under `github`, and there is none."
    ]


LEDGER = """\
  ledger:
    channel: C0LEGACY
    build:
      buildbot: {builder: ledger-build, branch: main}
    environments:
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}]
        deploy: {buildbot: {scheduler: force-deploy, builder: BUILDER, properties: PROPERTIES}}
"""


def shared(ours: str, theirs: str, builder: str = "deploy") -> str:
    target = f"{{scheduler: force-deploy, builder: deploy, properties: {ours}}}"
    return written(target=target) + LEDGER.replace("PROPERTIES", theirs).replace("BUILDER", builder)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("{}", "{}"),
        ("{service: legacy}", "{}"),
        ("{}", "{service: ledger}"),
        ("{environment: production}", '{environment: "{environment}"}'),
        ("{app: one}", "{app: one}"),
        ("{app: one}", '{app: "{version}"}'),
        ('{version: "{version}"}', '{version: "{version}"}'),
    ],
)
def test_two_services_whose_builds_nothing_tells_apart_are_refused(ours: str, theirs: str) -> None:
    assert told(shared(ours, theirs)) == [
        (
            "23: `deploy` deploys `legacy/production` as well, and nothing tells their builds apart; give both a property that "
            'differs, such as `properties: {service: "{service}"}`.'
        )
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "builder"),
    [
        ('{service: "{service}"}', '{service: "{service}"}', "deploy"),
        ('{service: "{service}-x"}', "{service: other}", "deploy"),
        ("{app: one}", "{app: two}", "deploy"),
        ("{}", "{}", "deploy-ledger"),
    ],
)
def test_a_builder_may_serve_several_services_that_are_told_apart(ours: str, theirs: str, builder: str) -> None:
    assert [service.name for service in loaded(shared(ours, theirs, builder), webhooks=True).services] == [
        "legacy",
        "ledger",
    ]

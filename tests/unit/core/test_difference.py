"""What is said of the difference between two policies."""

from dataclasses import fields, replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.calendar import Dated, Freeze, QuietHours, Weekday, Weekly
from bot.core.connections import Connection, GithubApp
from bot.core.difference import LONGEST, MOST, ORDER, differences
from bot.core.policy import (
    After,
    ApprovalRule,
    Group,
    Heartbeat,
    Hotfix,
    LaneId,
    LanePolicy,
    Mode,
    NewerBuild,
    Permission,
    Person,
    Policy,
    SelfApproval,
    Skip,
    WhenLifted,
    WhenUnknown,
)
from bot.core.source import GithubSource, StandardSource, VersionFrom
from bot.core.speaking import Announcement, Cards, Escalation
from bot.core.target import GithubWorkflow
from bot.core.verification import HttpProbe, OnFailure, Verification
from tests.factories import a_lane_policy, a_policy

STAGING = LaneId("payments", "staging")
GHE = Connection(
    "enterprise", "https://github.acme.example/api/v3", "https://github.acme.example", token_env="GHE_TOKEN"
)
QUIET = QuietHours(time(20), time(7), "Europe/Berlin")
PROBE = HttpProbe("https://payments.acme.example/version", path="version", equals="{version}")
ONE_OF_SRE = (ApprovalRule(("sre",), 1),)
LANE_CHANGES: dict[str, Any] = {
    "mode": Mode.DEPLOYMENT,
    "target": GithubWorkflow("deploy.yml", "main", (("environment", "staging"), ("version", "{version}"))),
    "approvals": (ApprovalRule(("qa", "sre"), 1), ApprovalRule(("sre",), 2)),
    "self_approval": SelfApproval.STRICT,
    "newer_build": NewerBuild.EACH_MUST_SHIP,
    "expires_after": None,
    "deploy_timeout": timedelta(seconds=90),
    "lookup_window": timedelta(0),
    "when_unknown": WhenUnknown.RESEND,
    "announce": True,
    "announcement": Announcement("{service} {version} is out."),
    "cards": Cards.QUIET,
    "tell_authors": True,
    "approval_valid_for": timedelta(days=2),
    "undo_window": timedelta(seconds=30),
    "remind_after": (timedelta(hours=2), timedelta(hours=8)),
    "escalate": Escalation(timedelta(hours=4), "sre"),
    "retry_within": timedelta(minutes=30),
    "after": After("staging", timedelta(minutes=30)),
    "rollback": (),
    "hotfix": Hotfix(ONE_OF_SRE, frozenset({Skip.SOAK, Skip.FREEZE})),
    "verify": Verification(timedelta(minutes=1), timedelta(minutes=10), OnFailure.ASK, PROBE),
    "trial": True,
    "quiet_hours": QUIET,
    "when_lifted": WhenLifted.ASK,
}


def of_lane(**changed: Any) -> tuple[str, ...]:
    return differences(a_policy(), a_policy(a_lane_policy(**changed)))


def of_service(**changed: Any) -> tuple[str, ...]:
    before = a_policy()
    return differences(before, replace(before, services=(replace(before.services[0], **changed),)))


def test_a_policy_does_not_differ_from_itself() -> None:
    assert differences(a_policy(), a_policy(hash="another", warnings=("nobody may hold",))) == ()


def test_every_key_of_a_lane_is_told_of_in_the_words_of_the_file() -> None:
    assert LANE_CHANGES.keys() == {one.name for one in fields(LanePolicy)} - {"lane", "channel"}
    assert {key: of_lane(**{key: value}) for key, value in LANE_CHANGES.items()} == snapshot(
        {
            "mode": ("payments/production: mode: delivery -> deployment",),
            "target": (
                "payments/production: deploy: github_deployment environment production -> github_workflow workflow deploy.yml, ref main, inputs environment=staging, version={version}",
            ),
            "approvals": ("payments/production: approvals: 1 of qa -> 1 of qa or sre, 2 of sre",),
            "self_approval": ("payments/production: self_approval: forbid -> strict",),
            "newer_build": ("payments/production: newer_build: latest-wins -> each-must-ship",),
            "expires_after": ("payments/production: expires_after: 24h -> absent",),
            "deploy_timeout": ("payments/production: deploy_timeout: 30m -> 90s",),
            "lookup_window": ("payments/production: lookup_window: 2m -> 0s",),
            "when_unknown": ("payments/production: when_unknown: ask -> resend",),
            "announce": ("payments/production: announce: false -> true",),
            "announcement": (
                "payments/production: announcement: absent -> template {service} {version} is out., edit false",
            ),
            "cards": ("payments/production: cards: full -> quiet",),
            "tell_authors": ("payments/production: tell_authors: false -> true",),
            "approval_valid_for": ("payments/production: approval_valid_for: 72h -> 48h",),
            "undo_window": ("payments/production: undo_window: 0s -> 30s",),
            "remind_after": ("payments/production: remind_after: none -> 2h, 8h",),
            "escalate": ("payments/production: escalate: absent -> after 4h, to sre",),
            "retry_within": ("payments/production: retry_within: 1h -> 30m",),
            "after": ("payments/production: after: absent -> environment staging, soak 30m",),
            "rollback": ("payments/production: rollback: absent -> none",),
            "hotfix": ("payments/production: hotfix: absent -> approvals 1 of sre, skip freeze, soak",),
            "verify": (
                "payments/production: verify: absent -> within 1m, for 10m, on_failure ask, http url https://payments.acme.example/version, status 200, path version, equals {version}",
            ),
            "trial": ("payments/production: trial: false -> true",),
            "quiet_hours": (
                "payments/production: quiet_hours: absent -> from 20:00, until 07:00, timezone Europe/Berlin",
            ),
            "when_lifted": ("payments/production: when_lifted: oldest -> ask",),
        }
    )


def test_what_is_taken_away_is_told_like_what_comes() -> None:
    assert differences(a_policy(a_lane_policy(rollback=ONE_OF_SRE, approvals=())), a_policy()) == snapshot(
        ("payments/production: approvals: none -> 1 of qa", "payments/production: rollback: 1 of sre -> absent")
    )


def test_what_concerns_a_whole_service_is_told_once() -> None:
    source = a_policy().services[0].source
    assert isinstance(source, GithubSource)
    other = replace(source, repository="acme/pay", workflows=("a.yml", "b.yml"), poll=timedelta(seconds=30))
    lanes = (a_lane_policy(channel="C0OTHER"),)
    assert of_service(channel="C0OTHER", lanes=lanes, source=other) == snapshot(
        (
            "payments: channel: C0PAYMENTS -> C0OTHER",
            "payments: build.github: repository: acme/payments -> acme/pay",
            "payments: build.github: workflows: .github/workflows/build.yml -> a.yml, b.yml",
            "payments: build.github: poll: 5m -> 30s",
        )
    )
    assert of_service(version_from=VersionFrom.TAG, tag_glob="v*") == snapshot(
        ("payments: build.version_from: run_number -> tag:v*",)
    )
    assert of_service(reported_within=timedelta(days=5)) == ("payments: reported_within: 6h -> 5d",)
    assert of_service(reported_within=None) == ("payments: reported_within: 6h -> never",)


def test_services_and_lanes_come_and_go() -> None:
    one, two = a_policy(), a_policy(a_lane_policy(STAGING), a_lane_policy())
    docs = replace(two.services[0], name="docs")
    assert differences(one, two) == snapshot(("payments/staging: added",))
    assert differences(two, one) == snapshot(("payments/staging: removed",))
    assert differences(one, replace(one, services=(*one.services, docs))) == snapshot(
        ("service docs: added (staging, production)",)
    )
    assert differences(replace(one, services=(*one.services, docs)), one) == snapshot(
        ("service docs: removed (staging, production)",)
    )


def test_people_groups_and_permissions_are_told() -> None:
    before = a_policy()
    after = replace(
        before,
        people=(Person("priya", slack="U0NEW", github="1001"), Person("kim", slack="U0KIM")),
        groups=(Group("qa", frozenset({"priya", "kim"})), Group("sre", frozenset({"sam"}), "S0SRE")),
        permissions=((Permission.REQUEST, ("sre", "qa")), (Permission.LOCK, ("everyone",))),
    )
    assert differences(before, after) == snapshot(
        (
            "person priya: slack: U0PRIYA -> U0NEW",
            "person priya: email: priya@acme.example -> absent",
            "person sam: removed",
            "person kim: added (slack U0KIM)",
            "group qa: people: priya -> kim, priya",
            "group sre: usergroup: absent -> S0SRE",
            "permissions.request: everyone -> sre, qa",
            "permissions.resolve: sre -> absent",
            "permissions.lock: absent -> everyone",
        )
    )


def test_channels_the_command_and_the_heartbeat_are_told_and_no_address_that_may_be_secret() -> None:
    beat = Heartbeat(url="https://monitor.acme.example/ping/secret")
    after = a_policy(announcements=None, operations="C0OTHER", command="/ship", heartbeat=beat)
    assert differences(a_policy(), after) == snapshot(
        (
            "slack.announcements: C0RELEASES -> absent",
            "slack.operations: C0OPS -> C0OTHER",
            "command: /deploy -> /ship",
            "heartbeat: changed",
        )
    )


def test_freezes_are_told() -> None:
    weekend = Freeze("weekend", Weekly(frozenset({Weekday.SAT, Weekday.SUN}), None, None, "UTC"), ("production",))
    until = datetime(2027, 1, 2, 8)  # noqa: DTZ001 - local time
    year_end = Freeze("year end", Dated(datetime(2026, 12, 23, 18), until, "UTC"))  # noqa: DTZ001 - local time
    evenings = replace(weekend, when=Weekly(frozenset({Weekday.SAT}), time(18), time(6), "UTC"), environments=())
    frozen = a_policy(freezes=(weekend, year_end))
    assert differences(a_policy(), frozen) == snapshot(
        (
            "freeze weekend: added (days sat, sun, timezone UTC, environments production)",
            "freeze year end: added (from 2026-12-23T18:00, until 2027-01-02T08:00, timezone UTC)",
        )
    )
    assert differences(frozen, a_policy(freezes=(evenings,))) == snapshot(
        (
            "freeze weekend: days sat, sun, timezone UTC -> days sat, from 18:00, until 06:00, timezone UTC",
            "freeze weekend: environments: production -> all",
            "freeze year end: removed",
        )
    )


def test_two_freezes_of_one_name_are_told_apart() -> None:
    one, two = (Freeze("break", Weekly(frozenset({day}), None, None, "UTC")) for day in (Weekday.MON, Weekday.TUE))
    assert differences(a_policy(freezes=(two,)), a_policy(freezes=(one, two))) == snapshot(
        (
            "freeze break: days tue, timezone UTC -> days mon, timezone UTC",
            "freeze break (2): added (days tue, timezone UTC)",
        )
    )


def test_connections_are_told_by_what_the_file_says_of_them() -> None:
    app = replace(GHE, token_env=None, app=GithubApp("GHE_APP_ID", "GHE_APP_KEY"), secret_env="GHE_SECRET")
    assert differences(a_policy(), a_policy(connections=(GHE, replace(app, name="app")))) == snapshot(
        (
            "connection enterprise: added (api_url https://github.acme.example/api/v3, token_env GHE_TOKEN)",
            "connection app: added (api_url https://github.acme.example/api/v3, app id_env GHE_APP_ID, private_key_env GHE_APP_KEY, secret_env GHE_SECRET)",
        )
    )
    moved = replace(GHE, api_url="https://git.acme.example/api/v3", web_url="https://git.acme.example")
    assert differences(a_policy(connections=(GHE,)), a_policy(connections=(moved,))) == snapshot(
        ("connection enterprise: api_url: https://github.acme.example/api/v3 -> https://git.acme.example/api/v3",)
    )
    assert differences(a_policy(connections=(GHE,)), a_policy(connections=(app,))) == snapshot(
        (
            "connection enterprise: token_env: GHE_TOKEN -> absent",
            "connection enterprise: app: absent -> id_env GHE_APP_ID, private_key_env GHE_APP_KEY",
            "connection enterprise: secret_env: absent -> GHE_SECRET",
        )
    )
    assert differences(a_policy(connections=(GHE,)), a_policy()) == snapshot(("connection enterprise: removed",))
    here = a_policy().services[0]
    assert isinstance(here.source, GithubSource)
    service = replace(here, source=replace(here.source, connection="enterprise"))
    assert differences(a_policy(), a_policy(services=(service,))) == snapshot(
        ("payments: build.github: connection: absent -> enterprise",)
    )
    target = GithubWorkflow("deploy.yml", "main", connection="enterprise")
    assert of_lane(target=target) == snapshot(
        (
            "payments/production: deploy: github_deployment environment production -> github_workflow workflow deploy.yml, ref main, connection enterprise",
        )
    )


def test_another_order_is_told_where_nothing_else_has_changed() -> None:
    two = a_policy(a_lane_policy(STAGING), a_lane_policy())
    assert differences(two, a_policy(a_lane_policy(), a_lane_policy(STAGING))) == (ORDER,)


def test_a_long_difference_is_counted_and_a_long_value_cut() -> None:
    people = tuple(Person(f"person-{number}") for number in range(MOST + 3))
    told = differences(a_policy(people=()), a_policy(people=people))
    assert (len(told), told[-1]) == (MOST + 1, "3 more")
    full = differences(a_policy(people=()), a_policy(people=people[:MOST]))
    assert (len(full), full[-1]) == (MOST, f"person person-{MOST - 1}: added")
    rule = ApprovalRule(tuple(f"group-{number}" for number in range(100)), 1)
    (line,) = of_lane(approvals=(rule,))
    assert line == f"payments/production: approvals: 1 of qa -> {str(rule)[: LONGEST - 1]}…"
    assert len(str(rule)) > LONGEST


@pytest.mark.parametrize("changed", [one.name for one in fields(Policy) if one.name not in {"hash", "warnings"}])
def test_no_part_of_a_policy_changes_silently(changed: str) -> None:
    others: dict[str, Any] = {
        "services": (),
        "people": (),
        "groups": (),
        "permissions": (),
        "announcements": None,
        "operations": None,
        "command": "/ship",
        "heartbeat": Heartbeat(),
        "freezes": (Freeze("weekend", Weekly(frozenset(), None, None, "UTC")),),
        "connections": (GHE,),
    }
    assert differences(a_policy(), a_policy(**{changed: others[changed]}))


def test_a_service_that_is_built_by_another_system_says_both() -> None:
    before = a_policy()
    source = StandardSource("pay-pipeline", "PAY_PIPELINE_SECRET", branch="main")
    service = replace(before.services[0], source=source, version_from=VersionFrom.REPORTED)
    after = replace(before, services=(service,))
    assert differences(before, after) == (
        (
            "payments: build: github repository acme/payments, branch main, workflows .github/workflows/build.yml, "
            "events push, poll 5m -> standard source pay-pipeline, secret_env PAY_PIPELINE_SECRET, branch main, poll 5m"
        ),
        "payments: build.version_from: run_number -> reported",
    )
    other = replace(after, services=(replace(service, source=replace(source, branch=None)),))
    assert differences(after, other) == ("payments: build.standard: branch: main -> absent",)

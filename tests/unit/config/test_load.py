"""A whole file becomes exactly this policy; what it leaves out has the documented value."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.config.load import Problem, load_policy, promises
from bot.core.policy import (
    After,
    ApprovalRule,
    Group,
    Hotfix,
    LaneId,
    LanePolicy,
    Mode,
    NewerBuild,
    Permission,
    Person,
    Policy,
    SelfApproval,
    ServicePolicy,
    Skip,
    WhenUnknown,
)
from bot.core.source import GithubSource, VersionFrom
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.core.verification import HttpProbe, OnFailure, Verification
from tests.unit.config.files import SMALL, changed, loaded

DOCUMENTED = Path(__file__).parents[3] / "docs" / "policy.md"
RULE = "approvals: [{from: qa, count: 1}]"
MODE = "mode: delivery"
DEPLOY = "deploy: {github_deployment: {environment: production}}"


def documented_example() -> str:
    return DOCUMENTED.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]


@pytest.mark.parametrize(
    ("written", "kind", "glob"),
    [
        ("run_number", VersionFrom.RUN_NUMBER, "**"),
        ("sha", VersionFrom.SHA, "**"),
        ("'tag:v*'", VersionFrom.TAG, "v*"),
        ("'tag:payments/**'", VersionFrom.TAG, "payments/**"),
    ],
)
def test_a_version_comes_from_a_number_the_commit_or_a_tag(written: str, kind: VersionFrom, glob: str) -> None:
    text = documented_example().replace("version_from: run_number", f"version_from: {written}")
    service = loaded(text).services[0]
    assert (service.version_from, service.tag_glob) == (kind, glob)


def test_paths_are_taken_as_they_are_written() -> None:
    text = documented_example().replace("workflows: [build.yml]", "workflows: [build.yml], paths: ['pay/**', '!*.md']")
    assert loaded(text).services[0].source.paths == ("pay/**", "!*.md")


def test_migrations_are_taken_as_they_are_written() -> None:
    text = documented_example().replace("version_from: run_number", "migrations: ['db/**', '!*.md']")
    assert loaded(text).services[0].migrations == ("db/**", "!*.md")


def test_the_documented_example_is_exactly_this_policy() -> None:
    policy = loaded(documented_example())
    assert policy == Policy(
        services=(
            ServicePolicy(
                name="payments",
                channel="C0PAYMENTS",
                source=GithubSource(
                    "acme/payments", "main", (".github/workflows/build.yml",), ("push",), timedelta(minutes=5)
                ),
                version_from=VersionFrom.RUN_NUMBER,
                lanes=(
                    LanePolicy(
                        lane=LaneId("payments", "staging"),
                        mode=Mode.DEPLOYMENT,
                        channel="C0PAYMENTS",
                        target=GithubWorkflow(
                            "deploy.yml", "main", (("environment", "staging"), ("version", "{version}"))
                        ),
                        approvals=(),
                        self_approval=SelfApproval.FORBID,
                        newer_build=NewerBuild.LATEST_WINS,
                        expires_after=timedelta(hours=24),
                        deploy_timeout=timedelta(minutes=30),
                        lookup_window=timedelta(seconds=120),
                        when_unknown=WhenUnknown.ASK,
                        announce=False,
                    ),
                    LanePolicy(
                        lane=LaneId("payments", "production"),
                        mode=Mode.DELIVERY,
                        channel="C0PAYMENTS",
                        target=GithubDeployment("production"),
                        approvals=(ApprovalRule(("qa",), 1), ApprovalRule(("sre", "priya"), 1)),
                        self_approval=SelfApproval.FORBID,
                        newer_build=NewerBuild.LATEST_WINS,
                        expires_after=timedelta(hours=24),
                        deploy_timeout=timedelta(minutes=45),
                        lookup_window=timedelta(seconds=120),
                        when_unknown=WhenUnknown.ASK,
                        announce=True,
                        tell_authors=True,
                    ),
                ),
            ),
        ),
        people=(
            Person("priya", "U0PRIYA", "1001", "priya@acme.example"),
            Person("sam", "U0SAM", "1002", "sam@acme.example"),
            Person("alex", "U0ALEX", "1003"),
        ),
        groups=(Group("qa", frozenset({"priya"})), Group("sre", frozenset({"sam", "alex"}), "S0SRE")),
        permissions=(
            (Permission.REQUEST, ("everyone",)),
            (Permission.LOCK, ("everyone",)),
            (Permission.HOTFIX, ("sre",)),
            (Permission.OVERRIDE, ("sre",)),
            (Permission.MODE, ("sre",)),
            (Permission.STOP_ALL, ("sre",)),
            (Permission.QUARANTINE, ("sre",)),
            (Permission.LIVE, ("sre",)),
            (Permission.RESOLVE, ("sre",)),
        ),
        announcements="C0RELEASES",
        operations="#operations",
        command="/deploy",
        hash=policy.hash,
        warnings=(),
    )


def test_the_promises_name_what_each_target_guarantees() -> None:
    policy = loaded(documented_example())
    assert promises(policy) == (
        (
            "payments/staging: one run of deploy.yml on main with the approved commit as its input `sha`; "
            "a lost answer is looked up by its key for 2 min, then a person is asked in operations"
        ),
        (
            "payments/production: one deployment at exactly the approved commit; "
            "a lost answer is looked up by its key for 2 min, then a person is asked in operations"
        ),
    )


@pytest.mark.parametrize(
    ("written", "said"), [("90s", "90 s"), ("5m", "5 min"), ("60m", "1 h"), ("25h", "25 h"), ("2d", "2 d")]
)
def test_a_promise_names_its_window_and_the_risk_of_resending(written: str, said: str) -> None:
    text = changed(RULE, f"{RULE}\n        lookup_window: {written}\n        when_unknown: resend")
    assert promises(loaded(text)) == (
        (
            "payments/production: one deployment at exactly the approved commit; "
            f"a lost answer is looked up by its key for {said}, then it is sent again, at the risk of a second deploy"
        ),
    )


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("mode", "deployment", Mode.DEPLOYMENT),
        ("approvals", "[{from: priya, count: 1}]", (ApprovalRule(("priya",), 1),)),
        ("self_approval", "allow", SelfApproval.ALLOW),
        ("newer_build", "latest-wins", NewerBuild.LATEST_WINS),
        ("expires_after", "3d", timedelta(days=3)),
        ("deploy_timeout", "2h", timedelta(hours=2)),
        ("lookup_window", "30s", timedelta(seconds=30)),
        ("when_unknown", "resend", WhenUnknown.RESEND),
        ("announce", "false", False),
        ("tell_authors", "false", False),
    ],
)
def test_every_key_of_the_defaults_is_inherited_and_the_nearest_wins(key: str, value: str, expected: object) -> None:
    other = {
        "mode": "delivery",
        "approvals": "[]",
        "self_approval": "forbid",
        "newer_build": "latest-wins",
        "announce": "true",
        "tell_authors": "true",
        "when_unknown": "ask",
    }.get(key, "7m")
    bare = SMALL.replace(f"        {MODE}\n", "").replace(f"        {RULE}\n", "")
    rest = "".join(f"  {one}\n" for one in (MODE, RULE) if not one.startswith(key))
    far, middle, near = f"  {key}: {other}\n", f"    {key}: {other}\n", f"        {key}: {value}\n"

    def lane(defaults: str = "", service: str = "", environment: str = "") -> object:
        text = changed("    environments:\n", f"{service}    environments:\n", bare)
        text = changed("      production:\n", f"      production:\n{environment}", text)
        policy = loaded(f"defaults:\n{rest}{defaults}{text}" if rest or defaults else text)
        return getattr(policy.services[0].lanes[0], key)

    assert lane(defaults=f"  {key}: {value}\n") == expected
    assert lane(defaults=far, service=f"    {key}: {value}\n") == expected
    assert lane(defaults=far, service=middle, environment=near) == expected


def test_only_the_last_environment_announces_unless_told() -> None:
    staging = "      staging: {mode: deployment, deploy: {github_deployment: {environment: staging}}}\n"
    text = changed("      production:\n", f"{staging}      production:\n")
    assert [lane.announce for lane in loaded(text).lanes()] == [False, True]
    assert [lane.tell_authors for lane in loaded(text).lanes()] == [False, True]


def test_an_empty_list_of_approvals_written_out_means_none_needed() -> None:
    assert loaded(changed(RULE, "approvals: []")).lanes()[0].approvals == ()


def test_versions_and_words_of_yaml_survive_as_text() -> None:
    target = (
        "{github_workflow: {workflow: .github/workflows/d.yaml, ref: on, inputs: {a: 1.10, b: on, c: 12:30, d: ''}}}"
    )
    lane = loaded(changed("{github_deployment: {environment: production}}", target)).lanes()[0]
    assert lane.target == GithubWorkflow("d.yaml", "on", (("a", "1.10"), ("b", "on"), ("c", "12:30"), ("d", "")))


def test_polling_depends_on_webhooks_unless_it_is_written() -> None:
    assert loaded(SMALL, webhooks=True).services[0].source.poll == timedelta(minutes=5)
    assert loaded(SMALL, webhooks=False).services[0].source.poll == timedelta(seconds=30)
    written = changed("[build.yml]", "[build.yml], poll: 10s")
    assert loaded(written, webhooks=True).services[0].source.poll == timedelta(seconds=10)


def test_the_hash_is_of_what_the_file_says() -> None:
    policy = loaded(SMALL)
    assert len(policy.hash) == 64
    assert loaded(f"# a remark\n{SMALL}").hash == policy.hash
    assert loaded(SMALL, webhooks=False).hash == policy.hash
    assert loaded(SMALL.encode()).hash == policy.hash
    assert loaded(changed("from: qa, count: 1", "from: priya, count: 1")).hash != policy.hash
    assert loaded(changed("[build.yml]", "[build.yml], poll: 10s")).hash != policy.hash


def test_what_is_probably_not_meant_is_warned_about() -> None:
    text = changed("permissions: {request: [everyone], resolve: [qa]}\n", "")
    text = changed(MODE, "mode: deployment\n        announce: true", text)
    assert loaded(text).warnings == (
        "`request` in `permissions` names nobody: nobody can ask for a release by hand.",
        "`resolve` in `permissions` names nobody: nobody can answer the question about a lost deploy.",
        (
            "`permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: "
            "these acts will be refused to everybody."
        ),
        "payments/production announces, but `slack` names no channel for `announcements`.",
        "payments/production has `approvals` that nobody is asked for: its mode is deployment.",
    )
    rest = "permissions: {request: [everyone], resolve: [qa], lock: [qa], hotfix: [qa], override: [qa], mode: [qa], "
    rest += "stop_all: [qa], quarantine: [qa], live: [qa]}"
    assert loaded(changed("permissions: {request: [everyone], resolve: [qa]}", rest)).warnings == ()


def test_a_usergroup_has_as_many_people_as_slack_says() -> None:
    text = changed("{people: [priya]}", "{usergroup: S0QA}")
    assert loaded(changed("count: 1", "count: 9", text)).lanes()[0].approvals == (ApprovalRule(("qa",), 9),)


def test_a_problem_reads_as_one_line() -> None:
    problem = Problem("signoff.yml", 7, "It is wrong.")
    assert (problem.line_of_text, str(problem)) == ("signoff.yml:7: It is wrong.", "signoff.yml:7: It is wrong.")


def _outcome(text: str | bytes) -> None:
    policy = load_policy(text, file="signoff.yml", webhooks=True)
    if isinstance(policy, Policy):
        assert replace(policy, hash="", warnings=()) != Policy(services=())
    else:
        assert policy
        for problem in policy:
            assert problem.line >= 1
            assert problem.line_of_text.isprintable()


@given(st.one_of(st.text(), st.binary()))
@example("services: {a: &x [*x]}")
@example('"\\UFFFFFFFF": 1')
def test_no_text_makes_it_raise(text: str | bytes) -> None:
    _outcome(text)


PIECES = st.sampled_from(
    [*SMALL.replace("{", " { ").replace("}", " } ").replace("[", " [ ").replace("]", " ] ").split(), "''", "[key]", "~"]
)


@settings(max_examples=300)
@given(st.data())
def test_no_change_of_a_good_file_makes_it_raise(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        words = lines[at].split(" ")
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.one_of(PIECES, st.text(max_size=8)))
        lines[at] = " ".join(words)
    _outcome("\n".join(lines))


TREES = st.recursive(
    st.one_of(st.sampled_from(["", "a", "qa", "1", "delivery", "C0X", "[key]"]), st.text(max_size=4)),
    lambda below: st.one_of(
        st.lists(below, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "slack",
                    "people",
                    "groups",
                    "permissions",
                    "defaults",
                    "services",
                    "name",
                    "from",
                    "count",
                    "approvals",
                    "mode",
                    "build",
                    "github",
                    "deploy",
                    "environments",
                    "channel",
                    "request",
                    "production",
                    "qa",
                    "inputs",
                    "github_workflow",
                    "workflow",
                    "[key]",
                    "announce",
                ]
            ),
            below,
            max_size=4,
        ),
    ),
    max_leaves=25,
)


@given(TREES)
def test_no_tree_makes_it_raise(tree: object) -> None:

    _outcome(json.dumps(tree))  # JSON is YAML


def test_every_key_of_the_release_rules_is_taken_over() -> None:
    text = changed(
        RULE,
        f"""{RULE}
        approval_valid_for: 2d
        undo_window: 30s
        remind_after: [2h, 8h]
        retry_within: 5m
        rollback: {{approvals: []}}
        hotfix: {{approvals: [{{from: qa, count: 1}}], skip: [soak, freeze]}}
        verify: {{http: {{url: "https://payments.acme.example/version", status: 204,
                        json: {{path: a.version, equals: "{{version}}"}}}}, within: 4m, for: 10m, on_failure: ask}}
        trial: true""",
    )
    text = changed(
        DEPLOY,
        f"""{DEPLOY}
      live2:
        mode: observe
        approvals: []
        after: {{environment: production, soak: 30m}}
        self_approval: strict
        newer_build: each-must-ship""",
        text,
    )
    first, second = loaded(text).lanes()
    qa = ApprovalRule(("qa",), 1)
    assert replace(first, lane=second.lane) == LanePolicy(
        lane=second.lane,
        mode=Mode.DELIVERY,
        channel=first.channel,
        target=first.target,
        approvals=(qa,),
        approval_valid_for=timedelta(days=2),
        undo_window=timedelta(seconds=30),
        remind_after=(timedelta(hours=2), timedelta(hours=8)),
        retry_within=timedelta(minutes=5),
        rollback=(),
        hotfix=Hotfix((qa,), frozenset({Skip.SOAK, Skip.FREEZE})),
        verify=Verification(
            timedelta(minutes=4),
            timedelta(minutes=10),
            OnFailure.ASK,
            HttpProbe("https://payments.acme.example/version", 204, "a.version", "{version}"),
        ),
        trial=True,
    )
    assert second == LanePolicy(
        lane=LaneId("payments", "live2"),
        mode=Mode.OBSERVE,
        channel=first.channel,
        target=None,
        after=After("production", timedelta(minutes=30)),
        self_approval=SelfApproval.STRICT,
        newer_build=NewerBuild.EACH_MUST_SHIP,
        announce=True,
        tell_authors=True,
    )


def test_a_probe_without_json_asks_for_the_status_alone() -> None:
    text = changed(RULE, f"{RULE}\n        verify: {{http: {{url: 'https://a.example/health'}}}}")
    assert loaded(text).lanes()[0].verify == Verification(probe=HttpProbe("https://a.example/health"))


@pytest.mark.parametrize(
    ("everywhere", "here", "length"),
    [
        (None, None, timedelta(hours=6)),
        ("2h", None, timedelta(hours=2)),
        ("2h", "3d", timedelta(days=3)),
        ("2h", "never", None),
        ("never", None, None),
        ("never", "30m", timedelta(minutes=30)),
    ],
)
def test_how_long_a_build_may_wait_is_a_services_own_or_that_of_all(
    everywhere: str | None, here: str | None, length: timedelta | None
) -> None:
    channel = "channel: C0PAYMENTS"
    text = changed(channel, f"{channel}\n    reported_within: {here}") if here else SMALL
    defaults = f"defaults: {{reported_within: {everywhere}}}\n" if everywhere else ""
    assert loaded(defaults + text).services[0].reported_within == length

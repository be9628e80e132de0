"""Every mistake in a policy file, with its exact line and sentence."""

import pytest

from tests.unit.config.files import SMALL, changed, told

RULE = "approvals: [{from: qa, count: 1}]"
GITHUB = "{repository: acme/payments, branch: main, workflows: [build.yml]}"
TARGET = "{github_deployment: {environment: production}}"
PRIYA = "{name: priya, slack: U0PRIYA}"
CHANNEL = "channel: C0PAYMENTS"
MODE = "mode: delivery"
NEITHER = "it is neither in `groups` nor in `people`"
VERSIONS = "run_number, sha, or tag: and a glob such as tag:v*"
A_NAME = "a name of a-z, 0-9, '.', '_' and '-', at most 63 long"
KNOWN = (
    "mode, approvals, self_approval, newer_build, expires_after, deploy_timeout, lookup_window, when_unknown, announce, "
    "announcement, cards, tell_authors, "
    "approval_valid_for, undo_window, remind_after, escalate, quiet_hours, when_lifted, retry_within, after, rollback, hotfix, verify, trial"
)


def workflow(inputs: str) -> str:
    return f"{{github_workflow: {{workflow: deploy.yml, inputs: {inputs}}}}}"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("people:\n", "poeple:\n", "1: `poeple` is not a key of the file. Did you mean `people`?"),
        (
            RULE,
            RULE.replace("approvals", "aprovals"),
            "13: `aprovals` is not a key of an environment. Did you mean `approvals`?",
        ),
        (
            CHANNEL,
            f"{CHANNEL}\n    xyz: 1",
            f"9: `xyz` is not a key of a service. Known here: {KNOWN}, channel, build, reported_within, environments.",
        ),
        (PRIYA, "{name: priya, slak: U0PRIYA}", "2: `slak` is not a key of a person. Did you mean `slack`?"),
        ("resolve: [qa]", "resolv: [qa]", "5: `resolv` is not a key of permissions. Did you mean `resolve`?"),
        (
            "resolve: [qa]",
            '"[key]": [qa]',
            (
                "5: `[key]` is not a key of permissions. Known here: request, lock, hold, rollback, hotfix, override, mode, "
                "stop_all, quarantine, live, resolve."
            ),
        ),
        ("resolve: [qa]", "lock: [nobody]", f"5: `nobody` is nobody: {NEITHER}, nor `everyone`."),
        (PRIYA, "{slack: U0PRIYA}", "2: `name` is missing in `people`; write, for example, `name: priya`."),
        (PRIYA, "{name: Priya, slack: U0PRIYA}", f"2: `name` must be {A_NAME}; `Priya` is not."),
        (PRIYA, "{name: everyone, slack: U0PRIYA}", f"2: `name` must be {A_NAME}; `everyone` is not."),
        (
            PRIYA,
            "{name: priya, slack: '@priya'}",
            "2: `slack` must be a Slack member id such as U0PRIYA; `@priya` is not.",
        ),
        (PRIYA, "{name: priya, slack: [U0PRIYA]}", "2: `slack` must be a Slack member id such as U0PRIYA."),
        (
            PRIYA,
            "{name: priya, github: priya}",
            "2: `github` must be a GitHub account's number, as api.github.com/users/LOGIN shows it; `priya` is not.",
        ),
        (PRIYA, "{name: priya, email: priya}", "2: `email` must be an e-mail address; `priya` is not."),
        (PRIYA, "{name: priya}", "2: `priya` has no account; write slack, github or email."),
        (PRIYA, "{name: priya, slack: U0SAM}", "3: `U0SAM` is `priya`'s already; an account belongs to one person."),
        (
            PRIYA,
            "{name: priya, email: sam@ACME.example}",
            "3: `Sam@acme.example` is `priya`'s already; an account belongs to one person.",
        ),
        (PRIYA, "priya", "2: `people` must hold keys with values, indented beneath it."),
        ("{qa: {people: [priya]}}", "[qa]", "4: `groups` must hold keys with values, indented beneath it."),
        ("{people: [priya]}", "{people: priya}", "4: `people` must be a list, such as [a, b]."),
        (
            "{people: [priya]}",
            "{people: [priya, bob]}",
            "4: `bob` is not listed in `people`; add an entry with that name.",
        ),
        (
            "{people: [priya]}",
            "{usergroup: sre}",
            "4: `usergroup` must be a Slack user group id such as S0SRE; `sre` is not.",
        ),
        (
            "{people: [priya]}}",
            "{people: [priya]}, sam: {people: [sam]}}",
            "4: `sam` is a person's name already; call the group differently.",
        ),
        (
            "request: [everyone]",
            "request: [everyon]",
            "5: `everyon` is nobody: it is neither in `groups` nor in `people`, nor `everyone`.",
        ),
        ("request: [everyone]", "request: []", "5: `request` must name at least one."),
        ("request: [everyone]", "request: {a: b}", "5: `request` must be a list, such as [a, b]."),
        (
            CHANNEL,
            "channel: payments",
            '8: `channel` must be a channel id such as C0RELEASES, or "#name" in quotation marks; `payments` is not.',
        ),
        (
            CHANNEL,
            "channel: #payments",
            "8: `channel` has no value; write one (in quotation marks if it begins with #), or remove it.",
        ),
        (
            "    channel: C0PAYMENTS\n",
            "",
            "7: `channel` is missing in `payments`; write, for example, `channel: C0PAYMENTS`.",
        ),
        ("acme/payments", "payments", "9: `repository` must be a repository such as acme/payments; `payments` is not."),
        ("acme/payments", "acme/..", "9: `repository` must be a repository such as acme/payments; `acme/..` is not."),
        ("branch: main", "branch: release/*", "9: `branch` must be the name of one branch; `release/*` is not."),
        ("branch: main", "branch: a..b", "9: `branch` must be the name of one branch; `a..b` is not."),
        ("build.yml", "build", "9: `workflows` must be a workflow's file such as build.yml; `build` is not."),
        (
            "build.yml",
            "../build.yml",
            "9: `workflows` must be a workflow's file such as build.yml; `../build.yml` is not.",
        ),
        ("workflows: [build.yml]", "workflows: []", "9: `workflows` must name at least one."),
        ("workflows: [build.yml]", "workflows: build.yml", "9: `workflows` must be a list, such as [a, b]."),
        (
            "[build.yml]",
            "[build.yml], events: [pull_request]",
            "9: `events` must not be a pull request: such a run may be anybody's; write push.",
        ),
        (
            "[build.yml]",
            "[build.yml], events: [PUSH]",
            "9: `events` must be the name of an event such as push; `PUSH` is not.",
        ),
        (
            "[build.yml]",
            "[build.yml], poll: 30",
            "9: `poll` must be a duration such as 30s, 5m, 2h or 3d; `30` is not.",
        ),
        (
            "[build.yml]",
            "[build.yml], poll: 0s",
            "9: `poll` must be a duration such as 30s, 5m, 2h or 3d; `0s` is not.",
        ),
        ("[build.yml]", "[build.yml], poll: 366d", "9: `poll` must be at most 365d; `366d` is longer."),
        ("[build.yml]", "[build.yml], poll: 999999999d", "9: `poll` must be at most 365d; `999999999d` is longer."),
        (
            "[build.yml]",
            '[build.yml], paths: ["pay/**", "a\\tb"]',
            "9: `paths` must be a glob such as services/pay/**; `a\\u0009b` is not.",
        ),
        (
            f"github: {GITHUB}",
            f'github: {GITHUB}, migrations: ["db/**", "a\\tb"]',
            "9: `migrations` must be a glob such as services/pay/**; `a\\u0009b` is not.",
        ),
        (
            f"github: {GITHUB}",
            "gitlab: {}",
            "9: `gitlab` is not in this version of Signoff; write `github`, `buildbot` or `standard`.",
        ),
        (
            f"github: {GITHUB}",
            "version_from: sha",
            (
                "9: `github` is missing in `build`; write, for example, `github: "
                "{repository: acme/payments, branch: main, workflows: [build.yml]}`."
            ),
        ),
        (
            f"github: {GITHUB}",
            f"github: {GITHUB}, version_from: 'tag:v$(id)'",
            f"9: `version_from` must be {VERSIONS}; `tag:v$(id)` is not.",
        ),
        (
            f"github: {GITHUB}",
            f"github: {GITHUB}, version_from: tag",
            f"9: `version_from` must be {VERSIONS}; `tag` is not.",
        ),
        ("  payments:\n", "  status:\n", "7: `status` must be another name: `status` is a word of the command."),
        ("  payments:\n", "  Payments:\n", f"7: `Payments` must be {A_NAME}; `Payments` is not."),
        ("  payments:\n", '  "[key]":\n', f"7: `[key]` must be {A_NAME}; `[key]` is not."),
        ("      production:\n", "      live:\n", "11: `live` must be another name: `live` is a word of the command."),
        (MODE, "mode: auto", "12: `mode` must be delivery, deployment or observe; `auto` is not."),
        (
            MODE,
            "self_approval: forbid",
            (
                "11: `mode` is missing for `payments/production`; write delivery (people decide), deployment "
                "(it ships by itself) or observe (the pipeline deploys)."
            ),
        ),
        (
            RULE,
            f"{RULE}\n        self_approval: no",
            "14: `self_approval` must be strict, forbid or allow; `no` is not.",
        ),
        (
            RULE,
            f"{RULE}\n        newer_build: latest",
            "14: `newer_build` must be latest-wins or each-must-ship; `latest` is not.",
        ),
        (RULE, f"{RULE}\n        when_unknown: guess", "14: `when_unknown` must be ask or resend; `guess` is not."),
        (RULE, f"{RULE}\n        announce: yes", "14: `announce` must be true or false; `yes` is not."),
        (RULE, f"{RULE}\n        cards: silent", "14: `cards` must be full or quiet; `silent` is not."),
        (
            RULE,
            f'{RULE}\n        announcement: {{template: "{{service}} {{key}}"}}',
            "14: `template` holds `{key}`, which is not a placeholder; those are {version} {service} {environment} {sha} {release} {changes} {authors}.",
        ),
        (
            RULE,
            f'{RULE}\n        announcement: {{template: "  "}}',
            "14: `template` must be text of at most 2000 characters that says something; `  ` is not.",
        ),
        (
            RULE,
            f"{RULE}\n        verify: {{}}",
            "14: `verify` does not say how; write http, command or signal.",
        ),
        (
            RULE,
            f"{RULE}\n        verify: {{http: {{url: 'https://a.example/'}}, on_failure: rollback}}",
            "14: `on_failure: rollback` is not in this version of Signoff; write ask.",
        ),
        (
            RULE,
            f"{RULE}\n        verify: {{http: {{url: 'https://a.example/', status: 99}}}}",
            "14: `status` must be the status of an answer, from 200 to 599; `99` is not.",
        ),
        (
            RULE,
            f"{RULE}\n        hotfix: {{approvals: [], skip: [lock]}}",
            "14: `skip` must be soak or freeze; `lock` is not.",
        ),
        (
            RULE,
            f"{RULE}\n        hotfix: {{approvals: [{{from: nobody, count: 1}}]}}",
            f"14: `nobody` is nobody: {NEITHER}.",
        ),
        (
            RULE,
            f"{RULE}\n        rollback: {{approvals: [{{from: qa, count: 7}}]}}",
            "14: 7 of qa can never approve: the file lists 1; list more people, name a usergroup, or ask for fewer.",
        ),
        (
            RULE,
            f"{RULE}\n        after: {{environment: staging}}",
            (
                "14: `staging` is no environment that is written before `payments/production`; "
                "the first environment has none before it."
            ),
        ),
        (
            RULE,
            "announce: true",
            (
                "11: `approvals` is missing for `payments/production`; write, for example, "
                "`approvals: [{from: qa, count: 1}]`, or `[]` if nobody need approve."
            ),
        ),
        (RULE, "approvals: qa", "13: `approvals` must be a list, such as [a, b]."),
        (RULE, "approvals: [{from: qa}]", "13: `count` is missing in `approvals`; write, for example, `count: 1`."),
        (RULE, "approvals: [{count: 1}]", "13: `from` is missing in `approvals`; write, for example, `from: qa`."),
        (RULE, "approvals: [{from: qa, count: 0}]", "13: `count` must be a number from 1 to 999; `0` is not."),
        (RULE, "approvals: [{from: qa, count: one}]", "13: `count` must be a number from 1 to 999; `one` is not."),
        (RULE, "approvals: [{from: [], count: 1}]", "13: `from` must name at least one."),
        (
            RULE,
            "approvals: [{from: qb, count: 1}]",
            "13: `qb` is nobody: it is neither in `groups` nor in `people`.",
        ),
        (
            RULE,
            "approvals: [{from: everyone, count: 1}]",
            "13: `everyone` is nobody: it is neither in `groups` nor in `people`.",
        ),
        (
            RULE,
            "approvals: [{from: [qa, priya], count: 2}]",
            (
                "13: 2 of qa or priya can never approve: the file lists 1; "
                "list more people, name a usergroup, or ask for fewer."
            ),
        ),
        (
            TARGET,
            "{}",
            "14: `deploy` names no target for `payments/production`; write github_deployment or github_workflow or github_gate or buildbot or webhook or command.",
        ),
        (
            f"        deploy: {TARGET}\n",
            "",
            (
                "11: `deploy` is missing in `production`; write, for example, "
                "`deploy: {github_deployment: {environment: production}}`."
            ),
        ),
        (
            TARGET,
            "{github_deployment: {environment: a}, github_workflow: {workflow: b.yml}}",
            "14: `github_deployment` and `github_workflow` are both written; keep one.",
        ),
        (
            TARGET,
            "{buildbot: {builder: x}}",
            "14: `scheduler` is missing in `buildbot`; write, for example, `scheduler: force-deploy`.",
        ),
        (
            TARGET,
            "{github_deployment: {environment: ' a'}}",
            "14: `environment` must be the name of an environment on GitHub; ` a` is not.",
        ),
        (TARGET, workflow("{sha: x}"), "14: `sha` is added by Signoff; remove it."),
        (TARGET, workflow("{signoff_key: x}"), "14: `signoff_key` is added by Signoff; remove it."),
        (
            TARGET,
            workflow("{a b: x}"),
            "14: `a b` must be the name of an input: letters, digits, '_' and '-'; `a b` is not.",
        ),
        (
            TARGET,
            workflow('{v: "{versoin}"}'),
            (
                "14: `v` holds `{versoin}`, which is not a placeholder; those are {version} {sha} {digest} "
                "{environment} {service} {release} {key}."
            ),
        ),
        (TARGET, workflow('{v: "a\\nb"}'), "14: `v` must be one line of text, at most 1000 long; `a\\u000ab` is not."),
        (
            TARGET,
            workflow("{" + ", ".join(f"i{n}: x" for n in range(24)) + "}"),
            "14: `inputs` holds more than 23 entries.",
        ),
        (
            "people:\n",
            "command: deploy\npeople:\n",
            "1: `command` must be a slash command such as /deploy; `deploy` is not.",
        ),
        (
            "people:\n",
            "slack: {operations: ops}\npeople:\n",
            '1: `operations` must be a channel id such as C0RELEASES, or "#name" in quotation marks; `ops` is not.',
        ),
        (
            "people:\n",
            "defaults: {after: {environment: x}}\npeople:\n",
            (
                "1: `x` is no environment that is written before `payments/production`; "
                "the first environment has none before it."
            ),
        ),
    ],
)
def test_each_mistake_is_told_alone(old: str, new: str, sentence: str) -> None:
    assert told(changed(old, new)) == [sentence]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("just words", ["1: The file must hold keys with values, indented beneath it."]),
        ("- a", ["1: The file must hold keys with values, indented beneath it."]),
        ("", ["1: The file is empty."]),
        (b"\xff", ["1: The file is not UTF-8 text here; save it as UTF-8."]),
        ("services: {}", ["1: `services` must name at least one."]),
        (
            "command: /deploy",
            [
                (
                    "1: `services` is missing; write, for example, "
                    "`services: {docs: {channel: C0DOCS, build: {github: {repository: acme/docs, branch: main, "
                    "workflows: [build.yml]}}, environments: {production: {mode: deployment, "
                    "deploy: {github_deployment: {environment: production}}}}}}`."
                )
            ],
        ),
        (
            "services: &a {b: *a}",
            [
                "1: `&a` is an anchor; write the value out where it is needed.",
                "1: `*a` is an alias; write the value out.",
            ],
        ),
    ],
)
def test_a_file_without_a_policy(text: str | bytes, sentences: list[str]) -> None:
    assert sorted(told(text)) == sorted(sentences)


def test_all_mistakes_are_told_at_once_by_line() -> None:
    text = changed(PRIYA, "{name: priya, slack: nobody}")
    text = changed("people: [priya]", "people: [bob, priya]", text)
    text = changed("resolve: [qa]", "resolve: [qb]", text)
    text = changed("branch: main", "branch: &x main", text)
    text = changed(RULE, "approvals: [{from: bad name, count: 1}, {from: qa, count: 7}, {from: qc, count: 1}]", text)
    text = changed(TARGET, "*x", text)
    assert told(text) == [
        "2: `slack` must be a Slack member id such as U0PRIYA; `nobody` is not.",
        "4: `bob` is not listed in `people`; add an entry with that name.",
        "5: `qb` is nobody: it is neither in `groups` nor in `people`, nor `everyone`.",
        "9: `&x` is an anchor; write the value out where it is needed.",
        "13: 7 of qa can never approve: the file lists 2; list more people, name a usergroup, or ask for fewer.",
        "13: `from` must be the name of a group or a person; `bad name` is not.",
        "13: `qc` is nobody: it is neither in `groups` nor in `people`.",
        "14: `*x` is an alias; write the value out.",
    ]


def test_lines_stay_right_when_something_above_in_the_list_was_refused() -> None:
    text = changed(
        RULE,
        "approvals:\n          - {from: qa}\n          - {from: [], count: 1}\n          - {from: qz, count: 1}",
    )
    assert told(text) == [
        "14: `count` is missing in `approvals`; write, for example, `count: 1`.",
        "15: `from` must name at least one.",
        "16: `qz` is nobody: it is neither in `groups` nor in `people`.",
    ]


def test_what_was_refused_is_not_called_missing_too() -> None:
    text = SMALL.replace(RULE, "approvals: *x").replace(MODE, "mode: *y").replace(TARGET, "*z")
    assert told(text) == [
        "12: `*y` is an alias; write the value out.",
        "13: `*x` is an alias; write the value out.",
        "14: `*z` is an alias; write the value out.",
    ]


def test_a_rule_of_a_usergroup_may_ask_for_any_number() -> None:
    text = changed("{people: [priya]}", "{people: [priya], usergroup: bad}")
    assert told(changed("count: 1", "count: 9", text)) == [
        "4: `usergroup` must be a Slack user group id such as S0SRE; `bad` is not."
    ]

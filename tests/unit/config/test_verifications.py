"""How a policy file has releases verified: each of the three ways, and what is refused."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from bot.config.named import NamedSecrets
from bot.core.verification import CommandProbe, HttpProbe, Signal, Verification
from tests.unit.config.files import SMALL, changed, loaded, told

RULE = "approvals: [{from: qa, count: 1}]"
SIGNAL = "{source: prometheus, secret_env: PROM_SECRET}"


def verified(verify: str, text: str = SMALL) -> str:
    return changed(RULE, f"{RULE}\n        verify: {verify}", text)


@pytest.mark.parametrize(
    ("verify", "wanted"),
    [
        (
            '{http: {url: "https://a.example/v", equals: "v{version}"}}',
            Verification(probe=HttpProbe("https://a.example/v", equals="v{version}")),
        ),
        (
            '{http: {url: "https://a.example/v", json: {path: a.b, equals: "{sha}"}}, for: 1m}',
            Verification(
                hold_for=timedelta(minutes=1), probe=HttpProbe("https://a.example/v", path="a.b", equals="{sha}")
            ),
        ),
        ('{command: {argv: [./check, "{version}"]}}', Verification(probe=CommandProbe(("./check", "{version}")))),
        (
            "{command: {argv: [check], timeout: 9s, directory: /srv}, within: 2m}",
            Verification(timedelta(minutes=2), probe=CommandProbe(("check",), timedelta(seconds=9), "/srv")),
        ),
        (f"{{signal: {SIGNAL}}}", Verification(signal=Signal("prometheus", "PROM_SECRET"))),
    ],
)
def test_each_way_loads(verify: str, wanted: Verification) -> None:
    assert loaded(verified(verify)).lanes()[0].verify == wanted


@pytest.mark.parametrize(
    ("verify", "problem"),
    [
        ("{within: 5m}", "13: `verify` does not say how; write http, command or signal."),
        (
            f"{{command: {{argv: [x]}}, signal: {SIGNAL}}}",
            "13: `command` and `signal` are both written; keep one.",
        ),
        (
            '{http: {url: "https://a.example/", equals: x, json: {path: a, equals: x}}}',
            "13: `equals` and `json` are both written; keep one.",
        ),
        ('{command: {argv: ["{version}"]}}', "13: `argv` begins with a placeholder; write the program first."),
        (
            '{command: {argv: [x, "a{version}"]}}',
            "13: `argv` holds `{version}` beside other text; make it an argument of its own.",
        ),
        ("{command: {argv: [x], timeout: 5m}}", "13: `timeout` must be shorter than `within`, or it is never well."),
        ("{command: {argv: [x]}, within: 30s}", "13: `timeout` must be shorter than `within`, or it is never well."),
        ("{signal: {source: prometheus}}", "13: `secret_env` is missing in `signal`"),
        (
            '{http: {url: "http://169.254.169.254/latest"}}',
            "13: `url` would be sent in the clear; write https (http is for this machine only).",
        ),
        ('{http: {url: "https://u@a.example/"}}', "13: `url` may hold neither a user nor a fragment"),
        ('{http: {url: "https://a.example/", headers: {}}}', "13: `headers` is not in this version of Signoff"),
    ],
)
def test_each_mistake_is_told(verify: str, problem: str) -> None:
    (sentence,) = told(verified(verify))
    assert sentence.removeprefix("14").removeprefix("13").startswith(problem.removeprefix("13"))


def test_a_source_of_signals_has_one_secret() -> None:
    both = verified(f"{{signal: {SIGNAL}}}").replace(
        "permissions:", "defaults: {verify: {signal: {source: prometheus, secret_env: OTHER}}}\npermissions:"
    )
    assert [sentence.partition(": ")[2] for sentence in told(both)] == [
        "`prometheus` signs with OTHER already; a source has one secret."
    ]


def test_the_secret_of_a_signal_must_be_there_and_is_hidden() -> None:
    policy = loaded(verified(f"{{signal: {SIGNAL}}}"))
    assert NamedSecrets({}).problems(policy) == (
        "PROM_SECRET is not set; `verify` of payments/production in the policy says that it holds a secret.",
    )
    assert NamedSecrets({"PROM_SECRET": "a secret"}).values(policy) == (SecretStr("a secret"),)

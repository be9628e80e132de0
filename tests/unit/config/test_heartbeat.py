"""The key `heartbeat` of the policy file: exactly one address, only where nobody reads it on the way."""

from datetime import timedelta

import pytest

from bot.config.addresses import check_heartbeat
from bot.core.policy import Heartbeat
from tests.unit.config.files import SMALL, loaded, told

EXAMPLE = "write one such as https://monitor.acme.example/ping/42"


@pytest.mark.parametrize(
    ("written", "heartbeat"),
    [
        ("{url: https://monitor.acme.example/ping/42}", Heartbeat("https://monitor.acme.example/ping/42")),
        (
            "{secret_env: HEARTBEAT_URL, every: 30s}",
            Heartbeat(secret_env="HEARTBEAT_URL", every=timedelta(seconds=30)),
        ),
    ],
)
def test_a_heartbeat_is_read(written: str, heartbeat: Heartbeat) -> None:
    policy = loaded(f"heartbeat: {written}\n{SMALL}")
    assert policy.heartbeat == heartbeat
    assert policy.hash != loaded(SMALL).hash


def test_nobody_beats_unasked() -> None:
    assert loaded(SMALL).heartbeat is None


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("{}", "2: `heartbeat` names no address; write url or secret_env."),
        ("{every: 1m}", "2: `heartbeat` names no address; write url or secret_env."),
        (
            "{url: https://monitor.acme.example, secret_env: HEARTBEAT_URL}",
            "2: `url` and `secret_env` are both written; keep one.",
        ),
        ("{url: http://monitor.acme.example}", "2: `url` would be sent in the clear; write https (http is for this machine only)."),
        ("{url: monitor.acme.example}", f"2: `url` is not an address; {EXAMPLE}."),
        ("{url: https://u@acme.example}", f"2: `url` may hold neither a user nor a fragment; {EXAMPLE}."),
        ("{secret_env: heartbeat}", "2: `secret_env` must be the name of an environment variable (A-Z, 0-9 and '_'), never what it holds."),
        ("{url: https://acme.example, every: often}", "2: `every` must be a duration such as 30s, 5m, 2h or 3d; `often` is not."),
        ("{ever: 1m, url: https://a.example}", "2: `ever` is not a key of heartbeat. Did you mean `every`?"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_line(written: str, sentence: str) -> None:
    assert told(f"# ours\nheartbeat: {written}\n{SMALL}") == [sentence]


@pytest.mark.parametrize("address", ["https://m.example/ping?token=a", "http://127.0.0.1:9/x", "http://[::1]/"])
def test_an_address_that_nobody_reads_on_the_way_is_taken(address: str) -> None:
    assert check_heartbeat(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://",
        "ftp://m.example",
        "https://m.example:port",
        "https://m .example",
        "https://m\n",
        "https://[",
        "https://ü.example",
    ],
)
def test_what_is_no_address_is_not_shown(address: str) -> None:
    assert check_heartbeat(address) == f"is not an address; {EXAMPLE}"

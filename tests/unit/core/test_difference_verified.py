"""What a reload tells of how releases are verified: each way by the words of the file."""

from datetime import timedelta

from bot.core.difference import differences
from bot.core.policy import Policy
from bot.core.target import Command
from bot.core.verification import CommandProbe, HttpProbe, Signal, Verification
from tests.factories import a_lane_policy, a_policy

WITHIN = "within 5m, for 0s, on_failure ask"


def verified(probe: HttpProbe | CommandProbe | None = None, signal: Signal | None = None) -> Policy:
    return a_policy(a_lane_policy(verify=Verification(probe=probe, signal=signal)))


def test_each_way_has_the_name_of_the_file() -> None:
    asked = verified(HttpProbe("https://a.example/", equals="{version}"))
    run = verified(CommandProbe(("./check.sh", "{version}"), timedelta(seconds=30), "/srv"))
    told = verified(signal=Signal("prometheus", "PROM_SECRET"))
    assert (*differences(asked, run), *differences(run, told)) == (
        (
            f"payments/production: verify: {WITHIN}, http url https://a.example/, status 200, equals {{version}} -> "
            f"{WITHIN}, command argv ./check.sh, {{version}}, timeout 30s, directory /srv"
        ),
        (
            f"payments/production: verify: {WITHIN}, command argv ./check.sh, {{version}}, timeout 30s, directory /srv -> "
            f"{WITHIN}, signal source prometheus, secret_env PROM_SECRET"
        ),
    )


def test_a_command_too() -> None:
    before = a_policy(a_lane_policy(target=Command(("./a.sh",))))
    after = a_policy(a_lane_policy(target=Command(("./b.sh",))))
    assert differences(before, after) == (
        "payments/production: deploy: command argv ./a.sh, timeout 20m -> command argv ./b.sh, timeout 20m",
    )

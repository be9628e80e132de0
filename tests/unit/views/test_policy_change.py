"""What operations read when the policy was replaced while the bot runs."""

from bot.core.effects import Happened, Happening
from bot.views.operations import loud
from tests.factories import a_policy

READ = "had Signoff read its policy again"


def told(kind: Happened, by: str | None, detail: str) -> str:
    return loud(Happening(kind, by=by, detail=detail), None, None, a_policy(), {}).text


def test_a_new_policy_is_told_line_by_line_with_who_had_it_read() -> None:
    assert told(Happened.POLICY_CHANGED, "operator", "a: 1 -> 2\nb: <!here> -> 4").splitlines() == [
        f"POLICY CHANGED: operator, on the host, {READ}. Open releases also keep the rules they have.",
        "• a: 1 -&gt; 2",
        "• b: &lt;!here&gt; -&gt; 4",
    ]


def test_a_refused_policy_is_told_with_every_problem() -> None:
    assert told(Happened.POLICY_REFUSED, None, "signoff.yml:1: no\nsignoff.yml:2: no").splitlines() == [
        f"POLICY REFUSED: A signal on the host {READ}, and it cannot be used. Nothing was changed.",
        "• signoff.yml:1: no",
        "• signoff.yml:2: no",
    ]


def test_a_policy_that_is_in_force_and_not_followed_is_told_as_that() -> None:
    assert told(Happened.POLICY_NOT_FOLLOWED, None, "Have it read again.").splitlines() == [
        f"POLICY NOT FOLLOWED YET: A signal on the host {READ}. It is in force, but not followed.",
        "• Have it read again.",
    ]


def test_a_very_long_difference_folds() -> None:
    lines = told(Happened.POLICY_CHANGED, "operator", "\n".join(f"{n}: {'x' * 400}" for n in range(40))).splitlines()
    assert lines[-1] == "and 31 more"

"""Escalation in the file: inherited, and every mistake at its line."""

from datetime import timedelta

import pytest

from bot.core.speaking import Escalation
from tests.unit.config.files import SMALL, changed, loaded, told

RULE = "approvals: [{from: qa, count: 1}]"


def escalating(to: str, text: str = SMALL) -> str:
    return changed(RULE, f"{RULE}\n        escalate: {to}", text)


def test_the_nearest_wins() -> None:
    assert loaded(SMALL).lanes()[0].escalate is None
    text = escalating("{after: 4h, to: qa}")
    assert loaded(text).lanes()[0].escalate == Escalation(timedelta(hours=4), "qa")
    above = f"{text}\ndefaults: {{escalate: {{after: 2h, to: qa}}}}\n"
    assert loaded(above).lanes()[0].escalate == Escalation(timedelta(hours=4), "qa")
    assert loaded(f"{SMALL}\ndefaults: {{escalate: {{after: 2h, to: qa}}}}\n").lanes()[0].escalate == Escalation(
        timedelta(hours=2), "qa"
    )


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("{after: 4h, to: q}", "There is no group `q`. Write the name of a group, or add it to `groups`."),
        ("{after: 4h, to: qaa}", "There is no group `qaa`. Did you mean `qa`?"),
        ("{after: 4h, to: priya}", "There is no group `priya`. Write the name of a group, or add it to `groups`."),
        ("{after: 4h}", "`to` is missing in `escalate`; write, for example, `to: sre`."),
        ("{to: qa}", "`after` is missing in `escalate`; write, for example, `after: 4h`."),
        ("{after: soon, to: qa}", None),
        ("{after: 4h, to: [qa]}", "`to` must be the name of one group."),
    ],
)
def test_each_mistake_is_told_at_its_line(written: str, sentence: str | None) -> None:
    if sentence is None:
        assert told(escalating(written)) == [
            told(changed(RULE, f"{RULE}\n        undo_window: soon"))[0].replace("undo_window", "after")
        ]
    else:
        assert told(escalating(written)) == [f"14: {sentence}"]


def test_a_group_of_nobody_can_not_be_called() -> None:
    text = escalating("{after: 4h, to: ops}", changed("{qa: {people: [priya]}}", "{qa: {people: [priya]}, ops: {}}"))
    assert told(text) == ["14: `ops` is a group of nobody; list people in it, or name a usergroup."]


def test_a_group_that_is_refused_itself_is_not_told_of_twice() -> None:
    text = escalating(
        "{after: 4h, to: ops}", changed("{qa: {people: [priya]}}", "{qa: {people: [priya]}, ops: {xyz: 1}}")
    )
    assert [one.split(".")[0] for one in told(text)] == ["4: `xyz` is not a key of a group"]


def test_an_escalation_after_the_end_is_warned_about() -> None:
    warned = (
        "payments/production has an `escalate` that is due when its releases have expired; make its `after` shorter."
    )
    assert warned in loaded(escalating("{after: 24h, to: qa}")).warnings
    assert warned not in loaded(escalating("{after: 23h, to: qa}")).warnings
    assert warned in loaded(escalating("{after: 4h, to: qa}\n        expires_after: 2h")).warnings

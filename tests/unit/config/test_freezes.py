"""The list of freezes and the quiet hours in a policy file."""

from datetime import datetime, time

import pytest

from bot.core.calendar import Dated, Freeze, QuietHours, Weekday, Weekly
from bot.core.policy import NewerBuild, WhenLifted
from tests.unit.config.files import SMALL, changed, loaded, told

RULE = "approvals: [{from: qa, count: 1}]"
FORMS = "write `days` with hours, or `from` and `until` as moments"
NOT_A_MOMENT = 'an hour such as "20:00" or a moment such as "2026-12-23T18:00", in quotation marks'


def with_freezes(*freezes: str) -> str:
    return f"freezes:\n{''.join(f'  - {one}' + chr(10) for one in freezes)}{SMALL}"


def test_freezes_are_read_in_order() -> None:
    text = with_freezes(
        "{name: weekend, days: [sat, sun], timezone: Europe/Berlin, environments: [production]}",
        '{name: nights, days: [mon], from: "22:00", until: "06:30", timezone: UTC, services: [payments]}',
        '{name: year end, from: "2026-12-23T18:00", until: "2027-01-02T08:00", timezone: Europe/Berlin}',
    )
    assert loaded(text).freezes == (
        Freeze(
            "weekend",
            Weekly(frozenset({Weekday.SAT, Weekday.SUN}), None, None, "Europe/Berlin"),
            environments=("production",),
        ),
        Freeze("nights", Weekly(frozenset({Weekday.MON}), time(22), time(6, 30), "UTC"), services=("payments",)),
        Freeze(
            "year end",
            Dated(datetime(2026, 12, 23, 18), datetime(2027, 1, 2, 8), "Europe/Berlin"),  # noqa: DTZ001 - local time
        ),
    )
    assert loaded(SMALL).freezes == ()


def test_another_freeze_is_another_policy() -> None:
    one = '{name: a, from: "2026-12-23T18:00", until: "2027-01-02T08:00", timezone: UTC}'
    hashes = {
        loaded(text).hash
        for text in (
            SMALL,
            with_freezes(one),
            with_freezes(one.replace("18:00", "18:01")),
            with_freezes("{name: a, days: [sat], timezone: UTC}"),
            with_freezes("{name: a, days: [sun], timezone: UTC}"),
        )
    }
    assert len(hashes) == 5


def test_quiet_hours_and_what_lifts_are_inherited() -> None:
    text = changed(
        RULE,
        f"{RULE}\n        newer_build: each-must-ship\n        when_lifted: newest\n"
        '        quiet_hours: {from: "20:00", until: "07:00", timezone: Europe/Berlin}',
    )
    lane = loaded(text).lanes()[0]
    assert (lane.newer_build, lane.when_lifted) == (NewerBuild.EACH_MUST_SHIP, WhenLifted.NEWEST)
    assert lane.quiet_hours == QuietHours(time(20), time(7), "Europe/Berlin")
    plain = loaded(SMALL).lanes()[0]
    assert (plain.quiet_hours, plain.when_lifted) == (None, WhenLifted.OLDEST)


@pytest.mark.parametrize(
    ("freeze", "sentence"),
    [
        ("{name: a, timezone: UTC}", f"`a` does not say when; {FORMS}."),
        ('{name: a, from: "10:00", until: "11:00", timezone: UTC}', f"`a` does not say when; {FORMS}."),
        ('{name: a, from: "2026-12-23T18:00", timezone: UTC}', f"`a` does not say when; {FORMS}."),
        (
            '{name: a, from: "2026-12-23T18:00", until: "2026-12-23T18:00", timezone: UTC}',
            "`until` of `a` is not after its `from`.",
        ),
        (
            '{name: a, days: [sat], from: "2026-12-23T18:00", until: "10:00", timezone: UTC}',
            f"`from` of `a` must be an hour, since it comes each week; {FORMS}.",
        ),
        (
            '{name: a, days: [sat], from: "10:00", timezone: UTC}',
            "`until` is missing for `a`; write both hours, or none for whole days.",
        ),
        (
            '{name: a, days: [sat], until: "10:00", timezone: UTC}',
            "`from` is missing for `a`; write both hours, or none for whole days.",
        ),
        (
            "{name: a, days: [mon, tue, wed, thu, fri, sat, sun], timezone: UTC}",
            "`a` never ends; leave a day or an hour free, or `/deploy hold` the lane.",
        ),
        (
            "{name: a, days: [sat], timezone: Europe/Berlni}",
            (
                "`timezone` must be an IANA time zone such as Europe/Berlin; `Europe/Berlni` is not "
                "(did you mean `Europe/Berlin`?)."
            ),
        ),
        (
            "{name: a, days: [sat], timezone: xyz}",
            "`timezone` must be an IANA time zone such as Europe/Berlin; `xyz` is not.",
        ),
        ("{name: a, days: [caturday], timezone: UTC}", None),
        (
            '{name: a, from: "2026-02-30T18:00", until: "2027-01-02T08:00", timezone: UTC}',
            f"`from` must be {NOT_A_MOMENT}; `2026-02-30T18:00` is no day of the calendar.",
        ),
        (
            '{name: a, from: "2026-02-03 18:00", until: "2027-01-02T08:00", timezone: UTC}',
            f"`from` must be {NOT_A_MOMENT}; `2026-02-03 18:00` is not.",
        ),
        (
            "{name: a, days: [sat], timezone: UTC, environments: [prodution]}",
            "No service has an environment `prodution`. Did you mean `production`?",
        ),
        (
            "{name: a, days: [sat], timezone: UTC, services: [xyz]}",
            "There is no service `xyz`.",
        ),
    ],
)
def test_each_mistake_is_told_at_its_line(freeze: str, sentence: str | None) -> None:
    wanted = sentence or "`days` must be mon, tue, wed, thu, fri, sat or sun; `caturday` is not."
    assert told(with_freezes(freeze)) == [f"2: {wanted}"]


def test_a_name_is_one_freezes() -> None:
    one = "{name: a, days: [sat], timezone: UTC}"
    assert told(with_freezes(one, one)) == ["3: `a` is the name of another freeze already."]


def test_quiet_hours_are_hours() -> None:
    text = changed(RULE, f'{RULE}\n        quiet_hours: {{from: "25:00", until: "07:00", timezone: UTC}}')
    assert told(text) == ['14: `from` must be an hour in quotation marks, such as "20:00"; `25:00` is not.']


def test_quiet_hours_leave_some_of_the_day() -> None:
    text = changed(RULE, f'{RULE}\n        quiet_hours: {{from: "07:00", until: "07:00", timezone: UTC}}')
    assert told(text) == ["14: `until` is its `from`; write hours of which some are left."]


def test_a_word_on_lifted_freezes_without_a_queue_is_warned_about() -> None:
    warnings = loaded(changed(RULE, f"{RULE}\n        when_lifted: ask")).warnings
    assert "payments/production has `when_lifted`, which says nothing without `each-must-ship`." in warnings
    both = changed(RULE, f"{RULE}\n        when_lifted: ask\n        newer_build: each-must-ship")
    assert [one for one in loaded(both).warnings if "when_lifted" in one] == []


def test_a_year_of_another_century_is_no_moment() -> None:
    freeze = '{name: a, from: "9999-12-31T18:00", until: "9999-12-31T19:00", timezone: UTC}'
    assert told(with_freezes(freeze))[0] == f"2: `from` must be {NOT_A_MOMENT}; `9999-12-31T18:00` is not."

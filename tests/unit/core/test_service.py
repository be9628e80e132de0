"""What concerns a whole service or everything: stop-all and go-all, quarantine and its clearing."""

from dataclasses import replace

import pytest

from bot.core import service
from bot.core.inputs import Account, Actor
from bot.core.lane import Judgement, Mark, Stop
from bot.core.policy import Permission, Policy
from bot.core.refusals import (
    AccountMayNotAct,
    AlreadyStopped,
    BuildQuarantined,
    NoReason,
    NotPermitted,
    NotQuarantined,
    NotStopped,
    Reason,
    Refusal,
)
from tests.factories import NOON, a_build
from tests.unit.core.values import LATER, POLICY, actor

RULED: Policy = replace(POLICY, permissions=((Permission.STOP_ALL, ("sre",)), (Permission.QUARANTINE, ("sre", "qa"))))
SAM = actor("sam", permissions=frozenset({Permission.STOP_ALL, Permission.QUARANTINE}))
OLGA = actor("olga", permissions=frozenset(Permission) - {Permission.STOP_ALL, Permission.QUARANTINE})
STOP = Stop("alex", "the database is ill", NOON)
FIVE = a_build(5)
BAD = Mark(4, Judgement.BAD, FIVE.position, "5 (0000005)", "alex", "loses orders", NOON)


def refused(*reasons: Reason) -> Refusal:
    return Refusal(reasons)


def test_everything_is_stopped_for_a_reason() -> None:
    stopped = service.stop_all(None, by=SAM, reason=" the shop is down ", policy=RULED, now=LATER)
    assert stopped == Stop("sam", "the shop is down", LATER)


@pytest.mark.parametrize(
    ("by", "reason", "stop", "reasons"),
    [
        (OLGA, "why not", None, (NotPermitted(Permission.STOP_ALL, ("sre",)),)),
        (SAM, " ", None, (NoReason(),)),
        (SAM, "again", STOP, (AlreadyStopped(STOP),)),
        (
            replace(OLGA, account=Account.GUEST),
            "",
            STOP,
            (
                AccountMayNotAct(Account.GUEST),
                NotPermitted(Permission.STOP_ALL, ("sre",)),
                NoReason(),
                AlreadyStopped(STOP),
            ),
        ),
    ],
)
def test_everything_is_not_stopped(by: Actor, reason: str, stop: Stop | None, reasons: tuple[Reason, ...]) -> None:
    assert service.stop_all(stop, by=by, reason=reason, policy=RULED, now=LATER) == refused(*reasons)


def test_everything_may_go_on() -> None:
    assert service.go_all(STOP, by=SAM, policy=RULED) is None


@pytest.mark.parametrize(
    ("by", "stop", "reasons"),
    [
        (OLGA, STOP, (NotPermitted(Permission.STOP_ALL, ("sre",)),)),
        (SAM, None, (NotStopped(),)),
        (OLGA, None, (NotPermitted(Permission.STOP_ALL, ("sre",)), NotStopped())),
    ],
)
def test_everything_may_not_go_on(by: Actor, stop: Stop | None, reasons: tuple[Reason, ...]) -> None:
    assert service.go_all(stop, by=by, policy=RULED) == refused(*reasons)


LATER_ONE = replace(BAD, position=a_build(9).position)
EARLIER_ONE = replace(BAD, position=a_build(4).position)
CLEARED = replace(BAD, seq=5, judgement=Judgement.CLEARED)


@pytest.mark.parametrize(("marks", "seq"), [((), 1), ((LATER_ONE,), 5), ((EARLIER_ONE,), 5), ((BAD, CLEARED), 6)])
def test_a_build_is_quarantined_for_a_reason(marks: tuple[Mark, ...], seq: int) -> None:
    marked = service.quarantine(marks, FIVE, by=SAM, reason=" loses orders ", policy=RULED, now=LATER)
    assert marked == Mark(seq, Judgement.BAD, FIVE.position, "5 (0000005)", "sam", "loses orders", LATER)


NOT_HERS = NotPermitted(Permission.QUARANTINE, ("sre", "qa"))


@pytest.mark.parametrize(
    ("by", "reason", "marks", "reasons"),
    [
        (OLGA, "why not", (), (NOT_HERS,)),
        (SAM, "\t", (), (NoReason(),)),
        (SAM, "again", (BAD,), (BuildQuarantined(BAD),)),
        (SAM, "again", (BAD, replace(EARLIER_ONE, seq=5)), (BuildQuarantined(BAD),)),
        (OLGA, "", (BAD,), (NOT_HERS, NoReason(), BuildQuarantined(BAD))),
    ],
)
def test_a_build_is_not_quarantined(
    by: Actor, reason: str, marks: tuple[Mark, ...], reasons: tuple[Reason, ...]
) -> None:
    assert service.quarantine(marks, FIVE, by=by, reason=reason, policy=RULED, now=LATER) == refused(*reasons)


def test_somebody_confirms_a_build_for_a_reason() -> None:
    marked = service.clear((BAD,), a_build(6), by=SAM, reason=" mended ", policy=RULED, now=LATER)
    assert marked == Mark(5, Judgement.CLEARED, a_build(6).position, "6 (0000006)", "sam", "mended", LATER)


@pytest.mark.parametrize(
    ("by", "reason", "marks", "reasons"),
    [
        (OLGA, "why not", (BAD,), (NOT_HERS,)),
        (SAM, "", (BAD,), (NoReason(),)),
        (SAM, "mended", (), (NotQuarantined("5 (0000005)"),)),
        (OLGA, "", (), (NOT_HERS, NoReason(), NotQuarantined("5 (0000005)"))),
    ],
)
def test_nobody_confirms_a_build(by: Actor, reason: str, marks: tuple[Mark, ...], reasons: tuple[Reason, ...]) -> None:
    assert service.clear(marks, FIVE, by=by, reason=reason, policy=RULED, now=LATER) == refused(*reasons)


def test_the_seq_is_one_more_than_the_greatest() -> None:
    marks = (replace(BAD, seq=7), replace(BAD, seq=2))
    cleared = service.clear(marks, FIVE, by=SAM, reason="mended", policy=RULED, now=LATER)
    assert isinstance(cleared, Mark)
    assert cleared.seq == 8

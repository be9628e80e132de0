"""How fast we speak, with a clock that is moved by hand."""

from dataclasses import dataclass, field
from random import Random

import pytest

from handlers.slack.pacing import BURST, KEPT, Pacing


@dataclass
class Hand:
    """A clock that is moved by hand."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Crowd:
    """Messages that ask for their turn in one channel whenever they were told to; `went` says when each went."""

    hand: Hand
    pacing: Pacing
    due: dict[int, float] = field(default_factory=dict)
    went: dict[int, float] = field(default_factory=dict)

    def comes(self, *whats: int) -> None:
        for what in whats:
            self.due[what] = self.hand.now

    def looks(self) -> None:
        """Let all that are due ask, in the order of the time that they were told, as a worker does."""
        for what in sorted((one for one in self.due if self.due[one] <= self.hand.now), key=lambda one: self.due[one]):
            wait = self.pacing.post("C0PAY", what)
            self.due[what] = self.hand.now + wait
            if wait == 0:
                self.went[what] = self.hand.now
                del self.due[what]

    def most(self, seconds: float) -> int:
        """Return how many went at most within so many seconds."""
        return max(sum(at <= one <= at + seconds for one in self.went.values()) for at in self.went.values())


def test_a_channel_gets_a_message_a_second_and_each_keeps_its_place() -> None:
    hand = Hand()
    pacing = Pacing(hand, burst=1)
    assert [pacing.post("C0PAY", what) for what in range(3)] == [0.0, 1.0, 2.0]
    assert pacing.post("C0DOCS", 7) == 0.0
    hand.now += 1.0
    assert pacing.post("C0PAY", 9) == 2.0
    assert pacing.post("C0PAY", 1) == 0.0
    assert pacing.post("C0PAY", 2) == 1.0
    hand.now += 1.0
    assert pacing.post("C0PAY", 2) == 0.0
    assert pacing.post("C0PAY", 1) == 2.0


def test_a_channel_that_was_quiet_is_free() -> None:
    hand = Hand()
    pacing = Pacing(hand, burst=1)
    assert pacing.post("C0PAY", 1) == 0.0
    hand.now += 1.0
    assert pacing.post("C0PAY", 2) == 0.0
    assert pacing.post("C0PAY", 3) == 1.0


def test_after_a_pause_a_channel_gets_a_few_at_once() -> None:
    hand = Hand()
    pacing = Pacing(hand)
    assert [pacing.post("C0PAY", what) for what in range(5)] == [0.0, 0.0, 0.0, 1.0, 2.0]
    hand.now += 2.0
    assert [pacing.post("C0PAY", what) for what in (3, 4, 5)] == [0.0, 0.0, 1.0]
    hand.now += 10.0
    assert [pacing.post("C0PAY", what) for what in range(6, 10)] == [0.0, 0.0, 0.0, 1.0]


def test_edits_are_made_as_fast_as_slack_takes_them_in_a_minute() -> None:
    hand = Hand()
    pacing = Pacing(hand, edits=2)
    assert pacing.edit() == 0.0
    hand.now += 20.0
    assert pacing.edit() == 0.0
    hand.now += 10.0
    assert pacing.edit() == 30.0
    hand.now += 30.0
    assert pacing.edit() == 0.0
    assert pacing.edit() == 20.0


def test_without_a_pace_everything_goes_at_once() -> None:
    pacing = Pacing(Hand(), every=0.0, edits=1)
    assert [pacing.post("C0PAY", 1), pacing.post("C0PAY", 2), pacing.edit(), pacing.edit()] == [0.0, 0.0, 0.0, 0.0]


def test_only_so_many_places_are_kept() -> None:
    pacing = Pacing(Hand(), burst=1)
    waits = [pacing.post("C0PAY", what) for what in range(KEPT + 10)]
    assert waits == [float(turn) for turn in range(KEPT + 10)]
    assert pacing.post("C0PAY", KEPT) == float(KEPT)
    assert pacing.post("C0PAY", KEPT + 9) == float(KEPT + 10)


def test_places_that_nobody_took_make_room_for_others() -> None:
    hand = Hand()
    pacing = Pacing(hand, burst=1)
    for what in range(KEPT + 1):  # the first goes at once, and nobody else ever comes back
        pacing.post("C0PAY", what)
    hand.now += KEPT + 60.0
    assert [pacing.post("C0PAY", what) for what in ("one", "two", "three")] == [0.0, 1.0, 2.0]
    hand.now += 2.0
    assert [pacing.post("C0PAY", what) for what in ("four", "three")] == [1.0, 0.0]


@pytest.mark.parametrize("stall", [57.5, 600.0])
def test_after_a_stall_what_had_to_wait_goes_at_the_same_pace_and_in_order(stall: float) -> None:
    hand = Hand()
    crowd = Crowd(hand, Pacing(hand))
    crowd.comes(*range(60))
    crowd.looks()
    assert crowd.went == {0: 100.0, 1: 100.0, 2: 100.0}
    hand.now += stall
    after = hand.now
    crowd.comes(60)  # it came later, so it goes later
    for _ in range(60):
        crowd.looks()
        hand.now += 1.0
    assert crowd.went == {what: 100.0 if what < BURST else after + max(0, what - 5) for what in range(61)}


def test_after_a_stall_those_who_ask_late_keep_their_order() -> None:
    hand = Hand()
    pacing = Pacing(hand, burst=1)
    assert [pacing.post("C0PAY", what) for what in range(5)] == [0.0, 1.0, 2.0, 3.0, 4.0]
    hand.now += 30.0
    assert [pacing.post("C0PAY", what) for what in (1, 4, 3, 2, 5)] == [0.0, 3.0, 2.0, 1.0, 4.0]
    hand.now += 1.0
    assert [pacing.post("C0PAY", what) for what in (5, 4, 3, 2)] == [3.0, 2.0, 1.0, 0.0]


def test_a_place_that_nobody_took_puts_nobody_off() -> None:
    hand = Hand()
    pacing = Pacing(hand, burst=1)
    waits = [pacing.post("C0PAY", what) for what in range(200)]
    assert waits[-1] == 199.0
    for what in range(1, 190):
        hand.now += 1.0
        if what > 1:
            assert pacing.post("C0PAY", what) == 0.0
    assert pacing.post("C0PAY", 1) == 11.0, "its place is forgotten, and it gets another behind the last"
    assert pacing.post("C0PAY", 199) == 10.0


def test_whatever_stalls_a_channel_gets_no_more_than_its_pace_and_a_burst() -> None:
    draw = Random(1)
    hand = Hand()
    crowd = Crowd(hand, Pacing(hand))
    came = 0
    while hand.now < 1_000.0:
        for _ in range(draw.choice((0, 0, 1, 4))):
            crowd.comes(came)
            came += 1
        crowd.looks()
        hand.now += draw.choice((0.1, 0.5, 1.0, 1.0, 1.7, 30.0 if draw.random() < 0.1 else 1.0))
    for _ in range(came):
        hand.now += 1.0
        crowd.looks()
    assert sorted(crowd.went) == list(range(came)), "nobody starves"
    assert [crowd.most(seconds) <= BURST + seconds for seconds in (0, 1, 5, 30, 60)] == [True] * 5


def test_channels_that_are_quiet_again_are_forgotten_also_where_nobody_ever_waits() -> None:
    hand = Hand()
    pacing = Pacing(hand)
    for channel in range(3 * KEPT):
        assert pacing.post(f"D{channel}", 1) == 0.0
        hand.now += 0.1
    assert len(pacing._sent) <= KEPT + 1

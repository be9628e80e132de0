"""How fast we speak, with a clock that is moved by hand."""

from dataclasses import dataclass

from handlers.slack.pacing import KEPT, Pacing


@dataclass
class Hand:
    """A clock that is moved by hand."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


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

"""How fast we speak: a message a second in a channel, and no more edits a minute than Slack lets an app make.

Slack takes short bursts and drops longer ones, at times silently
(https://docs.slack.dev/apis/web-api/rate-limits), so whoever has to wait is told for how long before anything is
sent, and their place is kept. After a stall those whose turns have passed go on at the same pace, whoever asks first.
Nothing is decided by this: after a restart it begins anew, and Slack's own 429 stands.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

A_SECOND = 1.0
BURST = 3
"""Messages at once after a pause: a notice, its first lines. Slack allows short bursts without saying how long."""
EDITS_A_MINUTE = 50
"""chat.update is of tier 3: at least 50 calls a minute in a workspace."""
A_MINUTE = 60.0
EARLY = 0.001
"""Seconds by which a turn may be taken before it comes: a wait is stored in microseconds, and no clock is finer."""
KEPT = 1_000
"""Places that are kept at most; whoever comes after them asks anew."""


@dataclass(slots=True)
class Pacing:
    """Gives out turns. `clock` returns seconds that never go back; an `every` of 0 lets everything through."""

    clock: Callable[[], float]
    every: float = A_SECOND
    burst: int = BURST
    edits: int = EDITS_A_MINUTE
    _next: dict[str, float] = field(default_factory=dict)
    _sent: dict[str, float] = field(default_factory=dict)
    """Until when what was really sent takes up a channel, at one message in `every`."""
    _kept: dict[tuple[str, Hashable], float] = field(default_factory=dict)
    _edited: list[float] = field(default_factory=list)

    def post(self, channel: str, what: Hashable) -> float:
        """Return for how many seconds a message for a channel has to wait; 0: it is to be sent now.

        Args:
            channel: where it goes.
            what: by what the place is found again that was kept: its thread there, since in each one waits at a time,
                and outside threads its own name, since there many wait.
        """
        if self.every <= 0:
            return 0.0
        now = self.clock()
        ahead = (self.burst - 1) * self.every
        sent = max(now, self._sent.get(channel, now))
        turn = self._kept.get((channel, what))
        if turn is None:
            free = max(sent, self._next.get(channel, now))
            turn = max(now, free - ahead)
            self._next[channel] = free + self.every
        elif turn <= now + EARLY:
            self._pass_over(channel, turn)
            if sent - ahead > now + EARLY:
                self._put_off(channel, sent - ahead)
                turn = self._kept[channel, what]
        if turn > now + EARLY:
            self._kept[channel, what] = turn
            self._forget(now)
            return turn - now
        self._kept.pop((channel, what), None)
        self._sent[channel] = sent + self.every
        if len(self._sent) > KEPT:
            self._forget(now)
        return 0.0

    def edit(self) -> float:
        """Return for how many seconds an edit has to wait; 0: it is to be made now."""
        if self.every <= 0:
            return 0.0
        now = self.clock()
        self._edited = [at for at in self._edited if at > now - A_MINUTE + EARLY]
        if len(self._edited) < self.edits:
            self._edited.append(now)
            return 0.0
        return self._edited[0] + A_MINUTE - now

    def _pass_over(self, channel: str, turn: float) -> None:
        """Forget the places of a channel whose turns came more than a minute before the one that is taken now."""
        gone = [whose for whose, at in self._kept.items() if whose[0] == channel and at < turn - A_MINUTE]
        for whose in gone:
            del self._kept[whose]

    def _put_off(self, channel: str, soonest: float) -> None:
        """Give all who wait for a channel their turns anew after a stall, in their order, at the same pace."""
        waiting = sorted((whose for whose in self._kept if whose[0] == channel), key=self._kept.__getitem__)
        for behind, whose in enumerate(waiting):
            self._kept[whose] = max(self._kept[whose], soonest + behind * self.every)
        last = self._kept[waiting[-1]]
        self._next[channel] = max(self._next.get(channel, last), last + self.burst * self.every)

    def _forget(self, now: float) -> None:
        """Forget channels that are quiet; of too many places those that nobody took, then the last ones."""
        self._next = {channel: at for channel, at in self._next.items() if at > now}
        self._sent = {channel: at for channel, at in self._sent.items() if at > now}
        if len(self._kept) > KEPT:
            self._kept = {whose: turn for whose, turn in self._kept.items() if turn > now - A_MINUTE}
        while len(self._kept) > KEPT:
            del self._kept[max(self._kept, key=lambda one: self._kept[one])]

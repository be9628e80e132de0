"""What each kind of card shows, as of one transaction, and which buttons it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.aftermath import aftermath
from bot.core.policy import Policy
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.ports.cards import Card, CardKind
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.submit import question_name
from bot.views.card import notice
from bot.views.failure import failure
from bot.views.letter import letter_card
from bot.views.links import Links
from bot.views.question import Said, question
from handlers.anchor import audit_card
from handlers.draft_clerk import draft_face
from handlers.permalinks import Permalinks
from handlers.scenery import scene_of
from handlers.showing import shown_acts
from handlers.ways_back import LOOKED_AT, failure_acts, notice_acts

QUESTION_ACTS = ("did_run", "did_not_run", "try_again", "abandon")
LETTER_ACTS = ("try_again", "abandon")


@dataclass(frozen=True, slots=True)
class Faces:
    """Renders cards from the state that a transaction sees."""

    tx: Transaction
    policy: Policy
    links: Links
    workspace: str
    now: datetime

    def face(self, card: Card) -> Message:
        """Return what a card shows now; LookupError when what it is about is not stored."""
        release = self.tx.lanes.release(card.release) if card.release is not None else None
        if card.kind is CardKind.AUDIT:
            return audit_card(self.tx, card)
        if card.kind is CardKind.LETTER:
            return self._letter(card, release)
        if card.kind is CardKind.DRAFT:
            return draft_face(self.tx, card, scene_of(self.tx, self.policy, self.links, self.workspace, self.now))
        if release is None:
            raise LookupError(f"card {card.id} is about no release that is stored")
        if card.kind is CardKind.FAILURE:
            return self._failure(card, release)
        return self._question(card, release) if card.kind is CardKind.QUESTION else self._notice(card, release)

    def _notice(self, card: Card, release: Release) -> Message:
        lane = self.tx.lanes.load(release.lane, also=release.number)
        acts = (*notice_acts(self.tx, release, lane, self.policy), *shown_acts(self.tx, release, lane))
        buttons = self._buttons(card, release.generation, acts)
        scene = scene_of(self.tx, self.policy, self.links, self.workspace, self.now)
        return notice(release, lane, scene, buttons, card.want)

    def _failure(self, card: Card, release: Release) -> Message:
        lane = self.tx.lanes.load(release.lane, also=release.number)
        history = self.tx.lanes.history(release.lane, LOOKED_AT)
        came = aftermath(release, lane, history)
        acts = failure_acts(release, lane, history, self.policy) if came is None else ()
        scene = scene_of(self.tx, self.policy, self.links, self.workspace, self.now)
        return failure(release, lane, came, scene, self._buttons(card, release.generation, acts), card.want)

    def _question(self, card: Card, release: Release) -> Message:
        unknown = release.deployment is not None and release.deployment.status is DeployStatus.UNKNOWN
        asks = QUESTION_ACTS if unknown and release.state is Lifecycle.DEPLOYING else ()
        buttons = self._buttons(card, release.generation, asks)
        last = self.tx.letters.last(question_name(release))
        said = None
        if last is not None and last.settled_by and last.answer and last.settled_at:
            said = Said(last.settled_by, last.answer, last.settled_at)
        return question(release, self.policy, self.links, buttons, self._permalinks(), card.want, said=said)

    def _letter(self, card: Card, release: Release | None) -> Message:
        letter = self.tx.letters.by_id(int(card.subject))
        if letter is None:
            raise LookupError(f"card {card.id} is about a letter that is not stored")
        acts = LETTER_ACTS if letter.settled_at is None else ()
        return letter_card(letter, release, self.policy, self._buttons(card, 0, acts), self._permalinks(), card.want)

    def _buttons(self, card: Card, generation: int, acts: tuple[str, ...]) -> Mapping[str, str]:
        return {act: self.tx.cards.handle(card.id, card.release, generation, act) for act in acts}

    def _permalinks(self) -> Permalinks:
        return Permalinks(self.tx.cards, self.workspace)

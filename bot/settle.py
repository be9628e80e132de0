"""What could not be delivered: a letter about it in the operations channel, and what a person answers. Synchronous."""

from dataclasses import dataclass
from enum import Enum

from bot.core.authorize import Act, authorize
from bot.core.decide import Decision
from bot.core.inputs import Actor, Answer, Resolve
from bot.core.refusals import Refusal
from bot.ports.audit import AuditEntry
from bot.ports.cards import CardKind
from bot.ports.effects import EffectState
from bot.ports.letters import Letter, Undelivered
from bot.ports.store import Transaction
from bot.redaction import Redactor
from bot.submit import Setting, submit

REDACTOR = Redactor()


class NotSettled(Enum):
    """Why an answer changed nothing, beside a want of permission."""

    UNKNOWN = "nothing of that name is undelivered"
    SETTLED = "somebody has settled it already, or it was delivered meanwhile"
    UNDER_WAY = "it is being tried at this moment"
    ENDED = "its release has ended"
    DEPLOY = "what it may have done is nothing to forget"
    ONE_OF_FOUR = "it asks whether a deploy ran"
    ONE_OF_TWO = "it can only be tried again or abandoned"


@dataclass(frozen=True, slots=True)
class Settled:
    """What a person's answer was about."""

    about: Undelivered
    answer: Answer


def lay_open(tx: Transaction, name: str, channel: str | None, setting: Setting) -> None:
    """Write one letter about something undelivered; none where it concerns the operations channel itself.

    Args:
        tx: the transaction in which it was given up.
        name: what is undelivered.
        channel: where it should have gone, if that is known.
        setting: today's policy, and the present.
    """
    operations = setting.policy.operations
    about = tx.letters.named(name)
    if operations is None or channel == operations or about is None:
        return
    why = REDACTOR.text(about.why)
    letter = tx.letters.open(
        Undelivered(name, about.what, about.release, about.state, about.since, None, why), setting.now
    )
    if letter is not None:
        tx.cards.want(CardKind.LETTER, str(letter), operations, setting.now, release=about.release)


def delivered(tx: Transaction, name: str, setting: Setting) -> None:
    """Settle the letter about something that has been delivered after all."""
    _show(tx, tx.letters.settle(name, setting.now), setting)


def answer_letter(
    tx: Transaction, letter: Letter, answer: Answer, by: Actor, setting: Setting
) -> Settled | NotSettled | Refusal:
    """Take an answer from a letter's buttons: they stand for this letter, not for a later one about the same."""
    denied = _denied(tx, letter.about, answer, by, setting)
    if denied is not None:
        return denied
    if letter.settled_at is not None:
        return NotSettled.SETTLED
    return answer_by_name(tx, letter.about, answer, by, setting)


def answer_by_name(
    tx: Transaction, name: str, answer: Answer, by: Actor, setting: Setting
) -> Settled | NotSettled | Refusal:
    """Take an answer about something undelivered; audited, whatever comes of it."""
    denied = _denied(tx, name, answer, by, setting)
    if denied is not None:
        return denied
    about = tx.letters.named(name)
    if about is None:
        return NotSettled.UNKNOWN
    if about.what == "deploy" and about.state == EffectState.UNKNOWN.value:
        return _about_a_deploy(tx, about, answer, by, setting)
    if answer not in {Answer.TRY_AGAIN, Answer.ABANDON}:
        return NotSettled.ONE_OF_TWO
    again = answer is Answer.TRY_AGAIN
    if not (tx.letters.retry(name, setting.now) if again else tx.letters.abandon(name)):
        return _why_not(about, answer)
    _audit(tx, "resolved", about.release, by, {"detail": f"{name}: {answer.value}"}, setting)
    _show(tx, tx.letters.settle(name, setting.now, answer, by.person.id), setting)
    return Settled(about, answer)


def _about_a_deploy(
    tx: Transaction, about: Undelivered, answer: Answer, by: Actor, setting: Setting
) -> Settled | NotSettled | Refusal:
    release = tx.lanes.release(about.release) if about.release is not None else None
    if release is None:
        raise LookupError(f"{about.name} deploys no release that is stored")
    decided = submit(tx, release.lane, Resolve(release.number, by, answer), setting)
    return Settled(about, answer) if isinstance(decided, Decision) else decided


def _why_not(about: Undelivered, answer: Answer) -> NotSettled:
    if about.what != "deploy" or about.state == EffectState.ATTEMPTING.value:
        return NotSettled.UNDER_WAY
    if about.state == EffectState.DEAD.value:
        return NotSettled.ENDED
    return NotSettled.DEPLOY if answer is Answer.ABANDON else NotSettled.UNDER_WAY


def _denied(tx: Transaction, name: str, answer: Answer, by: Actor, setting: Setting) -> Refusal | None:
    reasons = authorize(by, Act.RESOLVE, setting.policy)
    if not reasons:
        return None
    why = ", ".join(type(reason).__name__ for reason in reasons)
    _audit(tx, "refused", None, by, {"act": f"{name}: {answer.value}", "reasons": why}, setting)
    return Refusal(reasons)


def _show(tx: Transaction, letter: int | None, setting: Setting) -> None:
    card = tx.cards.of(CardKind.LETTER, str(letter)) if letter is not None else None
    if card is not None:
        tx.cards.want(CardKind.LETTER, card.subject, card.channel, setting.now, release=card.release)


def _audit(  # noqa: PLR0917 - who, what and under which policy is the row
    tx: Transaction, action: str, release: int | None, by: Actor, told: dict[str, str], setting: Setting
) -> None:
    known = tx.lanes.release(release) if release is not None else None
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action=action,
            actor=by.person.id,
            surface=by.surface.value,
            lane=str(known.lane) if known else None,
            release=release,
            policy_hash=setting.policy.hash,
            data=told | {"slack": by.person.slack, "host_user": by.host_user, "saw": by.saw},
        )
    )

"""Every function of bot/views that makes a piece of a sentence, each fed with hostile text; see every_view.py."""

from collections.abc import Mapping
from typing import Any

from bot.core import blockers
from bot.core.approvals import Missing
from bot.core.blockers import Blocker
from bot.core.blockers import blockers as blockers_of
from bot.core.effects import Happening
from bot.core.inputs import Account
from bot.core.kinds_of_change import entries
from bot.core.lane import Judgement, Mark
from bot.core.policy import ApprovalRule, Group, LaneId, Permission
from bot.core.release import Lifecycle, Override
from bot.core.silence import Unreported
from bot.ports.slack import Message
from bot.views import (
    approvers,
    barriers,
    blocks,
    buttons,
    changelog,
    choices,
    contents,
    done,
    escape,
    freezes,
    holders,
    home_parts,
    lane_reasons,
    lanes,
    late,
    limits,
    mainline,
    naming,
    obstacles,
    outcome,
    outsiders,
    people,
    policy_change,
    reasons,
    release_reasons,
    sayings,
    since,
    states,
    turns,
    wrote,
)
from bot.views.blocks import Line, listing
from bot.views.case import Case
from tests.unit.views import evil_values as values
from tests.unit.views.every_answer import every_reason, hold, lock, stop
from tests.unit.views.every_view import HANDLES, Entry, Shown
from tests.unit.views.evil import Evil
from tests.unit.views.evil_values import ELEVEN
from tests.unit.views.values import LINKS, NINE, PERMALINKS, TEN

NOT_READ: Mapping[str, str] = {
    "announcement.settings": "returns a part of the policy",
    "answers.policy_asks": "says yes or no",
    "approvers.progress": "returns rules",
    "card.content_hash": "returns a hash",
    "changelog.repository_of": "names what is compared, for links",
    "choices.fitting": "leaves out choices",
    "draft.editable": "writes what draft.edit_form shows in its field",
    "home.home_hash": "returns a hash",
    "letter.what": "looks words of ours up",
    "links.place_of": "names what is linked to, for links",
    "naming.repository": "names what is compared, for links",
    "spans.span": "writes a length of time",
    "spreadsheet.head": "writes for spreadsheets",
    "spreadsheet.row": "writes for spreadsheets",
    "spreadsheet.titles": "writes for spreadsheets",
    "states.ended_on_trial": "says yes or no",
    "terminal.terminal": "writes for terminals",
    "turns.in_doubt": "says yes or no",
}
"""What makes nothing that Slack shows, and why."""


def mrkdwn(*lines: Line | None) -> Message:
    """Return pieces of mrkdwn as a message; the mark before each lets an empty one stand."""
    return listing([f"• {blocks.marked(line)}" for line in lines if line is not None] or ["•"])


def plain(text: str) -> Message:
    """Return a plain text as somebody sees it."""
    return Message("x", (blocks.header(f"x {text}"),))


def _with_release(make: Any) -> Entry:
    """Return an entry that calls with a release in any state, its lane and the surroundings."""

    def entry(evil: Evil) -> Shown:
        release = values.release(evil)
        lane = values.lane(evil, release)
        made = make(evil, release, lane, values.scene(evil, values.span_of(release, lane)))
        return mrkdwn(*made) if isinstance(made, list | tuple) else mrkdwn(made)

    return entry


def every_blocker(evil: Evil) -> tuple[Blocker, ...]:
    """Return every kind of blocker there is, each with whatever names."""
    mark = Mark(1, Judgement.BAD, (NINE, 0, 0), evil(), evil.maybe(evil()), evil(), TEN)
    return (
        blockers.WaitsForApproval(Missing(ApprovalRule((evil(), "sre"), 2), evil.pick((0, 1, 2)))),
        blockers.NeedsAnotherApprover(),
        blockers.PeopleUnknown(evil.some(evil, 14)),
        blockers.FindingAuthors(evil.pick((0, 1, 100))),
        blockers.Undoable(ELEVEN),
        blockers.Scheduled(ELEVEN),
        blockers.NotThereYet(evil()),
        blockers.Soaking(evil(), ELEVEN),
        blockers.InFreeze(evil(), ELEVEN),
        blockers.WaitsForChoice(evil()),
        blockers.Held(hold(evil)),
        blockers.Locked(lock(evil)),
        blockers.AllStopped(stop(evil)),
        blockers.InQuarantine(mark),
        blockers.LaneBusy(41),
        blockers.BehindInQueue(41),
        blockers.BuildNotDeployable(values.build(evil).state),
        blockers.LaneNotInPolicy(values.lane_id(evil)),
    )


def _reasons_of(kinds: Any) -> Any:
    return lambda evil: [one for one in every_reason(evil) if isinstance(one, kinds)]


def _case(evil: Evil) -> Case:
    return Case(evil.maybe(values.release(evil)), evil.maybe(values.lane_id(evil)), values.policy(evil), PERMALINKS)


def _about(tell: Any, kinds: Any) -> Entry:
    def entry(evil: Evil) -> Shown:
        case = _case(evil)
        return mrkdwn(*(tell(one, case) for one in _reasons_of(kinds)(evil)))

    return entry


def _sentence(evil: Evil) -> Shown:
    release, policy, lane = evil.maybe(values.release(evil)), values.policy(evil), evil.maybe(values.lane_id(evil))
    return mrkdwn(*(reasons.sentence(one, release, policy, PERMALINKS, lane=lane) for one in every_reason(evil)))


def _barriers(evil: Evil, release: Any, lane: Any, scene: Any) -> list[str]:
    shut = [one for one in every_blocker(evil) if isinstance(one, barriers.Barrier)]
    return [barriers.barrier(one, release, lane, scene) for one in shut]


def _entries(evil: Evil) -> Any:
    return entries([values.change(evil) for _ in range(4)])


def _named(evil: Evil) -> Shown:
    policy = values.policy(evil)
    return mrkdwn(
        *(changelog.named(one, policy, LINKS, evil.pick(("acme/payments", evil()))) for one in _entries(evil))
    )


def _compared(evil: Evil, release: Any, lane: Any) -> Any:
    return values.comparison(evil, values.span_of(release, lane))


def _row(pick: Any) -> Entry:
    """Return an entry that shows buttons."""

    def entry(evil: Evil) -> Shown:
        release, policy = values.release(evil), values.policy(evil)
        lane = values.lane(evil, release)
        row = pick(evil, release, lane, policy)
        return Message("x", (blocks.actions(row),)) if row else None

    return entry


def _row_of(_: Evil, release: Any, lane: Any, policy: Any) -> Any:
    found = blockers_of(release, lane, policy, TEN) if release.state is Lifecycle.OPEN else ()
    return buttons.buttons_of(release, lane, policy, found, HANDLES)


def _texts(make: Any) -> Entry:
    return lambda evil: mrkdwn(make(evil, values.policy(evil)))


def _overridden(evil: Evil) -> Override:
    return Override(evil(), evil(), TEN, evil.some(evil, 14))


def _happening(evil: Evil) -> Happening:
    kind = evil.pick(policy_change.KINDS)
    return Happening(kind, None, evil.maybe(evil()), f"{evil()}\n{evil()}")


_OF_RELEASES: Mapping[str, Entry] = {
    "approvers.approved_by": _with_release(lambda _, release, __, scene: approvers.approved_by(release, scene.policy)),
    "approvers.none_needed": _with_release(lambda _, release, *__: approvers.none_needed(release)),
    "approvers.rule_state": _with_release(
        lambda evil, release, lane, scene: approvers.rule_state(
            Missing(ApprovalRule((evil(), "sre"), 2), evil.pick((0, 1, 2))), release, lane, scene.policy
        )
    ),
    "approvers.tally": _with_release(lambda _, release, lane, scene: approvers.tally(release, lane, scene.policy)),
    "approvers.who_may": _with_release(
        lambda evil, release, lane, scene: approvers.who_may(
            ApprovalRule((evil(), "sre"), 2), release, lane, scene.policy
        )
    ),
    "approvers.whom": _with_release(
        lambda evil, release, lane, scene: approvers.whom(ApprovalRule((evil(),), 2), release, lane, scene.policy)
    ),
    "barriers.barrier": _with_release(_barriers),
    "changelog.grouped": _with_release(
        lambda evil, release, lane, scene: changelog.grouped(_compared(evil, release, lane), scene.policy, 9, LINKS)
    ),
    "changelog.untold": _with_release(lambda evil, release, lane, _: changelog.untold(_compared(evil, release, lane))),
    "contents.changes": _with_release(lambda _, release, lane, scene: contents.changes(release, lane, scene)),
    "contents.commit": _with_release(
        lambda _, release, __, scene: contents.commit(release.build, release, scene.policy, LINKS)
    ),
    "contents.contents": _with_release(
        lambda _, release, lane, scene: contents.contents(release, lane, scene.policy, LINKS)
    ),
    "naming.again": _with_release(lambda _, release, __, scene: naming.again(release, scene.policy)),
    "naming.subject": _with_release(lambda _, release, *__: naming.subject(release)),
    "obstacles.quarantined": lambda evil: mrkdwn(
        obstacles.quarantined(
            Mark(1, Judgement.BAD, values.build(evil).position, evil(), evil.maybe(evil()), evil(), NINE),
            evil(),
            values.policy(evil),
        )
    ),
    "obstacles.obstacle": _with_release(
        lambda evil, release, lane, scene: [
            obstacles.obstacle(one, release, lane, scene) for one in every_blocker(evil)
        ]
    ),
    "outcome.outcome": _with_release(
        lambda _, release, lane, scene: outcome.outcome(release, lane, scene.policy, LINKS, PERMALINKS)
    ),
    "outcome.cancel_asked": _with_release(lambda _, release, __, scene: outcome.cancel_asked(release, scene.policy)),
    "outcome.put_off": _with_release(lambda _, release, __, scene: outcome.put_off(release, scene.policy)),
    "outcome.printed": _with_release(lambda _, release, __, ___: outcome.printed(release)),
    "outcome.way_on": _with_release(
        lambda evil, release, __, scene: outcome.way_on(release, scene.policy, back=evil.pick((True, False)))
    ),
    "since.compare": _with_release(lambda _, release, lane, scene: since.compare(values.span_of(release, lane), scene)),
    "since.since": _with_release(
        lambda evil, release, lane, scene: since.since(
            lane.live, release.build.sha, release.lane, scene, since.Room(9, 5, 2000), ended=evil.pick((True, False))
        )
    ),
    "states.marked_aside": _with_release(lambda _, release, *__: states.marked_aside(release)),
    "states.marked_heading": _with_release(
        lambda _, release, *__: states.marked_heading(release, states.words(release, ()))
    ),
    "states.marks": _with_release(lambda _, release, *__: states.marks(release)),
    "states.words": _with_release(lambda _, release, *__: states.words(release, ()).predicate),
    "turns.may_answer": _with_release(lambda *given: turns.may_answer(given[-1])),
    "turns.turn": _with_release(
        lambda _, release, lane, scene: [
            turns.turn(kind(number), release, lane, scene)
            for kind in (blockers.LaneBusy, blockers.BehindInQueue)
            for number in (41, 77)
        ]
    ),
    "wrote.wrote_what_it_brings": _with_release(
        lambda _, release, lane, scene: wrote.wrote_what_it_brings(release, lane, scene)
    ),
    "wrote.wrote_what_went": _with_release(
        lambda evil, release, _, scene: wrote.wrote_what_went(values.release(evil), release, scene)
    ),
}
_OF_LANES: Mapping[str, Entry] = {
    "barriers.held": lambda evil: mrkdwn(barriers.held(hold(evil), values.lane_id(evil), values.policy(evil))),
    "barriers.locked": lambda evil: mrkdwn(barriers.locked(lock(evil), values.lane_id(evil), values.policy(evil))),
    "barriers.stopped": lambda evil: mrkdwn(barriers.stopped(stop(evil), values.policy(evil))),
    "freezes.concerns": lambda evil: mrkdwn(freezes.concerns(values.policy(evil).freezes[0])),
    "freezes.freeze_lines": lambda evil: mrkdwn(*freezes.freeze_lines(values.policy(evil), TEN)),
    "holders.who_may_resume": lambda evil: mrkdwn(
        holders.who_may_resume(hold(evil), values.policy(evil), values.lane_policy(evil))
    ),
    "lanes.heading": lambda evil: mrkdwn(lanes.heading(values.lane(evil), values.policy(evil))),
    "lanes.live": lambda evil: mrkdwn(lanes.live(values.lane(evil), values.scene(evil))),
    "lanes.next_freeze": lambda evil: mrkdwn(*lanes.next_freeze(values.lane(evil), values.scene(evil))),
    "lanes.shut": lambda evil: mrkdwn(*lanes.shut(values.lane(evil), values.scene(evil))),
    "lanes.silent": lambda evil: mrkdwn(*lanes.silent(values.lane(evil), values.scene(evil))),
    "lanes.switched": lambda evil: mrkdwn(*lanes.switched(values.lane(evil), values.policy(evil))),
    "mainline.waits": lambda evil: mrkdwn(
        mainline.waits(Unreported(values.build(evil), NINE), values.policy(evil).services[0], LINKS)
    ),
    "naming.lane_label": lambda evil: mrkdwn(naming.lane_label(LaneId(evil(), evil()))),
    "naming.lane_words": lambda evil: mrkdwn(naming.lane_words(LaneId(evil(), evil()))),
    "naming.live_label": lambda evil: mrkdwn(naming.live_label(values.live(evil))),
}
_OF_PEOPLE: Mapping[str, Entry] = {
    "approvers.everybody": _texts(lambda evil, policy: approvers.everybody(values.rules(evil), policy)),
    "approvers.by_whom": lambda evil: mrkdwn(approvers.by_whom(ApprovalRule((evil(), evil()), 2))),
    "approvers.rule_label": lambda evil: mrkdwn(approvers.rule_label(ApprovalRule((evil(), evil()), 2))),
    "changelog.written_by": _texts(
        lambda evil, policy: changelog.written_by([values.change(evil), values.change(evil)], policy)
    ),
    "holders.holders": _texts(
        lambda evil, policy: holders.holders(evil.pick(list(Permission)), policy, evil.maybe(values.lane_policy(evil)))
    ),
    "holders.named_holders": _texts(
        lambda evil, policy: holders.named_holders(Permission.LOCK, evil.some(evil, 14), policy)
    ),
    "late.answered_late": lambda evil: late.answered_late(
        listing(evil.some(lambda: escape.mrkdwn(evil(), 200), 400)), TEN
    ),
    "people.author": _texts(lambda evil, policy: people.author(values.author(evil), policy)),
    "people.authors": _texts(lambda evil, policy: people.authors([values.author(evil) for _ in range(14)], policy)),
    "people.channel": lambda evil: mrkdwn(people.channel(evil.pick(("C0OPS", evil())))),
    "people.group": lambda evil: mrkdwn(
        *people.group(Group(evil(), frozenset({evil(), "priya"}), evil()), values.policy(evil))
    ),
    "people.usergroup": lambda evil: mrkdwn(people.usergroup(Group("sre", frozenset(), evil.maybe(evil())))),
    "people.people": _texts(lambda evil, policy: people.people([evil() for _ in range(14)], policy)),
    "people.person": _texts(lambda evil, policy: people.person(evil(), policy)),
    "people.sources": _texts(lambda evil, policy: people.sources([evil(), "qa", policy.groups[-1].name], policy)),
}
_OF_WORDS: Mapping[str, Entry] = {
    "blocks.marked": lambda evil: mrkdwn(blocks.Fact("X", escape.mrkdwn(evil(), 300))),
    "buttons.after_failure": _row(lambda _, release, *__: buttons.after_failure(release, HANDLES, late=False)),
    "buttons.buttons_of": _row(_row_of),
    "changelog.commit_link": lambda evil: mrkdwn(changelog.commit_link(values.change(evil), evil(), LINKS)),
    "changelog.counted": lambda evil: mrkdwn(changelog.counted(evil.pick((0, 1, 10**9)), "commit")),
    "changelog.listed": lambda evil: mrkdwn(
        *changelog.listed(
            [values.change(evil) for _ in range(9)], lambda entry: (f"• {changelog.title(entry)}",), evil.pick((3, 99))
        ).lines
    ),
    "changelog.named": _named,
    "changelog.pull_link": lambda evil: mrkdwn(
        *(changelog.pull_link(one, evil.pick(("acme/payments", evil())), LINKS) for one in _entries(evil))
    ),
    "changelog.title": lambda evil: mrkdwn(*(changelog.title(one) for one in _entries(evil))),
    "choices.labelled": lambda evil: plain(choices.labelled(evil(), ["live now"], evil(), "passed 2 h ago")),
    "contents.overridden": _texts(lambda evil, policy: contents.overridden(_overridden(evil), policy)),
    "done.read_in": lambda evil: mrkdwn(done.read_in(evil(), skipped=evil.pick((True, False)), twice=True)),
    "escape.date": lambda _: mrkdwn(escape.date(TEN)),
    "escape.link": lambda evil: mrkdwn(escape.link(evil.pick(("https://github.example/acme", None)), evil())),
    "escape.mrkdwn": lambda evil: mrkdwn(escape.mrkdwn(evil(), evil.pick((20, 300, 2900)))),
    "escape.plain": lambda evil: plain(escape.plain(evil(), evil.pick((20, 140)))),
    "escape.quote": lambda evil: mrkdwn(f"said:\n{escape.quote(evil(), evil.pick((20, 300, 2000)))}"),
    "home_parts.item": lambda evil: mrkdwn(home_parts.item([escape.mrkdwn(evil(), 900) for _ in range(9)])),
    "lane_reasons.about_build": _about(lane_reasons.about_build, lane_reasons.AboutBuild),
    "lane_reasons.about_hold": _about(lane_reasons.about_hold, lane_reasons.AboutHold),
    "lane_reasons.about_lane": _about(lane_reasons.about_lane, lane_reasons.AboutLane),
    "limits.few": lambda evil: mrkdwn(limits.few([escape.mrkdwn(evil(), 99) for _ in range(9)], 5)),
    "limits.fold": lambda evil: mrkdwn(*limits.fold([escape.mrkdwn(evil(), 300) for _ in range(30)], 3000)),
    "limits.packed": lambda evil: Message(
        "x", tuple(blocks.section(one) for one in limits.packed([f"• {escape.mrkdwn(evil(), 300)}"] * 40))
    ),
    "naming.bare_subject": lambda evil: plain(naming.bare_subject(values.release(evil))),
    "naming.build_label": lambda evil: mrkdwn(naming.build_label(values.build(evil))),
    "naming.named": lambda evil: mrkdwn(naming.named(42, evil.pick((PERMALINKS, {})))),
    "naming.pipeline": lambda evil: mrkdwn(naming.pipeline(evil())),
    "naming.typed": lambda evil: mrkdwn(naming.typed(values.policy(evil), f"status {naming.word(evil())}")),
    "naming.word": lambda evil: mrkdwn(naming.word(evil())),
    "policy_change.policy_change": lambda evil: mrkdwn(*policy_change.policy_change(_happening(evil))),
    "reasons.sentence": _sentence,
    "release_reasons.about_act": _about(release_reasons.about_act, release_reasons.AboutAct),
    "release_reasons.about_release": _about(release_reasons.about_release, release_reasons.AboutRelease),
    "outsiders.outsider": lambda evil: mrkdwn(outsiders.outsider(evil.pick(list(Account)))),
    "sayings.said_why": lambda evil: mrkdwn(sayings.said_why(evil())),
}
PIECES: Mapping[str, Entry] = {**_OF_RELEASES, **_OF_LANES, **_OF_PEOPLE, **_OF_WORDS}

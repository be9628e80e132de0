"""What the form for a request tells about what is picked: what is live there, what would ship, what is in the way."""

from collections.abc import Sequence

from bot.core.authorize import OF_KIND
from bot.core.build import Build
from bot.core.changelog import Span
from bot.core.lane import Lane
from bot.core.policy import EVERYONE, Kind
from bot.core.preview import UNNUMBERED, Preview, Wanted, preview
from bot.core.refusals import Refusal
from bot.views import lanes as lane_views
from bot.views.approvers import none_needed, rule_label, who_may
from bot.views.blocks import Fact, Line
from bot.views.escape import date, link, mrkdwn
from bot.views.holders import holders
from bot.views.limits import few
from bot.views.naming import live_label, named, repository, subject, typed, word
from bot.views.obstacles import obstacle
from bot.views.people import authors
from bot.views.reasons import sentence
from bot.views.scene import Scene
from bot.views.sheet import Sheet
from bot.views.since import Room, since

_TITLE = 200
_WAYS = 5
_ROOM = Room(added=5, removed=5, chars=1000)


def told(sheet: Sheet, scene: Scene) -> list[Line]:
    """Return what there is to know about what is picked so far, and what is still to be picked."""
    lines: list[Line] = [*sheet.notes]
    if not scene.policy.services:
        return [*lines, "The policy names no service yet, so nothing can be asked for."]
    if sheet.service is None:
        return [*lines, "Choose a service: then this form says what is live, what would ship and what is in the way."]
    if sheet.lane is None:
        return [*lines, *_no_place(sheet, scene)]
    lines.append(Fact("Live there", lane_views.live(sheet.lane, scene)))
    if sheet.build is None:
        return [*lines, _nothing_offered(sheet, sheet.lane) if not sheet.offered else "Choose a version."]
    lines.append(Fact(_SHIPS[sheet.kind], _contents(sheet.build, sheet.lane, scene)))
    lines += _changes(sheet.build, sheet.lane, scene)
    seen = preview(sheet.lane, Wanted(sheet.build, sheet.kind, sheet.at), sheet.by, scene.policy, scene.now)
    lines += _refused(seen, sheet.lane, scene) if isinstance(seen, Refusal) else _opened(seen, scene)
    return [*lines, *_permission(sheet, sheet.lane, scene)]


_SHIPS = {Kind.RELEASE: "Would ship", Kind.ROLLBACK: "Would go back to", Kind.HOTFIX: "Would ship on the fast path"}


def _no_place(sheet: Sheet, scene: Scene) -> list[Line]:
    service = scene.policy.service(sheet.service or "")
    if service is None or not service.lanes:
        return [f"{word(sheet.service or '')} has no environment in the policy, so nothing can be asked for there."]
    return ["Choose an environment: nothing is guessed."]


def _nothing_offered(sheet: Sheet, lane: Lane) -> str:
    if sheet.kind is Kind.ROLLBACK:
        return f"No build is known that was live in {word(lane.id.environment)} before: there is none to go back to."
    return (
        f"{word(lane.id.service)} has no deployable build yet: the first whose pipelines all succeed can be asked for."
    )


def _contents(build: Build, lane: Lane, scene: Scene) -> str:
    """Return what would ship, who wrote it, and how that stands to what is live."""
    where = repository(lane.id, scene.policy)
    title = mrkdwn(build.title, _TITLE) or "(no title)"
    shown = link(scene.links.commit(where, build.sha), build.label)
    by = authors(build.authors, scene.policy)
    return f"{shown}, {title}, by {by}{_against_live(build, lane, where, scene)}"


def _against_live(build: Build, lane: Lane, where: str | None, scene: Scene) -> str:
    live = lane.live
    if live is None:
        return ""
    if live.sha == build.sha:
        return "; the same commit is live there, it would be deployed once more"
    step = f"; {live_label(live)} → {word(build.label)}"
    if scene.compared.get(Span(build.service, live.sha, build.sha)) is not None:
        return step  # what it changes is told below, with the link
    return f"{step} ({link(scene.links.compare(where, live.sha, build.sha), 'compare')})"


def _changes(build: Build, lane: Lane, scene: Scene) -> Sequence[Line]:
    """Return what that changes, as far as it is known already: nothing is compared for a form."""
    live = lane.live
    if live is None or scene.compared.get(Span(build.service, live.sha, build.sha)) is None:
        return ()
    return since(live, build.sha, lane.id, scene, _ROOM)


def _refused(given: Refusal, lane: Lane, scene: Scene) -> list[Line]:
    policy, permalinks = scene.policy, scene.permalinks
    return [Fact("Cannot be asked for", sentence(one, None, policy, permalinks, lane=lane.id)) for one in given.reasons]


def _opened(seen: Preview, scene: Scene) -> list[Line]:
    release, policy = seen.release, scene.policy
    lines: list[Line] = [*_warnings(seen, scene)]
    if release.scheduled_for is not None:
        lines.append(Fact("Not before", date(release.scheduled_for)))
    found = [_unnumbered(obstacle(one, release, seen.lane, scene)) for one in seen.in_the_way]
    lines += [
        Fact("In the way now", one) for one in found or ["nothing but the approvals" if seen.asked else "nothing"]
    ]
    if not seen.asked:
        return [*lines, Fact("Will be asked", f"nobody: {none_needed(release)}")]
    rules = [f"{rule_label(rule)}; {who_may(rule, release, seen.lane, policy)}" for rule in seen.asked]
    return [*lines, *(Fact("Will be asked", rule) for rule in rules)]


def _warnings(seen: Preview, scene: Scene) -> list[Line]:
    """Return what nobody must overlook, in capitals where the card will have it so, too."""
    release, found = seen.release, list[Line]()
    if release.older_than_live and release.kind is not Kind.ROLLBACK:
        found.append(Fact("OLDER THAN LIVE", "it takes that environment back"))
    if seen.holds:
        resume = typed(scene.policy, f"resume {word(release.lane.service)} {word(release.lane.environment)}")
        found.append(Fact("Holds", f"builds no longer ship there by themselves then, until somebody types {resume}"))
    if release.policy.trial:
        found.append(Fact("TRIAL", "everything is shown and asked, and nothing is deployed"))
    if seen.gives_way:
        others = [f"{named(one.number, scene.permalinks)}, {subject(one)}" for one in seen.gives_way]
        found.append(Fact("Takes the place of", few(others, _WAYS)))
    return found


def _unnumbered(shown: str) -> str:
    """Return a sentence about a release that has no number yet with the grammar's word for one."""
    return shown.replace(UNNUMBERED, "RELEASE")


def _permission(sheet: Sheet, lane: Lane, scene: Scene) -> Sequence[Line]:
    """Return who may ask for it, unless everybody may."""
    permission = OF_KIND[sheet.kind]
    if EVERYONE in scene.policy.allowed(permission):
        return ()
    return (Fact("May ask for it", holders(permission, scene.policy, lane.policy(scene.policy))),)

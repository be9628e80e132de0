"""What people outside the team read when a release became live: what changed, by kind, in the service's own words."""

import re
from collections.abc import Mapping, Sequence

from bot.core.build import Author
from bot.core.changelog import Comparison, Span
from bot.core.kinds_of_change import contributors
from bot.core.lane import Live
from bot.core.policy import Kind, Mode
from bot.core.release import Release
from bot.core.speaking import Announcement
from bot.ports.slack import Message
from bot.views.approvers import approved_by
from bot.views.blocks import Fact, Line, said
from bot.views.changelog import grouped
from bot.views.escape import link, mrkdwn
from bot.views.naming import live_label, repository, word
from bot.views.people import authors
from bot.views.scene import Scene
from bot.views.states import marked_aside

MOST_CHANGES = 20
_LINE = 2900
"""Characters of one line: less than a section holds."""
_WHOLE = 12_000
"""Characters of what somebody wrote that are looked at: more than a form or the policy file takes."""
_CHANGES = "{changes}"
_PLACEHOLDER = re.compile(r"\{(version|service|environment|sha|release|changes|authors)\}", re.ASCII)


def announce(release: Release, scene: Scene, before: Live | None = None, by_now: Live | None = None) -> Message:
    """Return the announcement of a release that became live.

    Args:
        release: the release.
        scene: what a view cannot look up itself.
        before: what was live there until then.
        by_now: what is live there instead, where it is told late.
    """
    template = settings(release, scene).template
    late = _late(release, by_now)
    if template is None:
        return _bare([*late, *_own_words(release, scene, before, is_live=by_now is None)])
    return _bare([*late, *_of_template(template, release, scene, before)])


def written(text: str, release: Release | None = None, by_now: Live | None = None) -> Message:
    """Return the announcement that somebody has written: line by line, and none of it mentions or links anybody.

    `by_now` is what is live instead of the release that it announces, where it is told late.
    """
    late = _late(release, by_now) if release is not None else ()
    return _bare([*late, *(mrkdwn(line, _LINE) for line in text[:_WHOLE].splitlines())])


def settings(release: Release, scene: Scene) -> Announcement:
    """Return how its lane announces by today's policy, or by the release's own where that no longer names the lane."""
    return (scene.policy.lane(release.lane) or release.policy).announcement or Announcement()


def _bare(lines: Sequence[Line]) -> Message:
    """Return the lines; where nothing in them can be seen, words that say so, since Slack takes no empty message."""
    shows = any(str(line).replace("*", "").strip() for line in lines)
    message = said(*lines) if shows else said("(no text)")
    return Message(message.text.replace("*", ""), message.blocks)


def _late(release: Release, by_now: Live | None) -> tuple[Line, ...]:
    """Return the line that keeps what follows true: something else is live since it was to be told."""
    if by_now is None:
        return ()
    what, where = word(release.lane.service), word(release.lane.environment)
    return (f"This comes late: by now, *{what} {live_label(by_now)}* is live in *{where}*.",)


def _own_words(release: Release, scene: Scene, before: Live | None, *, is_live: bool) -> list[Line]:
    build, policy = release.build, scene.policy
    where, became = word(release.lane.environment), "is" if is_live else "became"
    lines: list[Line] = [
        f"*{word(build.service)} {word(build.version)}* {became} live in *{where}*{marked_aside(release)}",
        *_changes(release, scene, before),
        Fact("By", _authors(release, scene, before)),
    ]
    if before is not None and before.sha != build.sha:
        url = scene.links.compare(repository(release.lane, policy), before.sha, build.sha)
        lines.append(Fact("Before", f"{live_label(before)}; {link(url, 'all changes since')}"))
    approved = approved_by(release, policy)
    if approved:
        lines.append(Fact("Approved by", approved))
    elif not release.policy.required(release.kind):
        alone = release.kind is Kind.RELEASE and release.policy.mode is Mode.DEPLOYMENT
        lines.append(Fact("Approved by", f"nobody needed to{', builds ship there by themselves' if alone else ''}"))
    return lines


def _of_template(template: str, release: Release, scene: Scene, before: Live | None) -> list[Line]:
    """Return the template with its placeholders filled in, in one pass: what a value holds is never looked at again."""
    values = {
        "version": word(release.build.version),
        "service": word(release.lane.service),
        "environment": word(release.lane.environment),
        "sha": word(release.build.sha),
        "release": release.name,
        "authors": _authors(release, scene, before),
    }
    lines: list[Line] = []
    for line in template[:_WHOLE].splitlines():
        first, *others = mrkdwn(line, _LINE).split(_CHANGES)
        lines += _filled(first, values) if first or not others else ()
        for part in others:
            lines += _changes(release, scene, before)
            lines += _filled(part, values) if part.strip() else ()
    return lines


def _filled(text: str, values: Mapping[str, str]) -> tuple[Line, ...]:
    return (_PLACEHOLDER.sub(lambda found: values[found[1]], text).strip(),)


def _compared(release: Release, scene: Scene, before: Live | None) -> Comparison | None:
    if before is None:
        return None
    return scene.compared.get(Span(release.lane.service, before.sha, release.build.sha))


def _changes(release: Release, scene: Scene, before: Live | None) -> tuple[Line, ...]:
    """Return what changed, by kind where that is known; else the title of the commit that became live."""
    if before is not None and before.sha == release.build.sha:
        return (Fact("What changed", "nothing: the same commit was live before"),)
    compared = _compared(release, scene, before)
    if compared is None:
        return (Fact("What changed", mrkdwn(release.build.title, 300) or "(no title)"),)
    lines = grouped(compared, scene.policy, MOST_CHANGES)
    return lines or (Fact("What changed", "nothing that concerns this service"),)


def _authors(release: Release, scene: Scene, before: Live | None) -> str:
    compared = _compared(release, scene, before)
    wrote: tuple[Author, ...] = contributors(compared.added, scene.policy) if compared else ()
    return authors(wrote or release.build.authors, scene.policy)

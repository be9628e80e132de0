"""The main branch: that it can no longer be deployed, and can again; that its pipelines are silent. Each told once."""

from bot.core.build import Build, RunStatus
from bot.core.policy import Policy, ServicePolicy
from bot.core.silence import Lacking, Unreported, lacking
from bot.ports.slack import Message
from bot.views.blocks import Fact, said
from bot.views.escape import date, link, mrkdwn
from bot.views.limits import few
from bot.views.links import Links, place_of
from bot.views.naming import WORKFLOWS, build_label, pipeline, word
from bot.views.people import authors
from bot.views.scene import Scene
from bot.views.spans import span

_TITLE = 300
_BAD = {RunStatus.FAILED, RunStatus.CANCELLED}


def broken(first: Build, policy: Policy, links: Links) -> Message:
    """Return that a service's branch stopped being deployable: the first bad commit, its authors, what failed."""
    bad = [_check(check.pipeline, check.url, links) for check in first.checks if check.status in _BAD]
    return said(
        f"{authors(first.authors, policy)}: {word(first.service)} can no longer be deployed from {word(first.branch)}. "
        f"The first bad commit is {_commit(first, policy, links)}.",
        Fact("What failed", few(bad, 5) or "a pipeline"),
        Fact("Next", "please fix it, revert it or run it again; you hear of it once more, when it is fixed"),
    )


def mended(build: Build, first: Build | None, policy: Policy, links: Links) -> Message:
    """Return that it can be deployed again: by which commit, and which one had broken it, where that is known."""
    broke = f" {_commit(first, policy, links)} had broken it." if first else ""
    wrote = authors(build.authors, policy)
    return said(
        f"{word(build.service)} can be deployed from {word(build.branch)} again: {build_label(build)}, "
        f"commit {_commit(build, policy, links)} by {wrote}, is well.{broke}"
    )


def silent(waiting: Unreported, service: ServicePolicy, scene: Scene) -> Message:
    """Return that builds wait for their pipelines for too long: for which the newest does, how long, what to do."""
    build, long = waiting.build, span(scene.now - waiting.since)
    commit = _commit(build, scene.policy, scene.links)
    lacks = lacking(build, service.source.pipelines)
    what = f"The pipelines of {word(service.name)} are silent: "
    if waiting.first is None:
        what += f"the newest build, {word(build.label)}, commit {commit}, has waited for them for {long}."
    else:
        what += (
            f"for {long} no new build has been reported to its end. The newest is {word(build.label)}, commit {commit}."
        )
    return said(
        what,
        *_lacking(lacks, scene.links),
        Fact(
            "Next",
            "please look at the pipeline and run it again if it hangs: nothing ships of this build until it has ended. "
            "You do not hear of later ones that wait like it",
        ),
    )


def waits(waiting: Unreported, service: ServicePolicy, links: Links) -> str:
    """Return the same for a list, as a sentence."""
    lacks = _lacking(lacking(waiting.build, service.source.pipelines), links)
    because = "".join(f" {fact}." for fact in lacks)
    if waiting.first is not None:
        return (
            f"Its pipelines are silent: since {date(waiting.since)} no new build has been reported to its end, and "
            f"nothing ships of the newest, {word(waiting.build.label)}, until it has.{because}"
        )
    return (
        f"Its pipelines are silent: the newest build, {word(waiting.build.label)}, has waited for them since "
        f"{date(waiting.since)}, and nothing ships of it until they have ended.{because}"
    )


def _lacking(lacks: Lacking, links: Links) -> list[Fact]:
    unended = few([_check(check.pipeline, check.url, links) for check in lacks.unended], 5)
    unreported = few([pipeline(name) for name in lacks.unreported], 5)
    found = (Fact("Not ended", unended), Fact("Not reported", unreported))
    return [fact for fact in found if fact.value]


def _commit(build: Build, policy: Policy, links: Links) -> str:
    service = policy.service(build.service)
    url = links.commit(place_of(service), build.sha)
    title = mrkdwn(build.title, _TITLE)
    return f"{link(url, build.short_sha)} “{title}”" if title else link(url, build.short_sha)


def _check(name: str, url: str, links: Links) -> str:
    return link(links.own(url), name.removeprefix(WORKFLOWS))

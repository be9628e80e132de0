"""The card in the operations channel about a deploy request whose answer was lost: a person looks and tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.core.inputs import Answer
from bot.core.policy import Permission, Policy
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.core.target import BuildbotForce, Command, DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow
from bot.ports.slack import Message
from bot.views import limits
from bot.views.blocks import Button, Confirm, Fact, actions, header, section
from bot.views.escape import date, link, mrkdwn
from bot.views.holders import holders
from bot.views.links import Links
from bot.views.naming import Permalinks, bare_subject, named, repository, subject, word
from bot.views.outcome import cancel_asked
from bot.views.people import person


@dataclass(frozen=True, slots=True)
class Said:
    """Who answered the question, what and when."""

    by: str
    answer: Answer
    at: datetime


_ACTS = {
    "did_run": ("It did run", "R-{n} becomes live without another request. Only if you saw the job succeed."),
    "did_not_run": ("It did not run", "R-{n} ends as failed. Nothing is sent; a new release can be asked for."),
    "try_again": ("Try again", "It is looked for once more, then sent again. If it did run, it may run twice."),
    "abandon": ("Abandon", "R-{n} ends as failed, and the lane is free. If the job does run, nobody follows it."),
}
"""What each button says, and what will follow."""
_FOLLOWS = {
    Answer.DID_RUN: "It counts as live; nothing was sent again.",
    Answer.DID_NOT_RUN: "It counts as failed; nothing was sent again.",
    Answer.TRY_AGAIN: "It is looked for once more, then sent again.",
    Answer.ABANDON: "It counts as failed, and the lane is free.",
}


def question(  # noqa: PLR0917 - the state, and what a view cannot look up itself
    release: Release,
    policy: Policy,
    links: Links,
    buttons: Mapping[str, str],
    permalinks: Permalinks,
    revision: int,
    *,
    said: Said | None = None,
) -> Message:
    """Return the question, or what became of it once it is settled.

    Args:
        release: the release whose request was lost.
        policy: today's policy.
        links: where links may lead.
        buttons: the handle ids of the acts did_run, did_not_run, try_again, abandon.
        permalinks: where the cards of releases are.
        revision: grows with every version that is shown.
        said: who answered what, where somebody has.
    """
    asks = _in_doubt(release)
    heading = "Did this deploy start?" if asks else "Settled: did this deploy start?"
    facts = [
        Fact("Release", f"{named(release.number, permalinks)}, {subject(release)}"),
        *_sent(release, links, policy),
    ]
    facts += _open(release, policy) if asks else _settled(release, policy, said)
    row = _buttons(release, buttons) if asks else ()

    def block(name: str) -> str:
        return f"{release.name}:question-{name}:r{revision}"

    shown = limits.fold([fact.marked for fact in facts], limits.SECTION)
    blocks = [header(f"{heading} {bare_subject(release)}", block("header")), section("\n".join(shown), block("facts"))]
    if row:
        blocks.append(actions(row, block("actions")))
    answers = [f"Answers: {', '.join(button.words for button in row)}."] if row else []
    text = limits.fold([f"{heading} {subject(release)}.", *(f"{fact}." for fact in facts), *answers], limits.TEXT)
    return Message("\n".join(text), tuple(blocks))


def _in_doubt(release: Release) -> bool:
    deployment = release.deployment
    doubtful = deployment is not None and deployment.status is DeployStatus.UNKNOWN
    return release.state is Lifecycle.DEPLOYING and doubtful


def _sent(release: Release, links: Links, policy: Policy) -> list[Fact]:
    target = release.policy.target
    where = repository(release.lane, policy)
    commit = release.build.short_sha
    environment = release.lane.environment
    match target:
        case GithubWorkflow(workflow, ref):
            what = f"start of the workflow {word(workflow)} on {word(ref)} for commit {commit}"
            page = link(links.workflow(where, workflow), "the runs of that workflow")
        case GithubDeployment(environment) | GithubGate(environment):
            what = f"a deployment of commit {commit} to the environment {word(environment)}"
            page = link(links.deployments(where), "the deployments of that repository")
        case BuildbotForce(scheduler, builder):
            what = f"a build of {word(builder)} by {word(scheduler)} at commit {commit}"
            page = f"the builds of {word(builder)}"
        case DeployWebhook():
            what = f"a signed request to deploy commit {commit} to {word(environment)}"
            page = "what its receiver has done"
        case Command(argv):
            what = f"the command {word(argv[0])} for commit {commit}"
            page = "the host's own record of it"
        case _:
            what = f"a deployment of commit {commit} to the environment {word(environment)}"
            page = link(links.deployments(where), "the deployments of that repository")
    facts = [Fact("What was sent", what)]
    if release.deployment:
        facts.append(Fact("When", date(release.deployment.attempted_at)))
    return [*facts, Fact("Key", mrkdwn(release.key, 100)), Fact("Where to look", f"{page}, for this key")]


def _open(release: Release, policy: Policy) -> list[Fact]:
    by_id = isinstance(release.policy.target, DeployWebhook)
    then = "it may not be sent again by itself" if by_id else "the CI system does not know the key"
    unseen = "the host's own record does not tell whether the command ran to its end"
    why = unseen if isinstance(release.policy.target, Command) else f"the answer was lost and {then}"
    return [
        Fact("Why you are asked", why),
        *cancel_asked(release, policy),
        Fact("Until then", "nothing is sent again by itself, and the lane stays busy"),
        Fact("May answer", holders(Permission.RESOLVE, policy)),
    ]


def _settled(release: Release, policy: Policy, said: Said | None) -> list[Fact]:
    if said:
        answer = f"{date(said.at)}, {person(said.by, policy)} said: {said.answer.value}"
        return [Fact("Answer", f"{answer}. {_FOLLOWS[said.answer].removesuffix('.')}")]
    now = "on its way" if release.state is Lifecycle.DEPLOYING else release.state.value
    return [Fact("Settled", f"the release is {now}; its thread says how it came to that")]


def _buttons(release: Release, handles: Mapping[str, str]) -> tuple[Button, ...]:
    row = []
    for act, (words, follows) in _ACTS.items():
        if act in handles:
            text = f"{bare_subject(release)}: {follows.format(n=release.number)}"
            sure = Confirm(f"{words}: {release.name}?", text, words, "Go back")
            row.append(Button(act, words, f"{words}: {bare_subject(release)}", handles[act], confirm=sure))
    return tuple(row)

"""Gates by payloads after GitHub's documentation: who answers, what is sent, and what every answer is taken for."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.build import PipelineReport, RunStatus, assess
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release
from bot.core.source import VersionFrom
from bot.core.target import GithubGate
from bot.ports.ci import CameLater, HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.gatekeeping import Answered, Turned
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci import github_gate as gate
from handlers.ci.github_gate import Attempt
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gates import GithubGates
from tests.factories import LANE, NOON, a_lane_policy, a_policy, a_release, a_report, a_sha
from tests.unit.handlers.ci.payloads import KEY, WEB, a_reply, a_run, a_status

LANE_POLICY = a_lane_policy(LANE, target=GithubGate("production"))
SERVICE = a_policy(LANE_POLICY).services[0]
RUN = "/repos/acme/payments/actions/runs/9001"
WAITING: dict[str, Any] = {"status": "waiting", "conclusion": None}
PAGE = f"{WEB}/acme/payments/actions/runs/9001"
LOG = f"{PAGE}/job/77"


def a_pending(name: str = "production", *, may: bool = False) -> dict[str, Any]:
    return {
        "environment": {"id": 161088068, "name": name, "html_url": "https://evil.example"},
        "wait_timer": 0,
        "wait_timer_started_at": None,
        "current_user_can_approve": may,
        "reviewers": [{"type": "User", "reviewer": {"login": "ann", "id": 2001}}],
    }


def a_record(number: int = 301, **changed: Any) -> dict[str, Any]:
    made = {"id": number, "sha": a_sha(1), "task": "deploy", "created_at": "2026-11-21T12:00:00Z", "payload": {}}
    return made | changed


def statuses(*states: str, log: str = LOG) -> list[dict[str, Any]]:
    return [a_status(number, state, log_url=log, target_url=log) for number, state in enumerate(states, 1)][::-1]


@dataclass
class Script:
    """Answers each path in turn, the last answer for ever; keeps what was sent."""

    answers: dict[str, deque[HttpReply | TryLater | Unsure]] = field(default_factory=dict)
    sent: list[HttpRequest] = field(default_factory=list)
    clock: Callable[[], datetime] = field(default=lambda: NOON)

    def says(self, path: str, *answers: Any) -> "Script":
        """Answer a path so; what is no reply is the JSON of one."""
        replies = [one if isinstance(one, HttpReply | TryLater | Unsure) else a_reply(one) for one in answers]
        self.answers[path] = deque(replies)
        return self

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Send one."""
        del etag
        self.sent.append(request)
        found = self.answers.get(f"{request.method} {request.path}", deque([a_reply({"message": "Not Found"}, 404)]))
        return found.popleft() if len(found) > 1 else found[0]

    @property
    def posted(self) -> list[tuple[str, Any]]:
        """What was sent to change something."""
        return [(one.path, one.body) for one in self.sent if one.method == "POST"]


def waits(*, may: bool = False, **run: Any) -> Script:
    """Return a GitHub at which run 9001 waits for production."""
    script = Script().says(f"GET {RUN}", a_run(**(WAITING | run)))
    script.says(f"GET {RUN}/pending_deployments", [a_pending("staging"), a_pending("Production", may=may)])
    return script.says("GET /repos/acme/payments/deployments", [])


def a_gated_release(**changed: Any) -> Release:
    report: PipelineReport = replace(a_report(1), run_id="9001", attempt=1, status=RunStatus.SUCCEEDED)
    build = assess([report], (report.pipeline,), VersionFrom.RUN_NUMBER, None)
    assert build is not None
    return replace(a_release(1, build=build, policy=LANE_POLICY), **changed)


def at(script: Script) -> GithubGates:
    return GithubGates(script, WEB)


async def test_a_reviewer_answers_for_the_one_environment_by_its_id() -> None:
    script = waits(may=True).says(f"POST {RUN}/pending_deployments", [])
    assert await at(script).start(SERVICE, a_gated_release()) == Placed("9001/1", PAGE)
    said = {"environment_ids": [161088068], "state": "approved", "comment": f"Signoff R-1: approved in Slack [{KEY}]"}
    assert script.posted == [(f"{RUN}/pending_deployments", said)]


async def test_a_rule_answers_by_the_name_that_github_gave_at_an_address_of_our_own() -> None:
    script = waits().says(f"POST {RUN}/deployment_protection_rule", HttpReply(204, {}, b""))
    assert await at(script).start(SERVICE, a_gated_release()) == Placed("9001/1", PAGE)
    said = {
        "environment_name": "Production",
        "state": "approved",
        "comment": f"Signoff R-1: approved in Slack [{KEY}]",
    }
    assert script.posted == [(f"{RUN}/deployment_protection_rule", said)]


@pytest.mark.parametrize(
    ("release", "comment"),
    [
        ({"state": Lifecycle.REJECTED, "reason": "Totals\nare off"}, "rejected in Slack: Totals are off"),
        ({"state": Lifecycle.REJECTED}, "rejected in Slack: no reason was given"),
        ({"state": Lifecycle.SUPERSEDED, "superseded_by": 2}, "superseded by R-2, which ships a newer build"),
        ({"state": Lifecycle.SUPERSEDED}, "superseded, which ships a newer build"),
    ],
)
async def test_a_rejection_says_why(release: dict[str, Any], comment: str) -> None:
    script = waits().says(f"POST {RUN}/deployment_protection_rule", HttpReply(204, {}, b""))
    assert await at(script).turn_away(SERVICE, a_gated_release(**release)) == Turned("run 9001 is rejected")
    assert script.posted[0][1]["comment"] == f"Signoff R-1: {comment} [{KEY}]"
    assert script.posted[0][1]["state"] == "rejected"


def test_the_longest_reason_is_cut_for_the_comment_and_its_key_stays() -> None:
    comment = gate.comment_of(a_gated_release(state=Lifecycle.REJECTED, reason="x" * 5000), "rejected")
    assert len(comment) < gate.LONGEST_COMMENT
    assert comment.endswith(f"[{KEY}]")


async def test_somebody_who_answers_between_our_look_and_our_word_is_followed() -> None:
    script = waits().says(f"POST {RUN}/deployment_protection_rule", a_reply({"message": "Nothing waits"}, 422))
    script.says(f"GET {RUN}/pending_deployments", [a_pending()], [])
    script.says("GET /repos/acme/payments/deployments", [a_record()])
    script.says("GET /repos/acme/payments/deployments/301/statuses", statuses("waiting", "in_progress"))
    assert await at(script).start(SERVICE, a_gated_release()) == Placed("9001/1", PAGE)


def gone_on(*states: str, **run: Any) -> Script:
    """Return a GitHub on which run 9001 has gone on to production, from 12:02 on."""
    script = Script().says(f"GET {RUN}", a_run(**({"status": "completed", "conclusion": "success"} | run)))
    script.says(f"GET {RUN}/attempts/1", a_run(**run)).says("GET /repos/acme/payments/deployments", [a_record()])
    script.says(f"GET {RUN}/pending_deployments", [])
    return script.says("GET /repos/acme/payments/deployments/301/statuses", statuses(*states))


@pytest.mark.parametrize("states", [("waiting", "in_progress", "success"), ("waiting", "success", "inactive")])
async def test_what_went_on_before_it_was_asked_for_again_is_not_sent_by_that(states: tuple[str, ...]) -> None:
    script, later = gone_on(*states), a_gated_release(opened_at=NOON + timedelta(minutes=3, seconds=1))
    assert await at(script).start(SERVICE, later) == GiveUp(
        "run 9001 went on there before this was asked for; run it again on GitHub"
    )
    assert await at(script).find(SERVICE, later) is None
    assert script.posted == []


@pytest.mark.parametrize(
    ("states", "opened"),
    [
        (("waiting", "in_progress", "success"), timedelta(minutes=3)),
        (("waiting", "in_progress"), timedelta(hours=1)),
    ],
    ids=["just when the release was opened", "long ago, and it is under way"],
)
async def test_what_somebody_let_go_on_meanwhile_is_followed(states: tuple[str, ...], opened: timedelta) -> None:
    script = gone_on(*states, status="in_progress", conclusion=None)
    assert await at(script).start(SERVICE, a_gated_release(opened_at=NOON + opened)) == Placed("9001/1", PAGE)
    assert await at(script).find(SERVICE, a_gated_release(opened_at=NOON + opened)) == Placed("9001/1", PAGE)


async def test_what_is_refused_while_it_waits_on_is_refused() -> None:
    script = waits().says(f"POST {RUN}/deployment_protection_rule", a_reply({"message": "Validation Failed"}, 422))
    assert await at(script).start(SERVICE, a_gated_release()) == GiveUp("GitHub answers 422: Validation Failed")


async def test_a_rejection_that_came_too_late_is_looked_at_again() -> None:
    script = waits().says(f"POST {RUN}/deployment_protection_rule", a_reply({"message": "Nothing waits"}, 422))
    assert await at(script).turn_away(SERVICE, a_gated_release()) == TryLater(15.0, "GitHub answers 422")


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        (Unsure("the connection was lost"), Unsure("the connection was lost")),
        (TryLater(5.0, "cannot be reached"), TryLater(5.0, "cannot be reached")),
        (a_reply({}, 502), Unsure("GitHub answers 502")),
        (a_reply({}, 401), TryLater(60.0, "GitHub answers 401")),
        (a_reply({"message": "secondary rate limit"}, 403), TryLater(60.0, "GitHub answers 403: secondary rate limit")),
    ],
)
async def test_no_answer_is_taken_for_a_no(answer: Any, ended: Any) -> None:
    script = waits().says(f"POST {RUN}/deployment_protection_rule", answer)
    assert await at(script).start(SERVICE, a_gated_release()) == ended
    assert await at(script).turn_away(SERVICE, a_gated_release()) == ended


@pytest.mark.parametrize("path", [RUN, f"{RUN}/pending_deployments"])
@pytest.mark.parametrize("answer", [a_reply({}, 502), a_reply("nonsense"), TryLater(5.0, "away"), Unsure("lost")])
async def test_nothing_is_sent_while_nobody_can_tell_where_the_run_is(path: str, answer: Any) -> None:
    script = waits().says(f"GET {path}", answer)
    for call in (at(script).start, at(script).find, at(script).turn_away):
        assert isinstance(await call(SERVICE, a_gated_release()), TryLater)
    assert script.posted == []


@pytest.mark.parametrize("path", ["", "/301/statuses"])
async def test_nor_while_its_records_cannot_be_read(path: str) -> None:
    script = waits().says(f"GET {RUN}/pending_deployments", [])
    script.says("GET /repos/acme/payments/deployments", [a_record()])
    script.says(f"GET /repos/acme/payments/deployments{path}", a_reply({}, 500))
    assert await at(script).start(SERVICE, a_gated_release()) == TryLater(5.0, "GitHub answers 500")


@pytest.mark.parametrize(
    ("run", "why"),
    [
        ({"head_sha": a_sha(2)}, f"run 9001 is of {a_sha(2)[:12]}, and not of the commit approved"),
        ({"run_attempt": 2}, "it was run again on GitHub: attempt 2 is another build"),
        ({"status": "completed", "conclusion": "cancelled"}, "its run was cancelled on GitHub"),
        ({"status": "completed", "conclusion": "success"}, "its run has ended without coming to its gate"),
        ({"status": "completed", "conclusion": "stale"}, "its run has ended on GitHub"),
        (
            {"status": "completed", "conclusion": "failure"},
            "its run ended there without going on: rejected, or timed out after GitHub's 30 days",
        ),
    ],
)
async def test_what_waits_no_more_is_not_sent_on(run: dict[str, Any], why: str) -> None:
    script = waits(**run)
    began = a_run(**(WAITING | {"run_started_at": "2026-11-21T12:00:00Z"}))
    script.says(f"GET {RUN}/attempts/1", began).says(f"GET {RUN}/attempts/2", began)
    told = await at(script).start(SERVICE, a_gated_release())
    assert told == GiveUp(f"run 9001 does not wait at its gate any more: {why}")
    assert script.posted == []


async def test_a_run_that_github_does_not_know_is_over() -> None:
    told = await at(Script()).start(SERVICE, a_gated_release())
    assert told == GiveUp("run 9001 does not wait at its gate any more: GitHub does not know its run any more")


async def test_of_several_pipelines_the_one_with_the_gate_is_answered() -> None:
    lint = replace(a_report(1), run_id="8000", pipeline="lint.yml", status=RunStatus.SUCCEEDED)
    release = a_gated_release()
    both = replace(release, build=replace(release.build, checks=(lint, *release.build.checks)))
    script = waits(may=True).says(f"POST {RUN}/pending_deployments", [])
    script.says("GET /repos/acme/payments/actions/runs/8000", a_run(id=8000))
    assert await at(script).start(SERVICE, both) == Placed("9001/1", PAGE)


def with_a_check() -> Release:
    scan = replace(a_report(1), run_id="security/scan", pipeline="security/scan", status=RunStatus.SUCCEEDED)
    release = a_gated_release()
    return replace(release, build=replace(release.build, checks=(scan, *release.build.checks)))


async def test_a_check_by_name_is_no_run_that_could_wait() -> None:
    script = waits(may=True).says(f"POST {RUN}/pending_deployments", []).says(f"GET {RUN}/approvals", [])
    assert await at(script).start(SERVICE, with_a_check()) == Placed("9001/1", PAGE)
    assert await at(script).find(SERVICE, with_a_check()) is None
    assert await at(script).turn_away(SERVICE, with_a_check()) == Turned("run 9001 is rejected")


async def test_a_build_of_no_run_has_nothing_that_waits() -> None:
    release = a_gated_release()
    told = await at(Script()).start(SERVICE, replace(release, build=replace(release.build, checks=())))
    assert told == GiveUp("run 0 does not wait at its gate any more: no run is known of its build")


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ([("approved", "production", KEY)], True),
        ([("approved", "Production", KEY)], True),
        ([("approved", "production", "R-2-abcd2345")], False),
        ([("rejected", "production", KEY)], False),
        ([("approved", "staging", KEY)], False),
        ([], False),
    ],
)
async def test_a_review_is_ours_by_its_key_and_its_environment(said: list[tuple[str, str, str]], *, seen: bool) -> None:
    reviews = [
        {"state": state, "comment": f"Ship it [{key}]", "environments": [{"id": 5, "name": where}, {}], "user": None}
        for state, where, key in said
    ]
    script = waits(may=True).says(f"GET {RUN}/approvals", reviews)
    assert await at(script).find(SERVICE, a_gated_release()) == (Placed("9001/1", PAGE) if seen else None)


@pytest.mark.parametrize("answer", [a_reply({}, 500), a_reply({"reviews": 1})])
async def test_without_the_reviews_nobody_can_tell(answer: HttpReply) -> None:
    script = waits(may=True).says(f"GET {RUN}/approvals", answer)
    assert isinstance(await at(script).find(SERVICE, a_gated_release()), TryLater)


def placed(ref: str | None) -> Release:
    flying = Deployment(DeployStatus.ACCEPTED, NOON, ref)
    return a_gated_release(state=Lifecycle.DEPLOYING, deployment=flying)


@pytest.mark.parametrize(
    "ref", [None, "", "9001", "9001/0", "9001/1\n", "../9001/1", "9001/\N{ARABIC-INDIC DIGIT ONE}"]
)
async def test_without_a_reference_there_is_nothing_to_follow(ref: str | None) -> None:
    told = await at(Script()).follow(SERVICE, placed(ref))
    assert told == GiveUp("the deployment has no run that GitHub would know")


@pytest.mark.parametrize(
    ("states", "conclusion", "ended"),
    [
        (("waiting", "queued"), None, Progress(ProgressStatus.WAITING, "", LOG)),
        (("waiting", "in_progress"), None, Progress(ProgressStatus.RUNNING, "", LOG)),
        (("waiting", "in_progress", "success"), None, Progress(ProgressStatus.SUCCEEDED, "", LOG)),
        (("waiting", "in_progress", "success", "inactive"), None, Progress(ProgressStatus.SUCCEEDED, "", LOG)),
        (("waiting", "in_progress", "failure"), None, Progress(ProgressStatus.FAILED, "", LOG)),
        (("waiting", "in_progress"), "success", Progress(ProgressStatus.SUCCEEDED, "", PAGE)),
        (("waiting", "in_progress"), "timed_out", Progress(ProgressStatus.FAILED, "the run ended: timed out", PAGE)),
        (("waiting", "in_progress"), "<b>", Progress(ProgressStatus.FAILED, "the run has ended", PAGE)),
    ],
)
async def test_what_went_on_is_followed_by_its_record_and_at_its_end_by_its_run(
    states: tuple[str, ...], conclusion: str | None, ended: Progress
) -> None:
    run = a_run(status="completed" if conclusion else "in_progress", conclusion=conclusion)
    script = Script().says(f"GET {RUN}", run).says(f"GET {RUN}/attempts/1", run)
    script.says(f"GET {RUN}/pending_deployments", []).says("GET /repos/acme/payments/deployments", [a_record()])
    script.says("GET /repos/acme/payments/deployments/301/statuses", statuses(*states))
    script.clock = lambda: NOON + timedelta(minutes=3, seconds=20)
    assert await at(script).follow(SERVICE, placed("9001/1")) == ended


@pytest.mark.parametrize(
    ("older", "newer", "ended"),
    [
        (("waiting", "in_progress"), ("waiting", "in_progress", "success"), ProgressStatus.RUNNING),
        (("waiting", "queued"), ("waiting", "in_progress", "success"), ProgressStatus.WAITING),
        (("waiting",), ("waiting", "in_progress", "success"), ProgressStatus.WAITING),
        (("waiting", "in_progress", "failure"), ("waiting", "in_progress"), ProgressStatus.FAILED),
        (("waiting", "in_progress", "success"), ("waiting", "in_progress", "failure"), ProgressStatus.FAILED),
        (("waiting", "in_progress", "success"), ("waiting", "in_progress", "success"), ProgressStatus.SUCCEEDED),
    ],
)
async def test_of_several_jobs_at_one_gate_all_have_to_end_well(
    older: tuple[str, ...], newer: tuple[str, ...], ended: ProgressStatus
) -> None:
    script = gone_on(*older, status="in_progress", conclusion=None)
    script.says("GET /repos/acme/payments/deployments", [a_record(302), a_record(301)])
    script.says("GET /repos/acme/payments/deployments/302/statuses", statuses(*newer))
    script.clock = lambda: NOON + timedelta(minutes=4)
    gates = at(script)
    for _ in range(2):
        assert await gates.follow(SERVICE, placed("9001/1")) == Progress(ended, "", LOG)


async def test_a_job_that_has_just_ended_well_may_have_another_after_it() -> None:
    script = gone_on("waiting", "in_progress", "success", status="in_progress", conclusion=None)
    script.clock = lambda: NOON + timedelta(minutes=3, seconds=19)
    assert await at(script).follow(SERVICE, placed("9001/1")) == Progress(ProgressStatus.RUNNING, "", LOG)
    script = gone_on("waiting", "in_progress", "success", status="completed", conclusion="success")
    assert await at(script).follow(SERVICE, placed("9001/1")) == Progress(ProgressStatus.SUCCEEDED, "", LOG)


def comes_later(*answers: Any, attempt: int = 1) -> Script:
    """Return a GitHub on which one job of run 9001 has ended well beyond the gate, and a second one waits there."""
    script = waits(may=True, run_attempt=attempt).says(f"POST {RUN}/pending_deployments", *answers)
    script.says("GET /repos/acme/payments/deployments", [a_record(302), a_record()])
    script.says("GET /repos/acme/payments/deployments/302/statuses", statuses("waiting"))
    return script.says(
        "GET /repos/acme/payments/deployments/301/statuses", statuses("waiting", "in_progress", "success")
    )


STILL = Progress(ProgressStatus.WAITING, "", PAGE)


CAME = Progress(ProgressStatus.WAITING, "", PAGE, CameLater("9001/1", a_sha(1), ("302",)))
SAID = {"environment_ids": [161088068], "state": "approved", "comment": f"Signoff R-1: approved in Slack [{KEY}]"}


async def test_what_comes_to_the_gate_later_is_told_and_nothing_is_sent() -> None:
    script = comes_later([])
    gates = at(script)
    for after, told in ((0, CAME), (29, STILL), (30, CAME)):  # again as long as nobody has answered for it
        script.clock = lambda after=after: NOON + timedelta(seconds=after)  # type: ignore[misc]
        assert await gates.follow(SERVICE, placed("9001/1")) == told
    assert script.posted == []


async def test_what_was_answered_for_is_not_told_again_though_it_waits_for_somebody_else() -> None:
    script, release = comes_later([]), placed("9001/1")
    assert release.deployment
    answered = replace(release, deployment=replace(release.deployment, let_on=("302",)))
    assert await at(script).follow(SERVICE, answered) == STILL
    assert script.posted == []


async def test_it_goes_on_with_the_same_approval() -> None:
    script = comes_later([])
    assert await at(script).let_on(SERVICE, placed("9001/1")) == Answered("run 9001 is approved once more")
    assert script.posted == [(f"{RUN}/pending_deployments", SAID)]


async def test_what_waits_for_somebody_else_from_the_first_is_not_answered_again() -> None:
    script = comes_later([]).says("GET /repos/acme/payments/deployments/301/statuses", statuses("waiting"))
    assert await at(script).follow(SERVICE, placed("9001/1")) == STILL
    assert script.posted == []


async def test_what_came_there_in_an_attempt_before_is_not_one_that_has_gone_on() -> None:
    script = comes_later([], attempt=2).says(
        f"GET {RUN}", a_run(**WAITING, run_attempt=2, run_started_at="2026-11-21T12:00:30Z")
    )
    assert await at(script).follow(SERVICE, placed("9001/2")) == STILL
    assert script.posted == []


@pytest.mark.parametrize("trouble", [TryLater(5.0, "cannot be reached"), Unsure("the answer was lost")])
async def test_a_later_answer_that_was_lost_is_given_again(trouble: TryLater | Unsure) -> None:
    script = comes_later(trouble, [])
    gates = at(script)
    assert await gates.let_on(SERVICE, placed("9001/1")) == trouble
    assert len(script.posted) == 1
    assert await gates.let_on(SERVICE, placed("9001/1")) == Answered("run 9001 is approved once more")
    assert script.posted == [(f"{RUN}/pending_deployments", SAID)] * 2


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (a_run(**WAITING, run_attempt=2, run_started_at="2026-11-21T12:00:30Z"), STILL),
        (TryLater(5.0, "down"), TryLater(5.0, "down")),
    ],
    ids=["it was run again", "nobody can tell"],
)
async def test_what_became_of_the_run_while_its_records_were_read_is_not_answered_for(then: Any, told: Any) -> None:
    script = comes_later([]).says(f"GET {RUN}", a_run(**WAITING), then)
    script.says(f"GET {RUN}/attempts/1", a_run(**WAITING))
    assert await at(script).follow(SERVICE, placed("9001/1")) == told
    assert script.posted == []


GONE = "run 9001 has gone on there"
AGAIN = "run 9001 waits no more: it was run again on GitHub: attempt 2 is another build"


@pytest.mark.parametrize(
    ("then", "records", "told"),
    [
        (a_run(**WAITING, run_attempt=2, run_started_at="2026-11-21T12:00:30Z"), True, Answered(GONE)),
        (a_run(**WAITING, run_attempt=2, run_started_at="2026-11-21T12:00:30Z"), False, Answered(AGAIN)),
        (a_run(status="in_progress", conclusion=None), True, Answered(GONE)),
        (
            a_run(status="in_progress", conclusion=None),
            False,
            TryLater(15.0, "run 9001 has not come to its gate yet"),
        ),
        (TryLater(5.0, "down"), True, TryLater(5.0, "down")),
    ],
    ids=["run again beyond", "run again before", "gone on", "nobody knows of any", "nobody can tell"],
)
async def test_no_later_answer_is_given_where_the_approved_attempt_waits_no_more(
    then: Any, records: bool, told: Answered | TryLater
) -> None:
    script = comes_later([]).says(f"GET {RUN}", then).says(f"GET {RUN}/pending_deployments", [])
    script.says(f"GET {RUN}/attempts/1", a_run(**WAITING)).says(f"GET {RUN}/attempts/2", then)
    if not records:
        script.says("GET /repos/acme/payments/deployments", [])
    assert await at(script).let_on(SERVICE, placed("9001/1")) == told
    assert script.posted == []


@pytest.mark.parametrize("ref", [None, "9001", "77"])
async def test_without_a_run_nothing_is_answered_later(ref: str | None) -> None:
    script = comes_later([])
    told = GiveUp("the deployment has no run that GitHub would know")
    assert await at(script).let_on(SERVICE, placed(ref) if ref else a_gated_release()) == told
    assert script.sent == []


async def test_a_later_answer_that_is_refused_is_told() -> None:
    script = comes_later(a_reply({"message": "No"}, 422))
    assert await at(script).let_on(SERVICE, placed("9001/1")) == GiveUp("GitHub answers 422: No")
    assert len(script.posted) == 1


@pytest.mark.parametrize("path", ["", "/301/statuses"])
async def test_nothing_is_answered_later_while_the_records_cannot_be_read(path: str) -> None:
    script = comes_later([]).says(f"GET /repos/acme/payments/deployments{path}", TryLater(5.0, "down"))
    assert await at(script).follow(SERVICE, placed("9001/1")) == TryLater(5.0, "down")
    assert script.posted == []


@pytest.mark.parametrize(
    "record",
    [
        (a_record(sha=a_sha(2)), LOG),
        (a_record(), f"{WEB}/acme/payments/actions/runs/9002/job/77"),
        (a_record(), f"{WEB}/acme/payments/actions/runs/90010"),
        (a_record(), ""),
    ],
)
async def test_the_record_of_another_run_is_not_taken_for_ours(record: tuple[dict[str, Any], str]) -> None:
    made, log = record
    script = Script().says(f"GET {RUN}", a_run(status="in_progress", conclusion=None))
    script.says(f"GET {RUN}/pending_deployments", []).says("GET /repos/acme/payments/deployments", [made])
    script.says("GET /repos/acme/payments/deployments/301/statuses", statuses("waiting", "in_progress", log=log))
    told = await at(script).start(SERVICE, a_gated_release())
    assert told == TryLater(15.0, "run 9001 has not come to the gate of production yet")


@pytest.mark.parametrize(
    ("jobs", "green"),
    [
        ([("completed", "success"), ("waiting", None)], True),
        ([("completed", "skipped"), ("completed", "neutral"), ("waiting", None), ("waiting", None)], True),
        ([("completed", "failure"), ("in_progress", None), ("waiting", None)], False),
        ([("completed", "cancelled"), ("waiting", None)], False),
        ([("in_progress", None), ("waiting", None)], None),
        ([("queued", None)], None),
        ([(7, None), ("waiting", None)], None),
        ([], True),
    ],
)
async def test_every_other_job_has_to_be_green(jobs: list[tuple[Any, str | None]], *, green: bool | None) -> None:
    assert await others_green(a_page(len(jobs), *jobs)) is green


def a_page(total: int, *jobs: tuple[Any, str | None]) -> HttpReply:
    return a_reply({"total_count": total, "jobs": [{"status": one, "conclusion": how} for one, how in jobs]})


async def others_green(*pages: HttpReply | TryLater) -> bool | TryLater | None:
    return await GateReader(Script().says(f"GET {RUN}/jobs", *pages), WEB).others_green("acme/payments", 9001)


GREEN, RED, WAITS = ("completed", "success"), ("completed", "failure"), ("waiting", None)


@pytest.mark.parametrize(
    ("pages", "green"),
    [
        ([a_page(201, *[GREEN] * 100), a_page(201, *[GREEN] * 100), a_page(201, WAITS)], True),
        ([a_page(101, WAITS, *[GREEN] * 99), a_page(101, RED)], False),
        ([a_page(102, WAITS, *[GREEN] * 99), a_page(102, GREEN, ("in_progress", None))], None),
        ([a_page(101, *[GREEN] * 100), a_page(101)], None),
        ([a_page(101, *[GREEN] * 99, RED), a_page(101)], False),
        ([a_page(101, *[GREEN] * 100), a_reply({}, 500)], None),
        ([a_page(101, *[GREEN] * 100), TryLater(5.0, "away")], TryLater(5.0, "away")),
        ([a_page(10_000, GREEN)], None),
    ],
    ids=["green", "red", "runs", "one is missing", "red and one missing", "unreadable", "away", "too many"],
)
async def test_the_jobs_of_all_pages_count(pages: list[HttpReply | TryLater], green: bool | TryLater | None) -> None:
    assert await others_green(*pages) == green


async def test_each_page_of_jobs_is_asked_for_once() -> None:
    script = Script().says(f"GET {RUN}/jobs", a_page(3, GREEN, GREEN), a_page(3, WAITS))
    assert await GateReader(script, WEB).others_green("acme/payments", 9001) is True
    newest = (("filter", "latest"), ("per_page", "100"))
    assert [one.query for one in script.sent] == [(*newest, ("page", "1")), (*newest, ("page", "2"))]


@pytest.mark.parametrize(
    "reply", [a_reply({}, 500), a_reply({"total_count": 1, "jobs": 7}), a_reply({"jobs": []}), HttpReply(200, {}, b"{")]
)
async def test_jobs_that_cannot_be_read_are_not_green(reply: HttpReply) -> None:
    assert await others_green(reply) is None


def test_the_attempts_of_a_build_are_those_of_its_checks() -> None:
    assert gate.attempts_of(a_gated_release().build.checks) == (Attempt(9001, 1),)
    assert Attempt(9001, 1).ref == "9001/1"

"""The API's routes about gates: what waits, reviews by people, answers of the Apps that are rules."""

from typing import TYPE_CHECKING

from sandbox.exchange import Reply
from sandbox.github import payloads, payloads_gates
from sandbox.github.access import Grant, Kind
from sandbox.github.answers import answer, json_in, number_in, optional, refuse, required
from sandbox.github.calls import Call, Route
from sandbox.github.gates import waiting_gates
from sandbox.github.records import Repository, Run
from sandbox.github.records_gates import APPROVED, REJECTED, WAITING, Environment, Gate, Review

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

ANSWERS = (APPROVED, REJECTED)
MOST_REPORTS = 10
LONGEST_REPORT = 1024
NOTHING_WAITS = "There are no pending deployment requests to approve or reject"


class GateRoutes:
    """Reads gates and takes answers."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        run = "/actions/runs/{run}"
        return [
            Route("GET", f"{run}/pending_deployments", self._pending, "actions"),
            Route("POST", f"{run}/pending_deployments", self._review, "deployments"),
            Route("GET", f"{run}/approvals", self._approvals, "actions"),
            Route("POST", f"{run}/deployment_protection_rule", self._rule, "deployments"),
        ]

    def _pending(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        told = [
            payloads_gates.pending(
                repo, gate, self._forge.site, may=_may(request.caller, repo.environments[gate.environment], run)
            )
            for gate in waiting_gates(repo, run)
        ]
        return answer(told)

    def _review(self, request: Call, repo: Repository) -> Reply:
        """Approve or reject: once, by somebody who is asked, everything that is named or nothing."""
        run, body = repo.run(number_in(request, "run")), json_in(request)
        numbers: list[object] = required(body, "environment_ids", list)
        state, comment = required(body, "state", str), required(body, "comment", str)
        if run is None:
            return refuse(404, "Not Found")
        if state not in ANSWERS:
            return refuse(422, f"Invalid request.\n\n{state} is not a member of {list(ANSWERS)}.")
        gates = [
            one
            for one in waiting_gates(repo, run)
            if one.review == WAITING and repo.environments[one.environment].id in numbers
        ]
        if not gates or len(gates) != len(set(map(str, numbers))):
            return refuse(422, NOTHING_WAITS)
        if request.caller.kind is Kind.INSTALLATION:
            return refuse(403, "Resource not accessible by integration")
        if not all(_may(request.caller, repo.environments[one.environment], run) for one in gates):
            return refuse(403, "You are not a required reviewer of every environment that is named")
        names, now = [one.environment for one in gates], self._forge.clock()
        self._forge.gates.answer(repo.full_name, gates, Review(run.id, names, state, comment, *request.caller.who, now))
        made = [found for one in gates if (found := repo.deployment(one.deployment)) is not None]
        return answer([payloads.deployment(repo, one) for one in made])

    def _approvals(self, request: Call, repo: Repository) -> Reply:
        run = repo.run(number_in(request, "run"))
        if run is None:
            return refuse(404, "Not Found")
        return answer([payloads_gates.review(repo, one, self._forge.site) for one in repo.reviews if one.run == run.id])

    def _rule(self, request: Call, repo: Repository) -> Reply:
        """Take the answer of an App that is a rule there, once, or a report without an answer."""
        run, body, caller = repo.run(number_in(request, "run")), json_in(request), request.caller
        name = required(body, "environment_name", str)
        state, comment = optional(body, "state", str), optional(body, "comment", str)
        if run is None:
            return refuse(404, "Not Found")
        if state is None and comment is None:
            return refuse(422, 'Invalid request.\n\n"state" wasn\'t supplied.')
        if (state is not None and state not in ANSWERS) or len(comment or "") > LONGEST_REPORT:
            return refuse(422, "Validation Failed")
        if caller.app is None:
            return refuse(403, f"Resource not accessible by {caller.kind.value}")
        gate = next((one for one in waiting_gates(repo, run) if one.environment == name), None)
        if gate is not None and caller.app not in gate.rules:
            return refuse(403, "Resource not accessible by integration")
        if gate is None or gate.rules[caller.app] != WAITING:
            return refuse(422, NOTHING_WAITS)
        return self._answered(repo, gate, caller.app, state, comment)

    def _answered(self, repo: Repository, gate: Gate, app: str, state: str | None, comment: str | None) -> Reply:
        reports = gate.reports.setdefault(app, [])
        if state is None and len(reports) >= MOST_REPORTS:
            return refuse(422, f"A rule may report {MOST_REPORTS} times at most")
        if comment:
            reports.append(comment)
        if state is not None:
            self._forge.gates.answer_rule(repo.full_name, gate, app, state)
        return Reply(204)


def _may(caller: Grant, environment: Environment, run: Run) -> bool:
    """Whether a caller is somebody whose review is asked for; an App never is."""
    started_by = run.triggering_actor or run.actor or (run.commit.login, run.commit.login_id)
    own = environment.no_self_review and started_by[1] == caller.id
    asked = any(one.includes(caller.id) for one in environment.reviewers)
    return caller.kind is not Kind.INSTALLATION and asked and not own

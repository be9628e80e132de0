"""The attacker of a story: what is forged, replayed and reordered arrives among what people really do."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.ports.ci import Verdict
from handlers.ci import github_webhook, standard_webhook
from handlers.ci.dialect import Known
from handlers.ci.standard_signature import sealed
from sandbox.slack.messages import Message
from simulation.deployer import SECRET, Report
from simulation.hostile import (
    Button,
    buttons,
    foreign_hook,
    forged_click,
    forged_form,
    forged_hook,
    lying_hook,
)
from simulation.life import Earth


@dataclass(slots=True)
class Attacker:
    """Does one thing at a time that the bot must not fall for; what it fell for is in `earth.believed`.

    Args:
        earth: the world.
        rng: decides what is left to chance.
        note: writes a line of the trace.
    """

    earth: Earth
    rng: random.Random
    note: Callable[[str], None]

    async def strike(self) -> None:
        """Forge or replay something."""
        kind = self.rng.random()
        if kind < 0.45:
            await self._click()
        elif kind < 0.55:
            await self._form()
        elif kind < 0.70:
            await self._again()
        elif kind < 0.90:
            self._hook()
        else:
            self._report()

    async def _click(self) -> None:
        made = forged_click(self.earth.workspace, self._buttons(), self.rng)
        if made is not None:
            what, payload = made
            self._tries(f"click: {what}")
            await self.earth.courier.forge("interactive", payload, what)

    async def _form(self) -> None:
        payload = forged_form(self.earth.workspace, self._buttons(), self.rng)
        if payload is not None:
            self._tries("form: forged")
            await self.earth.courier.forge("interactive", payload, "a form")

    async def _again(self) -> None:
        if self.earth.courier.carried:
            kind, payload = self.rng.choice(self.earth.courier.carried)
            self._tries(f"replay: {payload.get('type', kind)}")
            await self.earth.courier.replay(kind, payload)

    def _hook(self) -> None:
        webhooks = self.earth.webhooks
        if not webhooks.sent:
            return
        hook = self.rng.choice(webhooks.sent)
        what = self.rng.choice(("forged", "forged", "again", "renamed", "foreign", "lying"))
        self._tries(f"webhook: {what}")
        if what == "forged":
            headers, body = forged_hook(hook, self.earth.forge.webhook_secret, self.rng)
            known = Known(self.earth.policy, lambda _name: self.earth.forge.webhook_secret, self.earth.wall())
            if github_webhook.admit(headers, body, known) is not Verdict.NOT_AUTHENTIC:
                self.earth.believed.append(f"a webhook that nobody signed: {headers}")
            return
        guid = hook.guid if what == "again" else f"{self.rng.randrange(2**128):032x}"
        sent = {"foreign": foreign_hook, "lying": lying_hook}.get(what, lambda one: one)(hook)
        webhooks.deliver(replace(sent, guid=guid), self.rng.uniform(0.0, 5.0))

    def _report(self) -> None:
        deployer = self.earth.deployer
        if not deployer.reports:
            return
        report = self.rng.choice(deployer.reports)
        if self.rng.random() < 1 / 2 and deployer.door is not None and report.heard:
            self._tries("replay: report")
            deployer.door(sealed(SECRET, report.id, self.earth.clock(), report.body), report.body, lambda: None)
            return
        self._tries("report: forged")
        body, headers = self._forged(report)
        known = Known(self.earth.policy, lambda _name: SECRET, self.earth.clock())
        if standard_webhook.admit(headers, body, known) is not Verdict.NOT_AUTHENTIC:
            self.earth.believed.append(f"a report that nobody signed: {headers}")

    def _forged(self, report: Report) -> tuple[bytes, dict[str, str]]:
        now = self.earth.clock()
        genuine = dict(sealed(SECRET, report.id, now, report.body))
        turned = report.body.replace(b"deploy.failed", b"deploy.succeeded") + b" "
        return self.rng.choice(
            (
                (report.body, dict(sealed("another secret", report.id, now, report.body))),
                (turned, genuine),
                (report.body, {**genuine, "webhook-id": "report-0"}),
                (report.body, {**genuine, "webhook-timestamp": str(int(now.timestamp()) + 1)}),
            )
        )

    def _tries(self, what: str) -> None:
        self.earth.tried.add(what)
        self.note(f"somebody tries {what}")

    def _buttons(self) -> list[Button]:
        """Return what stands on cards of which the bot knows where they are: no copy that a lost answer left behind."""
        query = (
            "SELECT h.id FROM handles AS h JOIN cards AS c ON c.id = h.card WHERE c.ts IS NOT NULL AND c.lost_posts = 0"
        )
        known = {handle for (handle,) in self.earth.disk.connection.execute(query)}
        return [one for one in buttons(self._messages()) if one.element["value"] in known]

    def _messages(self) -> list[Message]:
        return [m for c in ("C0PAYMENTS", "C0DOCS", "C0OPS") for m in self.earth.workspace.channel(c).messages]

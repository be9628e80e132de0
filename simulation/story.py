"""What happens in one schedule: pushes, people, mishaps and crashes by seed; then calm, and all comes to rest."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from sandbox.slack.filled import Value
from sandbox.slack.messages import Message
from simulation.attacker import Attacker
from simulation.disk import Disk
from simulation.hostile import REASONS, TAGS, TEXTS
from simulation.life import Earth, Life
from simulation.network import Mishap
from simulation.policies import CHANGES, policy

REPOSITORIES = ("acme/payments", "acme/docs", "acme/wiki")
CHANNELS = {"C0PAYMENTS": "payments", "C0DOCS": "docs", "C0RELEASES": "releases", "C0OPS": "ops"}
AUTHORS = (
    ("robin", 1009, None),
    ("priya", 1001, None),
    ("sam", 1002, None),
    ("sam-at-home", 7002, "sam@acme.example"),
    ("stranger", 9999, None),
)
"""Who pushes, by which account. Sam has a second one, which the policy knows by its e-mail address alone."""
BODIES = ("", "", "Co-authored-by: Sam <sam@acme.example>", f"Co-authored-by: {TEXTS[1]} <priya@acme.example>")
PEOPLE = {"U0PRIYA": "priya", "U0SAM": "sam", "U0ALEX": "alex", "U0ROBIN": "robin"}
WORDS = ("approve R-{}", "withdraw R-{}", "cancel R-{}", "status", "payments to production", "docs")
TROUBLED = 190.0
"""Seconds in which things go wrong."""
REST_WITHIN = 1800.0
"""Seconds of calm after which everything must be at rest: the longest pause between two tries is five minutes, a lost
request is looked up for two and then asked of a person, a deploy takes seconds, and a clock that is set right at last
was at most a quarter of an hour ahead."""
CLOCKS = (600.0, 900.0, 90.0, -90.0, -600.0, -3600.0)
"""By how many seconds the clock of the bot's host is wrong, when it is."""
SEEN_BY = 35.0
"""Within how many seconds everybody has looked at the clock again: the bot rests for half a minute at most."""
HOSTS = ("Slack", "GitHub", "The deployer")
DISPATCHED = {"environment": False, "sha": True, "signoff_key": True}
LATEST = 40.0
LAG = 30.0
"""With the ten seconds of a call these stay below the `lookup_window` of 120 s: the assumption that is made."""


@dataclass(slots=True)
class Story:
    """One schedule."""

    earth: Earth
    rng: random.Random
    trace: deque[str] = field(default_factory=lambda: deque(maxlen=400))
    crashes: int = 0
    pushed: list[str] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Write a line of the trace."""
        self.trace.append(f"{self.earth.loop.now:9.3f} {self.earth.loop.steps:6d} {what}")

    # -- the course of it --------------------------------------------------------------------------------------------

    async def tell(self) -> None:
        """Run the whole schedule; returns at rest, raises AssertionError if that never comes."""
        self.furnish()
        self._trouble()
        self._begin_life()
        works = (self._developers, self._people, self._attacker, self._outages, self._killer, self._answerer)
        for work in (*works, self._policies, self._clocks):
            self._tasks.append(asyncio.ensure_future(self._chapter(work)))
        await asyncio.sleep(TROUBLED)
        self.note("calm")
        for network in self.earth.networks:
            network.calm()
        self.earth.forge.index_lag, self.earth.stalls = 0.0, 0.0
        self.earth.courier.lost = self.earth.courier.twice = self.earth.courier.unheard = 0.0
        self.earth.webhooks.lost = self.earth.deployer.lost = 0.0
        if self.earth.skew:
            self.earth.set_clock(0.0)
            await asyncio.sleep(SEEN_BY)
        await self._rest()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _chapter(self, work: Callable[[], Awaitable[None]]) -> None:
        await work()

    def furnish(self) -> None:
        """Let people, channels and repositories be there."""
        earth = self.earth
        for known, name in PEOPLE.items():
            earth.workspace.add_person(known, name)
        earth.workspace.add_person("U0GUEST", "guest", is_restricted=True)
        earth.workspace.add_usergroup("S0SRE", "sre", ["U0ALEX"])
        for known, name in CHANNELS.items():
            earth.workspace.add_channel(known, name)
        for repository in REPOSITORIES:
            earth.forge.create(repository)
        earth.forge.declare("acme/payments", "deploy.yml", DISPATCHED, "Deploy ${{ inputs.signoff_key }}")
        earth.forge.deliver_to("https://signoff.example/webhooks/github")

    def _trouble(self) -> None:
        """Decide how bad it is this time."""
        rng, earth = self.rng, self.earth
        for network in earth.networks:
            network.latest = LATEST
            if rng.random() < 0.8:
                few = network is earth.deployer.network  # one request or two in a story: more of them go wrong
                worst = rng.choice((0.05, 0.1) if few else (0.01, 0.03, 0.08))
                known = [m for m in Mishap if m is not Mishap.FORBIDDEN or network is earth.github.network]
                if few:
                    known.remove(Mishap.HTML)  # whoever answers there with 200 has the request: that is its contract
                network.odds.update({mishap: worst * rng.random() for mishap in known})
        earth.forge.index_lag = rng.choice((0.0, 2.0, LAG))
        earth.stalls = rng.choice((0.0, 0.3))
        earth.courier.lost, earth.courier.twice, earth.courier.unheard = 0.05, 0.2, 0.05
        earth.courier.latest = rng.choice((0.5, 0.5, 4.0))
        earth.deployer.lost = rng.choice((0.0, 0.3, 0.6))
        earth.webhooks.lost, earth.webhooks.twice, earth.webhooks.latest = (
            rng.choice((0.0, 0.3, 1.0)),
            0.2,
            rng.choice((8.0, 60.0)),
        )

    def _begin_life(self) -> None:
        life = self.earth.live()
        self.note(f"life {life.process.number} begins")
        self._tasks.append(asyncio.ensure_future(self._undertaker(life)))

    async def _undertaker(self, life: Life) -> None:
        """Wait for a death; begin the next life some seconds later."""
        await life.process.died.wait()
        life.gone()
        self.crashes += 1
        self.note(f"life {life.process.number} ended")
        await asyncio.sleep(self.rng.choice((0.1, 1.0, 5.0, 30.0, 70.0)))
        self._begin_life()

    # -- what people do ----------------------------------------------------------------------------------------------

    async def _developers(self) -> None:
        for number in range(self.rng.randint(1, 6)):
            await asyncio.sleep(self.rng.expovariate(1 / 20))
            repository = self.rng.choice(REPOSITORIES)
            sha = await self._push(repository, number)
            if self.rng.random() < 0.15:
                await asyncio.sleep(self.rng.uniform(3.0, 60.0))
                runs = [r for r in self.earth.forge.repositories[repository].runs if r.commit.sha == sha]
                if runs[0].conclusion is not None and runs[0].path.endswith("build.yml"):
                    self.earth.forge.rerun(repository, runs[0])
                    self.note(f"built {sha[:7]} again")

    async def _push(self, repository: str, number: int) -> str:
        """Push a commit of somebody's; now and then its texts are hostile, or it takes the place of others."""
        rng, forge = self.rng, self.earth.forge
        there = [one for one in forge.repositories[repository].commits if not one.branch]
        title = f"{rng.choice(TEXTS)} {number}" if rng.random() < 0.4 else f"Change {number}"
        onto = rng.choice(there).sha if there and rng.random() < 0.1 else None
        login, account, email = rng.choice(AUTHORS)
        name = rng.choice(TEXTS) if rng.random() < 0.1 else login.title()
        body = rng.choice(BODIES)
        sha = await forge.push(
            repository, title, body=body, name=name, email=email, login=login, login_id=account, onto=onto
        )
        self.note(f"{login} pushed {sha[:7]} to {repository}{' by force' if onto else ''}")
        if repository == "acme/wiki" and rng.random() < 0.7:
            forge.tag(repository, rng.choice(TAGS), sha)  # it may have been another commit's
        return sha

    async def _people(self) -> None:
        while self.earth.loop.now < TROUBLED:
            await asyncio.sleep(self.rng.expovariate(1 / 9))
            self._tasks.append(asyncio.ensure_future(self._one_act()))

    async def _one_act(self) -> None:
        rng, people = self.rng, self.earth.people
        who = rng.choice([*PEOPLE, "U0GUEST"])
        notices = [m for c in ("C0PAYMENTS", "C0DOCS") for m in self._with_buttons(c, "Approve")]
        dice = rng.random()
        if dice < 0.75 and notices:
            message = rng.choice(notices)
            self.note(f"{who} approves {message.text[:30]!r}")
            done = await people.press(who, message, "Approve")
            if rng.random() < 0.15:
                await asyncio.sleep(rng.uniform(0, 20))
                await people.again(done)
        elif dice < 0.80 and notices:
            message = rng.choice(notices)
            self.note(f"{who} rejects {message.text[:30]!r}")
            await people.reject(who, message, rng.choice(("not today", *REASONS)))
        elif dice < 0.84:
            await self._other_button(who)
        elif dice < 0.88:
            await self._stale_click(who)
        else:
            words = rng.choice(WORDS)
            line = f"/deploy {words.format(rng.randint(1, 6))}"
            self.note(f"{who} types {line}")
            await people.type(who, "payments", line)

    async def _other_button(self, who: str) -> None:
        """Press any other button of a card or of a failure, and fill in the form where it opens one."""
        rng, people = self.rng, self.earth.people
        forms: dict[str, dict[str, Value]] = {
            "Schedule": {"at": self.earth.clock() + timedelta(seconds=60)},
            "Hold": {"reason": rng.choice(("the sale", *REASONS)), "length": "30m"},
            "Roll back": {"reason": "errors"},
            "Mark as done": {"reason": "it runs"},
        }
        there = [
            (message, button)
            for button in (*forms, "Resume", "As soon as possible", "Retry")
            for channel in ("C0PAYMENTS", "C0DOCS")
            for message in self._with_buttons(channel, button)
        ]
        if not there:
            return
        message, button = rng.choice(there)
        self.note(f"{who} presses {button} of {message.text[:30]!r}")
        if button in forms:
            await people.fill(who, message, button, forms[button])
        else:
            await people.press(who, message, button)

    async def _attacker(self) -> None:
        attacker = Attacker(self.earth, random.Random(self.rng.random()), self.note)
        while self.earth.loop.now < TROUBLED:
            await asyncio.sleep(self.rng.expovariate(1 / 18))
            self._tasks.append(asyncio.ensure_future(attacker.strike()))

    async def _policies(self) -> None:
        """Write another policy now and then, a stricter or a looser one."""
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            await asyncio.sleep(self.rng.uniform(5.0, TROUBLED / 2))
            name = self.rng.choice(tuple(CHANGES))
            self.note(f"the policy is now: {name}")
            self.earth.tried.add(f"policy: {name}")
            self.earth.write_policy(policy(name))

    async def _clocks(self) -> None:
        """Set the clock of the bot's host, forward and back."""
        for _ in range(self.rng.choice((0, 0, 1, 2, 3))):
            await asyncio.sleep(self.rng.uniform(5.0, TROUBLED / 2))
            if self.earth.loop.now < TROUBLED:
                skew = self.rng.choice((0.0, *CLOCKS))
                self.note(f"the clock is set {skew:+.0f} s")
                self.earth.set_clock(skew)

    async def _stale_click(self, who: str) -> None:
        """Click what an earlier version of a message showed."""
        found = [
            (message, version)
            for channel in ("C0PAYMENTS", "C0DOCS", "C0OPS")
            for message in self.earth.workspace.channel(channel).messages
            for version in range(len(message.versions))
            if shows(message, "Approve", version)
        ]
        if found:
            message, version = self.rng.choice(found)
            self.note(f"{who} clicks a former version of {message.text[:30]!r}")
            await self.earth.people.press(who, message, "Approve", version=version)

    async def _answerer(self) -> None:
        """Answer questions about lost requests truthfully, once nothing can be under way any more."""
        while True:
            await asyncio.sleep(30.0)
            for message in self._with_buttons("C0OPS", "It did run"):
                if self.earth.github.network.under_way or self.earth.deployer.network.under_way:
                    continue
                ran = any(one.key in str(message.blocks) for one in self.earth.landed())
                self.note(f"U0SAM answers that {'it did run' if ran else 'it did not run'}")
                await self.earth.people.press("U0SAM", message, "It did run" if ran else "It did not run")

    def _with_buttons(self, channel: str, button: str) -> list[Message]:
        return [m for m in self.earth.workspace.channel(channel).messages if shows(m, button, -1)]

    # -- what goes wrong ---------------------------------------------------------------------------------------------

    async def _outages(self) -> None:
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            await asyncio.sleep(self.rng.uniform(0, TROUBLED / 3))
            network, name = self.rng.choice(tuple(zip(self.earth.networks, HOSTS, strict=True)))
            seconds = self.rng.choice((5.0, 40.0, 90.0))
            self.note(f"{name} is down for {seconds} s")
            network.fall(seconds)

    async def _killer(self) -> None:
        for _ in range(self.rng.randint(0, 4)):
            await asyncio.sleep(self.rng.uniform(0, TROUBLED / 4))
            life = self.earth.lives[-1]
            if not life.process.alive:
                continue
            if self.rng.random() < 0.5:
                disk: Disk = self.earth.disk
                disk.kill_at = (disk.commits + self.rng.randint(1, 8), self.rng.random() < 0.5)
            else:
                self.earth.loop.dying = (life.process, self.earth.loop.steps + self.rng.randint(1, 1300))

    # -- the end -----------------------------------------------------------------------------------------------------

    async def _rest(self) -> None:
        by = self.earth.loop.now + REST_WITHIN
        while (unrest := self.unrest()) is not None:
            if self.earth.loop.now > by:
                raise AssertionError(f"no rest within {REST_WITHIN} s of calm: {unrest}")
            await asyncio.sleep(5.0)
        self.note("at rest")

    def unrest(self) -> str | None:
        """Say what is still to be done, if anything."""
        earth = self.earth
        if not earth.lives[-1].process.alive or earth.lives[-1].crew is None:
            return "nobody is alive"
        if earth.deployer.busy or any(network.under_way for network in earth.networks):
            return "something is under way"
        for what, statement in UNREST.items():
            found = earth.disk.connection.execute(statement).fetchone()
            if found is not None:
                return f"{what}: {found}"
        running = [one for one in earth.forge.landed() if one.state not in {"success", "failure", "error", "inactive"}]
        return f"a deploy runs: {running[0]}" if running else None


UNREST = {
    "inbox": "SELECT * FROM inbox WHERE state = 'waiting'",
    "effects": "SELECT key, state, note FROM effects WHERE state IN ('ready', 'attempting', 'verify', 'unknown')",
    "cards": "SELECT * FROM cards WHERE want > have AND want > gave_up",
    "releases": "SELECT number, state, deploy_status FROM releases WHERE state = 'deploying'",
}


def shows(message: Message, button: str, version: int) -> bool:
    """Return whether a version of a message has a button of these words; -1 is the newest."""
    return any(
        element.get("text", {}).get("text") == button
        for block in message.versions[version].blocks
        if block["type"] == "actions"
        for element in block["elements"]
    )

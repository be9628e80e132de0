"""The bugs, each as edits of the code and the tier that has to find it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """A text in a file that is replaced; it must be there exactly so often."""

    file: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug, and the tests that must fail with it; None: the simulation within a thousand schedules."""

    name: str
    edits: tuple[Edit, ...]
    tests: str | None = None


UNIQUE, PLAIN = "CREATE UNIQUE INDEX one_", "CREATE INDEX one_"

BUGS = (
    Bug(
        "acknowledged before the commit",
        (
            Edit(
                "handlers/reception.py",
                "        return await self.desk.change(lambda tx, _: tx.inbox.put(received))",
                "        import asyncio\n"
                "        asyncio.ensure_future(self.desk.change(lambda tx, _: tx.inbox.put(received)))\n"
                "        return 0",
            ),
        ),
    ),
    Bug(
        "no lock of the lane",
        (
            Edit("storage/schema.py", UNIQUE, PLAIN, 2),
            Edit("storage/schema_letters.py", UNIQUE + "in_flight", PLAIN + "in_flight"),
            Edit("storage/schema_rules.py", UNIQUE, PLAIN, 2),
            Edit("storage/effects.py", "e.state <> 'ready' OR NOT EXISTS (", "e.state <> 'ready' OR 1 OR NOT EXISTS ("),
            Edit(
                "bot/core/blockers.py", "busy is None or busy.number == release.number", "busy is None or busy.number"
            ),
        ),
    ),
    Bug(
        "no fence",
        (Edit("storage/effects.py", "AND fence = :fence AND lease_until IS NOT NULL", "AND :fence = :fence"),),
    ),
    Bug(
        "a lost request is sent again at once",
        (
            Edit(
                "handlers/deployer.py",
                "return now if lost_at is None else lost_at + looked_for(task.release)",
                "return now",
            ),
            Edit("handlers/deployer.py", "return max(ends, now + left)", "return ends"),
        ),
    ),
    Bug(
        "a webhook is sent again under another id",
        (
            Edit(
                "handlers/ci/deploy_request.py",
                "sealed(secret, release.key, now, content)",
                'sealed(secret, f"{release.key}:{int(now.timestamp())}", now, content)',
            ),
        ),
    ),
    Bug(
        "a post is repeated when its answer is lost",
        (
            Edit(
                "handlers/messenger.py",
                "        posted = await self.chat.post(post.channel, post.message, thread=post.thread, place=place)\n",
                "        posted = await self.chat.post(post.channel, post.message, thread=post.thread, place=place)\n"
                "        if isinstance(posted, Unsure):\n"
                "            posted = await self.chat.post(post.channel, post.message, thread=post.thread, place=place)\n",
            ),
        ),
    ),
    Bug(
        "plain BEGIN",
        (Edit("storage/transactions.py", 'connection.execute("BEGIN IMMEDIATE")', 'connection.execute("BEGIN")'),),
        "tests/unit/storage/test_transactions.py",
    ),
    Bug(
        "weaker sync",
        (
            Edit("storage/durability.py", 'Durability("wal", 2) if', 'Durability("wal", 1) if'),
            Edit("storage/durability.py", 'else Durability("delete", 3)', 'else Durability("delete", 0)'),
        ),
        "tests/power",
    ),
    Bug(
        "the dedupe key is too narrow",
        (
            Edit(
                "handlers/slack/payloads.py",
                ", button.action_id, button.block_id, button.action_ts]",
                ", button.action_id]",
            ),
        ),
    ),
    Bug(
        "no digest check",
        (
            Edit("bot/core/deploying.py", "if today.build.artifact != release.artifact or any(", "if any("),
            Edit(
                "bot/core/opening.py",
                "if build.artifact == release.artifact or build.state is not BuildState.DEPLOYABLE:",
                "if build.artifact or build.state is not BuildState.DEPLOYABLE:",
            ),
        ),
    ),
    Bug(
        "escape removed",
        (Edit("bot/views/escape.py", '{"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "\'"}', "{}"),),
    ),
    Bug(
        "the card's ts unchecked",
        (
            Edit(
                "handlers/act_clerk.py",
                "(card.ts == click.ts or card.lost_posts > 0 or card.ts is None)",
                "(card.ts != click.channel)",
            ),
        ),
    ),
    Bug(
        "self-approval by a second account",
        (
            Edit(
                "bot/core/approvals.py",
                "    found += [policy.person_of(email=email) for _, email in accounts]\n",
                "",
            ),
        ),
    ),
)

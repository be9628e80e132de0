"""The command: read, ask, approve, withdraw, reject, cancel; in Slack and on the host."""

from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, desk


async def test_a_release_is_asked_for_and_approved_by_command(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        first = await here.card("payments", "Waiting for approval")
        await here.types("priya", "/deploy cancel R-1")
        await here.says(first, "Cancelled")
        await here.types("alex", "/deploy payments 1 to production")
        assert await here.hears("alex", "Opened") == snapshot(
            "Opened R-2, payments 1 ([First]) to production: its card asks the approvers. What it waits for: /deploy why payments production."
        )
        await here.types("alex", "/deploy payments 1 to production")
        assert await here.hears("alex", "Nothing was changed") == snapshot("""\
Nothing was changed (payments in production).
This build has an open release there already: R-2.\
""")
        await here.types("priya", "/deploy approve R-2")
        assert await here.hears("priya", "approved") == snapshot(
            "You approved R-2, payments 1 ([First]) to production. Its card shows what is still missing. Until the deploy starts, /deploy withdraw R-2 takes your approval back."
        )
        await here.card("releases", "payments")
        assert here.deploys() == {"First": 1}


async def test_an_approval_can_be_withdrawn_until_the_deploy_starts(tmp_path: Path) -> None:
    async with desk(tmp_path, POLICY.replace("count: 1", "count: 2")) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.types("priya", "/deploy approve R-1")
        await here.says(card, "1 of 2")
        await here.types("priya", "/deploy withdraw R-1")
        await here.says(card, "0 of 2")
        await here.types("sam", "/deploy approve R-1")
        await here.says(card, "1 of 2")
        assert await here.thread(card, "Approved by @sam") == snapshot(
            [
                "Approved by @priya (1 of 2 of qa or sre).",
                "@priya withdrew their approval (0 of 2 of qa or sre).",
                "Approved by @sam (1 of 2 of qa or sre).",
            ]
        )
        assert here.deploys() == {}


async def test_reading_commands_answer_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        await here.card("payments", "Waiting for approval")
        await here.types("alex", "/deploy status")
        assert await here.hears("alex", "payments in production") == snapshot("""\
payments in production (delivery): nobody has told yet what is live
R-1, payments 1 ([First]) to production, waits for approval; opened Nov 21, 2026 10:00
docs in production (deployment): nobody has told yet what is live\
""")
        await here.types("alex", "/deploy why payments")
        assert await here.hears("alex", "may approve") == snapshot("""\
payments in production (delivery): nobody has told yet what is live
R-1, payments 1 ([First]) to production, waits for approval; opened Nov 21, 2026 10:00
• Waits for 1 of qa or sre: 0 of 1 given; may approve: @priya, @sam, @sre.
• Expires Nov 22, 2026 10:00 if approvals are still missing.\
""")
        await here.types("alex", "/deploy list")
        assert await here.hears("alex", "R-1") == snapshot(
            "R-1, payments 1 ([First]) to production, is open since Nov 21, 2026 10:00"
        )
        await here.types("alex", "/deploy help")
        assert await here.hears("alex", "/deploy approve RELEASE") == snapshot("""\
Ask: for a release.
/deploy SERVICE [VERSION] [to ENV] [at TIME]: ask for a release
Read: what is so, and why. Mention Signoff with one of these words, and everybody reads the answer.
/deploy status [SERVICE] [ENV]: what is live, what waits, why
/deploy why SERVICE [ENV]: everything in the way, and who can lift it
/deploy list: open releases, oldest first
/deploy history SERVICE [ENV] [COUNT]: what became of the last releases, newest first
/deploy diff SERVICE [ENV]: what would ship: commits, pull requests, migrations
/deploy freeze: the freezes: now and next
/deploy help [WORD]: these lines, or all about one word
Decide: about one release, by its name.
/deploy approve RELEASE: approve a release, as its button does
/deploy reject RELEASE REASON: reject a release
/deploy withdraw RELEASE: take back your approval
/deploy cancel RELEASE: drop a release, or have its deploy cancelled
/deploy retry RELEASE: try a failed release again
/deploy schedule RELEASE at TIME: let a release ship at a time, not before
Lanes and builds: decide about all that goes to an environment of a service, or about a build.
/deploy hold SERVICE ENV [for DURATION] REASON: let nothing start there until it is resumed
/deploy resume SERVICE ENV: end a hold
/deploy lock SERVICE ENV [for DURATION] REASON: take an environment for yourself
/deploy unlock SERVICE ENV: end a lock
/deploy mode SERVICE ENV delivery|deployment|observe REASON: switch who decides what ships
/deploy live SERVICE ENV VERSION REASON: tell Signoff what is live
/deploy quarantine SERVICE VERSION REASON: keep a build from shipping, and all that contain it
/deploy release-quarantine SERVICE VERSION REASON: confirm a build, and all that contain it
Emergency: when something is wrong.
/deploy rollback SERVICE [to VERSION] in ENV REASON: go back to a build that was live there before
/deploy hotfix SERVICE VERSION to ENV REASON: ask for a release on the fast path
/deploy override RELEASE REASON: break-glass: ship without missing approvals, or in a freeze
/deploy stop-all REASON: let nothing start anywhere
/deploy go-all: let everything go on after that
More about one of them, with an example: /deploy help WORD, with request, status, why, list, history, diff, approve, reject, withdraw, cancel, retry, schedule, rollback, hotfix, override, hold, resume, lock, unlock, stop-all, go-all, freeze, mode, live, quarantine, release-quarantine, help.\
""")


async def test_the_same_words_act_on_the_host(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        assert await here.on_the_host("list") == snapshot(
            "R-1 (http://sandbox/archives/C0PAYMENTS/pTS), payments 1 ([First]) to production, is open since 2026-11-21 10:00 UTC"
        )
        assert await here.on_the_host("history payments 1") == snapshot("""\
payments in production (delivery): nobody has told yet what is live
R-1 (http://sandbox/archives/C0PAYMENTS/pTS), payments 1 ([First]) to production: waits for approval; opened 2026-11-21 10:00 UTC; opened by itself when its build passed\
""")
        assert await here.on_the_host("approve R-1") == snapshot(
            "Say on whose behalf: add --as PERSON, a name from `people` in the policy."
        )
        assert await here.on_the_host("approve R-1", "nobody") == snapshot(
            "The policy lists nobody called “nobody”, so nothing was changed."
        )
        assert await here.on_the_host("approve R-1", "priya") == snapshot(
            "You approved R-1 (http://sandbox/archives/C0PAYMENTS/pTS), payments 1 ([First]) to production. Its card shows what is still missing. Until the deploy starts, `signoff withdraw R-1` takes your approval back."
        )
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}

"""T20: whoever breaks the glass is heard by everybody, is counted, and gives a reason; it lifts what it says, once."""

from pathlib import Path

from aiohttp import ClientSession
from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, Desk, desk

ALLOWED = POLICY.replace("resolve: [sre]}", "resolve: [sre], override: [sre]}")


async def counted(here: Desk) -> dict[str, str]:
    """Return what the metrics say of overrides."""
    assert here.signoff is not None
    async with (
        ClientSession(f"http://127.0.0.1:{here.signoff.bound_metrics_port}") as http,
        http.get("/metrics") as told,
    ):
        lines = (await told.text()).splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if 'kind="override"' in line and not line.startswith("#"))


async def test_t20_an_override_needs_a_permission_and_a_reason_and_is_loud_counted_and_for_one_release(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, ALLOWED) as here:
        await here.push("acme/payments", "First", login="sam", login_id=1002)
        card = await here.card("payments", "First")
        await here.types("priya", "/deploy override R-1 It burns")
        assert await here.hears("priya", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([First]) to production).
You do not have the permission override. It is held by @sam, @sre.\
""")
        await here.types("sam", "/deploy override R-1")
        assert await here.hears("sam", "reason") == snapshot(
            "An override needs a reason: /deploy override RELEASE REASON."
        )
        assert here.deploys() == {}
        await here.types("sam", "/deploy override R-1 It burns")
        assert here.reads(await here.card("ops", "It burns")) == snapshot(
            "OVERRIDE (break-glass) of R-1, payments 1 ([First]) to production, by @sam, Nov 21, 2026 10:00: “It burns”. Skipped: 1 of qa or sre."
        )
        await here.card("releases", "payments 1")
        assert await here.thread(card, "Live") == snapshot(
            [
                "OVERRIDDEN (break-glass) by @sam, Nov 21, 2026 10:00: “It burns”. Skipped: 1 of qa or sre.",
                "Asking the CI system to deploy payments 1 ([First]) to production.",
                "The CI system accepted the deploy. Open the deploy job.",
                "Live: payments 1 ([First]) in production. Open the deploy job.",
            ]
        )
        await here.push("acme/payments", "Second")
        second = await here.card("payments", "Second")
        await here.says(second, "0 of 1")
        await here.everything_is_told()
        assert here.deploys() == {"First": 1}
        assert await counted(here) == snapshot(
            {
                'signoff_decisions_total{environment="production",kind="override",outcome="refused"}': "1.0",
                'signoff_decisions_total{environment="production",kind="override",outcome="accepted"}': "1.0",
            }
        )

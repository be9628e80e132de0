"""What the sandbox keeps: all of a workspace and its pipeline, in one file, or a sentence why not."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.company import company_in
from sandbox.github import in_process
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.github.hooks import build_webhook
from sandbox.keeping import FILE, Kept, KeptError
from sandbox.slack.faults import Fault as SlackFault
from sandbox.slack.weather import Weather
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
VIEW = {"type": "home", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "what waits"}}]}
MODAL = {**VIEW, "type": "modal", "title": {"type": "plain_text", "text": "Reject"}}


FAIR = {
    "break_next_deploy": False,
    "webhooks_on": True,
    "index_lag": 0.0,
    "run_details": True,
    "faults": [],
    "weather": [],
    "held": [],
    "last": [],
}


def empty() -> tuple[Workspace, Forge]:
    return Workspace(lambda: NOON), Forge(lambda: NOON)


def furnished() -> tuple[Workspace, Forge]:
    workspace, forge = empty()
    workspace.add_person("U0SAM", "sam", real_name="Sam", is_restricted=True)
    workspace.add_usergroup("S0SRE", "sre", ["U0SAM"])
    channel = workspace.add_channel("C0PAY", "payments", members={"U0SAM"})
    parent = workspace.post(channel, workspace.app.bot_user, "ship it?", VIEW["blocks"], metadata={"a": 1})  # type: ignore[arg-type]
    workspace.post(channel, "U0SAM", "yes", thread_ts=parent.ts)
    workspace.delete(workspace.post(channel, "U0SAM", "no"))
    workspace.post(channel, workspace.app.bot_user, "only you", visible_to="U0SAM")
    workspace.edit(parent, "shipped", [])
    workspace.post(workspace.direct_channel("sam"), workspace.app.bot_user, "live")
    workspace.publish("U0SAM", VIEW)
    workspace.show_modal("U0SAM", MODAL)
    workspace.one_shots.response("U0SAM", "C0PAY", parent.ts)
    forge.create("acme/payments")
    forge.commit("acme/payments", "Add refunds")
    return workspace, forge


def kept(folder: Path, workspace: Workspace, forge: Forge) -> None:
    keeping = Kept.open(folder)
    keeping.follow(workspace, forge)
    keeping.about["scenario"] = "everyday"
    keeping.save()
    keeping.close()


def loaded(folder: Path) -> tuple[Workspace, Forge, dict[str, object]]:
    again, keeping = empty(), Kept.open(folder)
    keeping.load(*again)
    keeping.close()
    return *again, keeping.about


def test_everything_comes_back(tmp_path: Path) -> None:
    workspace, forge = furnished()
    kept(tmp_path, workspace, forge)
    again, pipeline, about = loaded(tmp_path)
    assert again.transcript() == workspace.transcript()
    assert again.people == workspace.people
    assert again.usergroups == workspace.usergroups
    for channel in workspace.channels.values():
        found = again.channels[channel.id]
        assert (found.members, found.person, found.name) == (channel.members, channel.person, channel.name)
        before, after = ([(m.as_json("T"), m.versions, m.deleted) for m in c.posts] for c in (channel, found))
        assert after == before
    assert again.home("sam") is not None
    assert [one.as_json("T", "A", "B") for one in again.modals("sam")] == [
        one.as_json("T", "A", "B") for one in workspace.modals("sam")
    ]
    assert again.one_shots.respond(f"{1:024x}").channel == "C0PAY"
    assert again.next_ts() == workspace.next_ts()
    assert again.show_modal("U0SAM", MODAL).id == workspace.show_modal("U0SAM", MODAL).id
    assert pipeline.dump() == forge.dump()
    assert pipeline.dump()["troubles"] == forge.dump()["troubles"] == FAIR
    assert about == {"scenario": "everyday", "format": 1}


async def test_what_is_set_to_go_wrong_comes_back_and_so_does_the_last_webhook(tmp_path: Path) -> None:
    workspace, forge = furnished()
    hook = build_webhook("push", {"repository": {"full_name": "acme/payments", "id": 1}})
    forge.deliver_to("http://127.0.0.1:9/nobody-is-here")
    await forge.hooks.deliver(hook)
    for name in ("break_deploy", "webhooks", "lose_answer", "details"):
        await forge.act(name, {})
    await forge.act("fault", {"kind": "html", "method": "GET", "path": "*/runs", "count": 3})
    await forge.act("weather", {"kind": "twice", "event": "push"})
    await forge.act("lag", {"seconds": 5})
    forge.hooks.held.append((hook, forge.hooks.listeners()[0]))
    kept(tmp_path, workspace, forge)
    await forge.close()
    _, pipeline, _ = loaded(tmp_path)
    shown = pipeline.snapshot()
    assert (shown["break_next_deploy"], shown["webhooks_on"], shown["lose_next_answer"]) == (True, False, True)
    assert (pipeline.run_details, pipeline.index_lag) == (False, 5.0)
    assert pipeline.faults == forge.faults
    assert pipeline.hooks.weather == forge.hooks.weather
    assert pipeline.hooks.held == forge.hooks.held
    assert (shown["last_webhook"], pipeline.hooks.deliveries) == ("push", forge.hooks.deliveries)


async def test_a_fault_that_was_met_is_written_as_met(tmp_path: Path) -> None:
    workspace, forge = furnished()
    forge.faults.add(Fault.HTML)
    keeping = Kept.open(tmp_path)
    keeping.follow(workspace, forge)
    keeping.save()
    in_process.answer(forge, "GET", "/rate_limit")
    keeping.save()
    keeping.close()
    assert loaded(tmp_path)[1].faults.rules == []


async def test_what_is_wrong_with_slack_comes_back_with_the_company(tmp_path: Path) -> None:
    company = company_in(tmp_path, "first-day", keep=True)
    company.told = True
    company.faults.add("chat.*", "429", count=2, retry_after=7)
    company.faults.weather.change({"revoked": True, "late": 2})
    company.close()
    again = company_in(tmp_path, None, keep=True)
    assert (again.faults.rules, again.faults.weather) == ([], Weather()), "no bot could come up amid that"
    again.close()
    again = company_in(tmp_path, None, keep=True)
    again.go_wrong()
    assert again.faults.rules == [SlackFault("chat.*", "429", count=2, retry_after=7)]
    assert again.faults.weather == Weather(revoked=True, late=2.0)
    again.faults.weather.late = -1
    again.close()
    with pytest.raises(KeptError, match=r"(?s)cannot be gone on with: .*greater than or equal to 0"):
        company_in(tmp_path, None, keep=True)


def test_a_change_writes_no_more_than_what_it_changed(tmp_path: Path) -> None:
    workspace, forge = furnished()
    keeping = Kept.open(tmp_path)
    keeping.follow(workspace, forge)
    keeping.save()
    written: list[str] = []
    assert keeping._connection is not None
    keeping._connection.set_trace_callback(lambda said: written.append(said.split("(")[0]))
    keeping.save()
    assert written == []
    workspace.edit(workspace.channel("payments").posts[0], "again", [])
    keeping.save()
    keeping.close()
    assert len([one for one in written if one.startswith("REPLACE")]) == 1, "the message alone"


def test_a_kill_in_the_middle_leaves_what_was_there_before(tmp_path: Path) -> None:
    workspace, forge = furnished()
    keeping = Kept.open(tmp_path)
    keeping.follow(workspace, forge)
    keeping.save()
    before = workspace.transcript()
    workspace.post(workspace.channel("payments"), "U0SAM", "lost")
    assert keeping._connection is not None
    keeping._connection.execute("BEGIN IMMEDIATE")
    keeping._connection.execute("DELETE FROM kept WHERE kind = 'message'")
    keeping._connection.close()
    keeping._connection = None
    again, _, _ = loaded(tmp_path)
    assert again.transcript() == before


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    kept(tmp_path, *furnished())
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE kept SET state = ? WHERE kind = 'demo'", (b'{"format": 2, "scenario": "everyday"}',))
    connection.close()
    with pytest.raises(KeptError) as refused:
        Kept.open(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path} was written by another version of Signoff's demo (format 2, this one writes 1). Delete {tmp_path} "
        "to begin anew, or name another directory with --data."
    )


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("not a database, and long enough to be looked at as one " * 100)
    with pytest.raises(KeptError) as refused:
        Kept.open(tmp_path)
    assert str(refused.value) == (
        f"{tmp_path / FILE} cannot be read. Delete {tmp_path} to begin anew, or name another directory with --data."
    )


def test_a_damaged_message_is_told_and_nothing_is_guessed(tmp_path: Path) -> None:
    kept(tmp_path, *furnished())
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE kept SET state = ? WHERE kind = 'pipeline'", (b'{"format": 99}',))
    connection.close()
    keeping = Kept.open(tmp_path)
    with pytest.raises(KeptError) as refused:
        keeping.load(*empty())
    keeping.close()
    assert str(refused.value) == (
        f"{tmp_path / FILE} cannot be gone on with: the saved pipeline is not of this version. Delete {tmp_path} to begin "
        "anew, or name another directory with --data."
    )

"""What people read: mrkdwn without its markup, blocks in order."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.slack.mrkdwn import read
from sandbox.slack.reading import names_of
from sandbox.slack.workspace import Workspace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace(lambda: NOON)
    made.add_person("U0SAM", "sam")
    made.add_channel("C0OPEN", "releases")
    made.add_usergroup("S0SRE", "sre", ["U0SAM"])
    return made


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U0SAM> of <!subteam^S0SRE> in <#C0OPEN>", "@sam of @sre in #releases"),
        ("<@U0NOBODY> <!here>", "@U0NOBODY @here"),
        ("*bold* _italic_ ~gone~ `code`", "bold italic gone code"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("<https://x.example/a_b_c|a label>", "a label"),
        ("<https://x.example/a_b_c>", "https://x.example/a_b_c"),
        ("&lt;b&gt; &amp;lt;", "<b> &lt;"),
        ("> quoted\n&gt; too", "quoted\ntoo"),
        ("```fenced```", "fenced"),
        ("<!date^1772452800^{date_short_pretty} {time}|then>", "Mar 2, 2026 12:00"),
        ("<!date^soon^{time}|then>", "then"),
    ],
)
def test_mrkdwn_reads_without_markup(workspace: Workspace, text: str, shown: str) -> None:
    assert read(text, names_of(workspace)) == shown


def test_dates_are_read_in_the_readers_own_zone(workspace: Workspace) -> None:
    assert read("<!date^1772452800^{time}|x>", names_of(workspace), ZoneInfo("Europe/Berlin")) == "13:00"


def test_blocks_read_in_order(workspace: Workspace) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Approve"}, "value": "r-1", "style": "primary"}
    listed = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0SAM"}]}
    message = workspace.post(
        workspace.channel("releases"),
        workspace.app.bot_user,
        "not read where there are blocks",
        [
            {"type": "header", "text": {"type": "plain_text", "text": "Ship *it*?"}},
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "*one*"}, {"type": "mrkdwn", "text": "two"}]},
            {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [listed]}]},
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "small"}]},
            {"type": "actions", "elements": [button]},
        ],
    )
    assert workspace.plain(message) == "Ship *it*?\none\ntwo\n• @sam\nsmall\n[Approve]"
    [seen] = workspace.buttons(message)
    assert (seen.text, seen.label, seen.value, seen.style) == ("Approve", "Approve", "r-1", "primary")

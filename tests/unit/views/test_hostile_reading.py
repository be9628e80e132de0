"""Whatever people write: no answer to a question holds markup of theirs, calls anybody for them, or is too long."""

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.blockers import BehindInQueue, LaneBusy
from bot.core.build import Build
from bot.core.release import Release
from bot.views.blocks import listing
from bot.views.help import Entry, Topic, help_message
from bot.views.history import history
from bot.views.lanes import next_freeze
from bot.views.mention import acts_by_command, calling_nobody
from bot.views.status import why
from bot.views.turns import turn
from tests.unit.views.reading import check
from tests.unit.views.test_hostile import HOSTILE
from tests.unit.views.test_hostile_rules import ruled, setting, shut
from tests.unit.views.values import POLICY

CALLS = re.compile(r"<@(?:U0PRIYA|U0SAM|U0ALEX)>|<!subteam\^S0SRE>")


@given(release=ruled(), text=HOSTILE, retry=st.sampled_from([None, 41]))
@settings(max_examples=120, deadline=None)
def test_answers_about_releases(release: Release, text: str, retry: int | None) -> None:
    _, scene = setting(text)
    shown = replace(release, why=text, reason=text, requested_by=text, retry_of=retry)
    lane = shut(shown, text)
    newest: dict[str, Build] = {}
    said = [history((lane,), (shown,) * 50, scene, 50), why((lane,), scene, newest=newest)]
    said += [listing([turn(one, shown, lane, scene)]) for one in (LaneBusy(shown.number), BehindInQueue(shown.number))]
    said += [listing(next_freeze(lane, scene) or ["none"])]
    for message in said:
        check(message)
        assert len(message.text) <= 12_000
        quiet = calling_nobody(message, POLICY)
        check(quiet)
        assert CALLS.search(quiet.text + str(quiet.blocks)) is None


@given(text=HOSTILE)
@settings(max_examples=100, deadline=None)
def test_answers_about_words(text: str) -> None:
    check(acts_by_command(text, POLICY))
    entries = [Entry(f"word{number}", "word", "does", "More.", topic, "word") for number, topic in enumerate(Topic)]
    assert help_message(entries, "/deploy", text) == help_message(entries, "/deploy", None)

"""T30: no text makes a pattern of the bot run for longer than its length accounts for."""

import json
import subprocess
import sys

from tests.threats.patterns import ROOT, made_at_run_time

LOOKED_AT = {
    "bot/config/checks.py: text",  # of constants of ours, when the module is loaded
    "bot/views/terminal.py: terminal",  # around the command's name, escaped; the text is our own answer
    "handlers/ci/github_dispatch.py: _is_ours",  # a release's key, escaped, between two letters that it may not touch
    "handlers/slack/listeners.py: register",  # of the names of our own buttons
    "handlers/slack/listeners_forms.py: register",  # the same
}
"""Patterns that are not constants, each with why nobody else has a say in it."""


def test_t30_every_pattern_takes_a_hundred_kilobytes_made_to_hurt_it_in_its_stride() -> None:
    run = [sys.executable, "-m", "tests.threats.patterns"]
    told = json.loads(subprocess.run(run, cwd=ROOT, capture_output=True, check=True, timeout=120).stdout)
    assert told["slow"] == {}
    assert told["patterns"] > 90, "they are found"


def test_t30_no_pattern_is_made_of_what_others_say() -> None:
    assert made_at_run_time() == LOOKED_AT

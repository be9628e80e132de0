"""Mutated policies into what `signoff check` reads with: a policy or its problems, never an exception."""

import json
import os
import random
import re
from typing import Any

import yaml

from bot.config.load import load_policy
from bot.config.problem import Problem
from bot.core.policy import Policy
from tests.fuzz.mutate import CHANGES, slots
from tests.fuzz.senders import FILE
from tests.seed import AGAIN, SEED

POLICIES = int(os.environ.get("SIGNOFF_BODIES", "20000")) // 10
ODD = (
    *(
        "&a",
        "*a",
        "!!python/object/apply:os.system [id]",
        "!!binary x",
        "<<: {}",
        "? ",
        "- ",
        ": ",
        "|",
        ">-",
        "%YAML 9",
        "---",
    ),
    *(
        "\t",
        "\x00",
        "\x85",
        "\u2028",
        "\ud800",
        "\ufeff",
        "#",
        '"',
        "'",
        "{",
        "}",
        "[",
        "]",
        ",",
        "~",
        "null",
        "yes",
        "0o17",
    ),
    *(
        "1e999",
        ".nan",
        "-.inf",
        "1_000",
        "0x1F",
        "2026-02-30",
        "25:61",
        "9" * 400,
        "[" * 300,
        "{a: " * 100,
        "\N{SNOWMAN}",
    ),
)


DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def text_of(rng: random.Random, document: Any) -> str:
    """Return a policy as text: one service of the whole one, values swapped, lost or moved, or its lines broken."""
    value = json.loads(json.dumps(document))
    for name in rng.sample(list(value["services"]), 2):
        del value["services"][name]
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        places = slots(value)
        if places:
            rng.choice(CHANGES)(rng, rng.choice(places), places)
    flow = rng.choice((None, False))
    try:
        text: str = yaml.dump(value, Dumper=DUMPER, sort_keys=False, default_flow_style=flow, allow_unicode=True)
    except (UnicodeEncodeError, RecursionError):  # half a character, or too deep: JSON spells it, which is YAML too
        text = json.dumps(value, indent=1)
    return text if rng.random() < 1 / 2 else _broken(rng, text)


def _broken(rng: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines))
        place = rng.randrange(len(lines[at]) + 1)
        match rng.randrange(7):
            case 0:
                lines[at] = lines[at][:place] + rng.choice(ODD) + lines[at][place:]
            case 1:
                lines.insert(rng.randrange(len(lines)), lines[at])
            case 2:
                lines[at] = " " * rng.randrange(5) + lines[at].lstrip()
            case 3:
                lines[at] = re.sub(r":.*", f": {rng.choice(ODD)}", lines[at])
            case 4:
                lines[at] = lines[at][:place]
            case 5:
                lines[at], lines[-1] = lines[-1], lines[at]
            case _:
                del lines[at + 1 :]
    return "".join(lines)


def test_a_policy_or_its_problems_whatever_is_written() -> None:
    rng, document = random.Random(f"{SEED} policies"), yaml.safe_load(FILE.read_text())
    good = 0
    for number in range(POLICIES):
        text = text_of(rng, document)
        given = text.encode("utf-8", "surrogatepass") if rng.random() < 1 / 2 else text
        try:
            found = load_policy(given, file="signoff.yml", webhooks=bool(number % 2))
        except Exception as error:
            raise AssertionError(f"policy {number} fails; {AGAIN}\n{text}") from error
        told = f"policy {number}; {AGAIN}\n{text}"
        if isinstance(found, Policy):
            good += 1
            assert not [lane for lane in found.lanes() if len(lane.approvals) == 0 and "approvals: []" not in text], (
                told
            )
        else:
            assert found, told
            assert {type(one) for one in found} == {Problem}, told
            assert all(one.line_of_text for one in found), told
    assert good > POLICIES / 30, f"the mutations are not too wild: {good}; {AGAIN}"

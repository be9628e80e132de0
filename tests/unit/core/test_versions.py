"""Which of a commit's tags is the version that people read."""

from itertools import permutations

import pytest

from bot.core.versions import highest_tag

HIGHEST: list[tuple[str, tuple[str, ...], str, str | None]] = [
    ("none of none", (), "**", None),
    ("none that fits", ("w1", "v1/x"), "v*", None),
    ("the one that fits", ("w9", "v1"), "v*", "v1"),
    ("ten after nine", ("v1.9", "v1.10"), "v*", "v1.10"),
    ("the longer one", ("v1.2", "v1.2.1"), "v*", "v1.2.1"),
    ("the final one after its candidates", ("v1.2.0-rc1", "v1.2.0", "v1.2.0-rc2"), "v*", "v1.2.0"),
    ("the later candidate", ("v1.2.0-rc10", "v1.2.0-rc9"), "v*", "v1.2.0-rc10"),
    ("a candidate of a later one", ("v1.2.0", "v1.3.0-rc1"), "v*", "v1.3.0-rc1"),
    ("a dash that is part of the name", ("release-1.2-rc1", "release-1.2", "release-1.1"), "**", "release-1.2"),
    ("the later day", ("2026-01-31", "2026-02-01"), "**", "2026-02-01"),
    ("one of two that count the same", ("v1.02", "v1.2"), "v*", "v1.2"),
    ("what comes after two that count the same", ("v1.02.9", "v1.2.1"), "v*", "v1.02.9"),
    ("twelve after one and a dash", ("v1-1-3", "v1-12"), "v*", "v1-12"),
    ("words by their letters", ("v1.2.0-beta", "v1.2.0-alpha9"), "v*", "v1.2.0-beta"),
    ("numbers after words", ("v9", "2"), "**", "2"),
    ("a tag of one service", ("pay/v1", "docs/v2"), "pay/v*", "pay/v1"),
    ("nothing with a blank", ("v1 2",), "v*", None),
    ("nothing that cannot be seen", ("v1\n", "v\u0661"), "v*", None),
    ("nothing endless", ("v" + "1" * 100,), "v*", None),
    ("what is just not too long", ("v" + "1" * 99,), "v*", "v" + "1" * 99),
]


@pytest.mark.parametrize(("tags", "glob", "tag"), [row[1:] for row in HIGHEST], ids=[row[0] for row in HIGHEST])
def test_the_version_is(tags: tuple[str, ...], glob: str, tag: str | None) -> None:
    for order in permutations(tags):
        assert highest_tag(order, glob) == tag

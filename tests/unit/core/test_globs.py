"""Which paths and names a glob names."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.globs import concerns, fits, fits_whole

FITS: list[tuple[str, str, bool]] = [
    ("services/pay/**", "services/pay/main.py", True),
    ("services/pay/**", "services/pay/a/b/c.py", True),
    ("services/pay/**", "services/payments/main.py", False),
    ("services/pay/**", "other/services/pay/main.py", False),
    ("services/pay", "services/pay/main.py", True),
    ("services/pay/", "services/pay/main.py", True),
    ("/services/pay", "services/pay/main.py", True),
    ("services/pay", "services/pay", True),
    ("services/pay/main.py", "services/pay", False),
    ("**/test.py", "test.py", True),
    ("**/test.py", "a/b/test.py", True),
    ("**/test.py", "a/b/my_test.py", False),
    ("a/**/z", "a/z", True),
    ("a/**/z", "a/b/c/z", True),
    ("a/**/z", "b/z", False),
    ("a/**/m/**/z", "a/m/b/m/c/z", True),
    ("a/**/m/**/z", "a/b/c/z", False),
    ("**", "any/thing", True),
    ("*.md", "README.md", True),
    ("*.md", "docs/README.md", False),
    ("*.md", "README.mdx", False),
    ("*a*b", "xaxaxb", True),
    ("*a*b", "xaxaxbx", False),
    ("?.py", "a.py", True),
    ("?.py", "ab.py", False),
    ("?.py", ".py", False),
    ("a?b", "a/b", False),
    ("a*b", "a/b", False),
    ("[ab].py", "a.py", False),
    ("[ab].py", "[ab].py", True),
    ("a.py", "axpy", False),
    ("README", "readme", False),
    ("", "README", False),
    ("/", "README", False),
    ("a**b", "axyb", True),
    ("a**b", "ax/yb", False),
]


@pytest.mark.parametrize(("glob", "path", "yes"), FITS)
def test_a_glob_names_a_path(glob: str, path: str, yes: bool) -> None:
    assert fits(glob, path) is yes


WHOLE: list[tuple[str, str, bool]] = [
    ("v*", "v1.2", True),
    ("v*", "v1/2", False),
    ("v*", "w1", False),
    ("pay/v*", "pay/v1", True),
    ("pay/**", "pay/v1", True),
    ("**", "pay/v1", True),
    ("", "v1", False),
]


@pytest.mark.parametrize(("glob", "name", "yes"), WHOLE)
def test_a_glob_names_a_whole_name(glob: str, name: str, yes: bool) -> None:
    assert fits_whole(glob, name) is yes


CONCERNS: list[tuple[str, tuple[str, ...], tuple[str, ...], bool]] = [
    ("without globs, every commit does", (), ("docs/a.md",), True),
    ("a commit without files does", ("pay/**",), (), True),
    ("one of its files is enough", ("pay/**",), ("docs/a.md", "pay/a.py"), True),
    ("none of its files is not", ("pay/**",), ("docs/a.md", "x.py"), False),
    ("any of its globs is enough", ("pay/**", "lib/**"), ("lib/a.py",), True),
    ("what is taken out again is not", ("pay/**", "!pay/docs/**"), ("pay/docs/a.md",), False),
    ("what is beside it is", ("pay/**", "!pay/docs/**"), ("pay/docs/a.md", "pay/a.py"), True),
    ("the last glob decides", ("pay/**", "!pay/docs", "pay/docs/api"), ("pay/docs/api/a.md",), True),
    ("only taking out takes the rest in", ("!docs/**",), ("pay/a.py",), True),
    ("only taking out takes out", ("!docs/**",), ("docs/a.md",), False),
]


@pytest.mark.parametrize(("globs", "files", "yes"), [row[1:] for row in CONCERNS], ids=[row[0] for row in CONCERNS])
def test_whether_a_commit_concerns_a_service(globs: tuple[str, ...], files: tuple[str, ...], yes: bool) -> None:
    assert concerns(globs, files) is yes


@given(st.text("ab*?.", min_size=1, max_size=8).filter(lambda text: text.strip("*")), st.text("ab.", max_size=10))
def test_within_a_part_a_glob_means_what_it_says(glob: str, part: str) -> None:
    said = "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in glob)
    assert fits_whole(glob, part) is (re.fullmatch(said, part) is not None)


def test_a_glob_made_to_take_long_does_not() -> None:
    begun = time.process_time()
    assert not fits("/".join(["**", "*a" * 20] * 20) + "/c", "/".join(["a" * 60] * 60))
    assert time.process_time() - begun < 2

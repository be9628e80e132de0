"""YAML that surprises is refused with its line; everything else keeps the text that was written."""

import pytest

from bot.config.yaml_text import LARGEST_FILE, Place, read_yaml

BOMB = """\
a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
"""


HELD = (
    "This looks like a secret (a key, a token, or a password in an address), and a policy holds none: put it into a "
    "variable of the environment. Whoever could read this file knows it now."
)


def mistakes(text: str | bytes) -> list[tuple[int, int, str]]:
    return [(one.place.line, one.place.column, one.sentence) for one in read_yaml(text).mistakes]


def test_t25_scalars_stay_the_text_that_was_written() -> None:
    document = read_yaml('a: 1.10\nb: on\nc: 12:30:45\nd: null\ne: "1"\nf: 0x1F\ng: 2026-11-21\nh: ""\ni: ~\non: yes\n')
    assert document.mistakes == []
    assert document.root == {
        "a": "1.10",
        "b": "on",
        "c": "12:30:45",
        "d": "null",
        "e": "1",
        "f": "0x1F",
        "g": "2026-11-21",
        "h": "",
        "i": "~",
        "on": "yes",
    }


def test_every_key_and_value_has_its_place() -> None:
    document = read_yaml("a:\n  b: [x,\n    y]\n")
    assert document.keys == {("a",): Place(1, 1), ("a", "b"): Place(2, 3)}
    assert document.values == {
        (): Place(1, 1),
        ("a",): Place(2, 3),
        ("a", "b"): Place(2, 6),
        ("a", "b", 0): Place(2, 7),
        ("a", "b", 1): Place(3, 5),
    }
    assert document.place(("a", "b", 1)) == Place(3, 5)
    assert document.place(("a", "b", 7)) == Place(2, 3)
    assert document.place(("z",)) == Place(1, 1)


def test_a_place_can_be_looked_into() -> None:
    document = read_yaml("a: {b: [x, y]}")
    assert [document.at(path) for path in [("a", "b", 1), ("a", "b", 2), ("a", "c"), ("a", 0), ("a", "b", 0, "z")]] == [
        "y",
        None,
        None,
        None,
        None,
    ]


def test_t25_aliases_are_refused_before_they_expand() -> None:
    found = mistakes(BOMB)
    assert found[0] == (1, 4, "`&a` is an anchor; write the value out where it is needed.")
    assert found[1] == (2, 4, "`&b` is an anchor; write the value out where it is needed.")
    assert found[2:] == [(2, 8 + 4 * n, "`*a` is an alias; write the value out.") for n in range(9)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", (1, 1, "The file is empty.")),
        ("# nothing\n", (1, 1, "The file is empty.")),
        ("a: 1\nb: 2\na: {c: &x [d]}\n", (3, 1, "`a` is written a second time; the first is in line 1. Keep one.")),
        (
            "a:\nb: 2\n",
            (1, 3, "`a` has no value; write one (in quotation marks if it begins with #), or remove it."),
        ),
        (
            "a: [x, \n ,]\n",
            (2, 2, "This is not YAML: expected the node content, but found ','."),
        ),
        (
            "- a\n-\n",
            (2, 2, "This item has no value; write one (in quotation marks if it begins with #), or remove it."),
        ),
        ("a: !!python/name:os.system x\n", (1, 4, "A tag (`!...`) stands here; write the plain value.")),
        ("a: !!str 1\n", (1, 4, "A tag (`!...`) stands here; write the plain value.")),
        ("a: ! 1\n", (1, 4, "A tag (`!...`) stands here; write the plain value.")),
        ("a: 1\n---\nb: 2\n", (2, 1, "A second document begins here; a policy is one document. Remove the `---`.")),
        ("? [a]\n: b\n", (1, 3, "A key must be plain text.")),
        ("{? : b}\n", (1, 3, "A key must be plain text.")),
        ("{*a : 1}", (1, 2, "A key must be plain text.")),
        ("a: [1\nb: 2\n", (2, 2, "This is not YAML: expected ',' or ']', but got ':'.")),
        ("a: 'x\n", (2, 1, "This is not YAML: found unexpected end of stream.")),
        ("a: b\n\tc: d\n", (2, 1, "This is not YAML: found character '\\t' that cannot start any token.")),
        ('a: "\\ud800"\n', (1, 4, "An escape here names half a character; write the character itself.")),
        ('a: "\\U00110000"\n', (1, 1, 'An escape such as "\\U00110000" names no character.')),
        ('a: "\\UFFFFFFFF"\n', (1, 1, 'An escape such as "\\U00110000" names no character.')),
        ("a: 1\nb: \x00\n", (2, 1, "A character here may not stand in YAML; delete it.")),
        (b"a: 1\nb: \xff\n", (2, 1, "The file is not UTF-8 text here; save it as UTF-8.")),
        ("a: 1\nb: \ud800\n", (2, 1, "The file is not UTF-8 text here; save it as UTF-8.")),
        ("x" * (LARGEST_FILE + 1), (1, 1, "The file is larger than 1 MiB.")),
        ("[" * 100_000, (1, 22, "This is nested deeper than 20 levels.")),
        ("a: ghp_" + "a1B2" * 9, (1, 4, HELD)),
        ("a: 1\n? xoxb-1234567890-1234567890-abcdefgh\n: 2\n", (2, 3, HELD)),
        ("a: [deploy, --to, https://bot:hunter2@acme.example]", (1, 19, HELD)),
        ("a: " * 2, (1, 5, "This is not YAML: mapping values are not allowed here.")),
    ],
)
def test_t25_what_surprises_is_refused(text: str | bytes, found: tuple[int, int, str]) -> None:
    assert mistakes(text) == [found]


def test_t25_twenty_levels_are_allowed() -> None:
    assert mistakes("[" * 20 + "x" + "]" * 20) == []
    assert mistakes("[" * 21 + "x" + "]" * 21) == [(1, 22, "This is nested deeper than 20 levels.")]


def test_a_refused_value_leaves_a_hole_and_the_rest_is_read() -> None:
    document = read_yaml("a: *x\nb: [c, ~, ]\nd: {e:  }\n")
    assert document.root == {"a": "", "b": ["c", "~"], "d": {"e": ""}}
    assert document.broken == {("a",), ("d", "e")}
    assert [document.is_broken(path) for path in [("a",), ("a", "z"), ("d",), ("b", 1)]] == [True, True, False, False]


def test_a_mark_at_the_start_and_windows_line_ends_are_no_matter() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n").root == {"a": "1", "b": "2"}


def test_what_is_quoted_in_a_sentence_cannot_act_on_a_terminal() -> None:
    text = '"\\e[2J\\ud800": 1\n"\\e[2J\\ud800": 2\n'
    assert mistakes(text) == [(2, 1, "`\\u001b[2J\\ud800` is written a second time; the first is in line 1. Keep one.")]

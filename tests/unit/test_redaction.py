"""Nothing secret is read in a log, and nothing in it forges a line, in time that grows with the text only."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.redaction import DEEPEST, Redactor, holds_secret

PEM = (
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIIEowIBAAKCAQEAxJ7k0vFqQyUeR8c1PpNw\nq2Zb7Vw9s8mT0pLrXaYh3dKfGjQe5uBiCoNl\n"
    "-----END RSA PRIVATE KEY-----"
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("token xoxb-1-2-Abc sent", "token [redacted] sent"),
        ("SLACK_xoxp-1-2-Abc", "SLACK_[redacted]"),
        ("xoxe.xoxp-1-Mi0yLTk", "[redacted]"),
        ("xapp-1-A0-1-abc.", "[redacted]."),
        ("ghp_abcDEF123 gho_abc ghs_abc ghu_abc ghr_abc", "[redacted] [redacted] [redacted] [redacted] [redacted]"),
        ("github_pat_11ABC_def!", "[redacted]!"),
        (f"assertion={JWT}&x=1", "assertion=[redacted]&x=1"),
        (f"ghs_1_{JWT} is a token too", "[redacted] is a token too"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("bearer  abc,", "[redacted],"),
        (f"key:\n{PEM}\nafter", "key:\\n[redacted]\\nafter"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE and then it was cut", "[redacted]"),
        ("see https://hooks.slack.com/commands/T0/1/abc?x=1 now", "see [redacted] now"),
        ("http://127.0.0.1:4000/response/abcdef failed", "[redacted] failed"),
        ("wss://wss-primary.slack.com/link/?ticket=1-2&app_id=A0 refused", "[redacted] refused"),
        ("https://example.com/a?ticket=abc&page=2#top", "https://example.com/a?ticket=[redacted]&page=2#top"),
        ("https://priya:pass@example.com/a", "https://[redacted]@example.com/a"),
        ("https://example.com:8080/a@b", "https://example.com:8080/a@b"),
        ("eyJust a name, R-42-eyJabcde, box-office", "eyJust a name, R-42-eyJabcde, box-office"),
        ("deployed 1.2.3 at 0a1b2c3d for priya", "deployed 1.2.3 at 0a1b2c3d for priya"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_the_rest_stays(text: str, read: str) -> None:
    assert Redactor().text(text) == read


@pytest.mark.parametrize(
    ("secret", "text", "read"),
    [
        ("correct horse", "it is correct horse!", "it is [redacted]!"),
        ("a/b+c d?", "GET /x?k=a%2Fb%2Bc%20d%3F", "GET /x?k=[redacted]"),
        ('say "friend"', '{"k": "say \\"friend\\""}', '{"k": "[redacted]"}'),
        ("käse-brot", "b'k\\u00e4se-brot'", "b'[redacted]'"),
        ("trailing-newline\n", "got trailing-newline.", "got [redacted]."),
        (PEM, "line MIIEowIBAAKCAQEAxJ7k0vFqQyUeR8c1PpNw end", "line [redacted] end"),
        (PEM, repr(PEM), "'[redacted]'"),
        ("short", "a short text", "a short text"),
        ("a/b+c d?", "k=a%2fb%2bc+d%3f k=a%2fb%2bc%20d%3f", "k=[redacted] k=[redacted]"),
        ("a-b.c_d~e", "k=a%2Db%2Ec%5Fd%7Ee k=a%2db%2ec%5fd%7ee", "k=[redacted] k=[redacted]"),
        ("a/b+c d?", "k=a%2Fb%2Bc+d%3F", "k=[redacted]"),
        ("käse/brot", '{"k": "käse\\/brot", "l": "k\\u00e4se\\/brot"}', '{"k": "käse\\/brot", "l": "[redacted]"}'),
        ('say "friend"', '{"k": "{\\"l\\": \\"say \\\\\\"friend\\\\\\"\\"}"}', '{"k": "{\\"l\\": \\"[redacted]\\"}"}'),
        ("it's <a&b>", "<p>it&#x27;s &lt;a&amp;b&gt;</p>", "<p>[redacted]</p>"),
        ("'<a&b>\"", "<p>'&lt;a&amp;b&gt;\"</p>", "<p>[redacted]</p>"),
        ('it\'s "it"', "it&#39;s &quot;it&quot; it&#39;s &#34;it&#34;", "[redacted] [redacted]"),
        ("whsec_c2VjcmV0IG9m", "the key c2VjcmV0IG9m alone", "the key [redacted] alone"),
        ("correct horse", "Basic cHJpeWE6Y29ycmVjdCBob3JzZQ==", "Basic cHJpeWE6[redacted]Q=="),
        ("correct horse", "eyJhIjoiY29ycmVjdCBob3JzZSJ9", "eyJhIjoi[redacted]SJ9"),
        ("correct horse", "xxx Y29ycmVjdCBob3JzZQ", "xxx [redacted]Q"),
        ("??>>??>>", "a Pz8-Pj8_Pj4 b Pz8+Pj8/Pj4= c", "a [redacted]4 b [redacted]4= c"),
    ],
)
def test_a_known_secret_is_hidden_however_it_is_written(secret: str, text: str, read: str) -> None:
    assert Redactor([secret]).text(text) == read


def test_what_is_learnt_later_is_hidden_beside_what_was_known() -> None:
    redactor = Redactor(["hunter2"])
    redactor.learn(["hunter2-and-more", "another one"])
    assert redactor.text("hunter2-and-more hunter2 another one") == "[redacted] [redacted] [redacted]"


@pytest.mark.parametrize("whole", ["", "p", "pr", "pri", "priy", "priya:"])
def test_a_known_secret_is_hidden_in_base64_wherever_it_begins(whole: str) -> None:
    for after in ("", "x", "xy", "xyz"):
        text = base64.b64encode(f"{whole}correct horse{after}".encode()).decode()
        shown = Redactor(["correct horse"]).text(text)
        assert shown.count("[redacted]") == 1
        assert len(shown) - len("[redacted]") == len(text) - len(b"correct horse") * 8 // 6 + (len(whole) % 3 == 1)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("ghp_" + "a1B2" * 9, True),
        ("Bearer ghs_" + "a1B2" * 9, True),
        ("github_pat_11AAAAAAA0" + "a1B2" * 9, True),
        ("xoxb-1234567890-1234567890-abcdefgh", True),
        ("xapp-1-A0123456789-1234567890-abcdef", True),
        ("whsec_c2VjcmV0IG9mIHRoZSBwaXBlbGluZQ==", True),
        (JWT, True),
        (PEM, True),
        ("https://priya:pass@example.com/a", True),
        ("https://priya:pass@sha256:8080/a", True),
        ("https://priya:pass@sha256:abcdef12@example.com", True),
        ("https://priya:pass@{digest}.example.com", True),
        ("https://priya:pass@{environment}/a", True),
        ("docker://payments:{version}@{digest}", False),
        ("oci://app:1.2@sha256:" + "a1b2" * 16, False),
        ("Ship oci://app:1.2@sha256:a1b2c3d4e5f6.", False),
        ("the bearer of good news about weighs_more_than_anything_else", False),
        ("xapp-store, ghp_short, eyJust.a.name", False),
        ("https://example.com:8080/a@b?key=value", False),
        ("a-branch/with_high_hopes_for_everybody", False),
    ],
)
def test_what_somebody_wrote_is_told_from_what_can_only_be_a_secret(text: str, held: bool) -> None:
    assert holds_secret(text) is held


def test_a_secret_that_is_a_part_of_another_leaves_nothing_of_it() -> None:
    assert Redactor(["hunter2", "hunter2-and-more"]).text("hunter2-and-more hunter2") == "[redacted] [redacted]"


@dataclass
class Thing:
    """Shows all it has."""

    token: str


class Rude:
    """Cannot be shown."""

    def __repr__(self) -> str:
        raise ValueError("no")


def test_secrets_are_hidden_in_every_value_however_deep() -> None:
    value = {
        "list": [1, None, True, 2.5, float("inf"), ("xoxb-1-a", {"b": b"hunter22\xff"})],
        "set": {"ghp_abc"},
        "thing": Thing("hunter22"),
        "error": ValueError("it was hunter22"),
        "typed": SecretStr("hunter22"),
        "hunter22": {"Authorization": "Basic abc", "response_url": None},
        "rude": Rude(),
        7: "x",
    }
    assert Redactor(["hunter22"]).value(value) == {
        "list": [1, None, True, 2.5, "inf", ["[redacted]", {"b": "[redacted]\\xff"}]],
        "set": ["[redacted]"],
        "thing": "Thing(token='[redacted]')",
        "error": "it was [redacted]",
        "typed": "SecretStr('**********')",
        "[redacted]": {"Authorization": "[redacted]", "response_url": None},
        "rude": "[Rude that cannot be shown]",
        "7": "x",
    }


def test_a_value_that_holds_itself_ends() -> None:
    value: list[Any] = []
    value.append(value)
    assert json.dumps(Redactor().value(value)) == "[" * DEEPEST + '"[too deep]"' + "]" * DEEPEST


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('a\n{"event": "forged"}', 'a\\n{"event": "forged"}'),
        ("a\r\x1b[2Jb\x9b\x85", "a\\r\\x1b[2Jb\\x9b\\x85"),
        ("a\u2028b\u202ec\ud800", "a\\u2028b\\u202ec\\ud800"),
        ("Grüße, 東京 👋", "Grüße, 東京 👋"),
    ],
)
def test_control_characters_are_spelt_out(text: str, read: str) -> None:
    assert Redactor().text(text) == read


def test_lines_stay_lines_where_they_are_meant() -> None:
    assert Redactor().text("a\n\tb\r\x1bc xoxb-1", lines=True) == "a\n\tb\\r\\x1bc [redacted]"


@given(st.text(alphabet="xoapbgh_-eyJ.:/?=&@ \n\x1bBearr", max_size=200), st.text(max_size=30))
def test_no_known_secret_comes_through_and_every_line_is_one(before: str, after: str) -> None:
    read = Redactor(["hunter2-hunter2"]).text(f"{before}hunter2-hunter2{after}")
    assert "hunter2-hunter2" not in read
    assert read.splitlines() in ([read], [])
    assert read.isprintable() or all(not one.isascii() or one.isprintable() for one in read)


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ", "eyJ.", "xox", "xoxb-", "ghp_", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN A",
        "-----END ", "bearer ", "bearer", "https://", "https://hooks.slack.com/", "wss://", "://", "://a:", "://a:@",
        "?ticket=", "&ticket=a", "a", " ", "\n", "@", ":", "\x00", "\ud800", "hunter2", "h", "xapp-1 ",
        "https://a/response/", "%20", "-eyJ", "_ghp_", "://a:b@sha256:abcdef", "://a:@{digest}", "-eyJ12345678.",
    ],
)  # fmt: skip
def test_100_kb_of_anything_takes_no_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    redactor = Redactor(["hunter2-hunter2", "h" * 40 + "x", PEM])
    begun = time.process_time()
    redactor.text(text)
    holds_secret(text)
    assert time.process_time() - begun < 0.3  # 5 ms here; seconds if it grew with the square

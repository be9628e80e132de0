"""Versions that would act in a shell: refused at every door, and where one gets through it stays one whole argument."""

import json
import subprocess
from datetime import timedelta
from itertools import product

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.core.target import Command
from bot.ports.ci import HttpReply
from bot.ports.trouble import GiveUp
from handlers.ci.command_job import Host, Job, job_of
from handlers.ci.github_tags import TagPage, read_tags
from handlers.ci.standard_payloads import Version
from handlers.grammar import parse
from handlers.placeholders import filled
from handlers.vocabulary import Misunderstood, RequestWords
from tests.factories import a_policy, a_sha
from tests.unit.handlers.ci.test_command_job import HOST, VALUES

META = (
    *(
        ";",
        "&",
        "&&",
        "|",
        "||",
        "`id`",
        "$(id)",
        "${IFS}",
        "$HOME",
        ">",
        ">>",
        "<",
        "<(id)",
        "*",
        "?",
        "[a]",
        "{a,b}",
        "~",
    ),
    *(
        "!",
        "!!",
        "#",
        "'",
        '"',
        "\\",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\x00",
        "\x1b",
        "\x7f",
        " ",
        "%0a",
        "%s",
        "^",
        "(",
        ")",
        "=",
        ":",
    ),
    *(
        "\u2028",
        "\u00a0",
        "\u0661",
        "\uff04(id)",
        "\uff1b",
        "\u202e",
        "\ud7ff",
        "$((1))",
        "$'\\n'",
        "\\$(id)",
        "{{7*7}}",
        "${{ github.token }}",
    ),
)
SHAPES = ("{0}", "1.0{0}", "{0}1.0", "1{0}0", "v1{0}rm -rf /", "1.0{0}1.0{0}", "-{0}", "--x={0}", "../{0}", "1.0 {0}")
CORPUS = tuple(dict.fromkeys(shape.format(meta) for meta, shape in product(META, SHAPES)))
"""Texts that a shell, a program's options, a template or a path would take for more than a name."""
VERSION = TypeAdapter(Version)


def whole(word: str) -> bool:
    """Whether a text is a name by the plainest of rules, written apart from those that are tried."""
    allowed = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~@/-")
    return bool(word) and set(word) <= allowed and word[0].isalnum() and ".." not in word


def test_t17_five_hundred_versions_run_nothing() -> None:
    assert len(CORPUS) >= 500
    through = []
    for text in CORPUS:
        made = job_of(Command(("./deploy.sh", "--version", "{version}")), VALUES | {"version": text}, HOST)
        if isinstance(made, Job):
            assert whole(text), text
            assert made.argv == ("./deploy.sh", "--version", text)
            through.append(text)
        else:
            assert made == GiveUp(f"the command wants {{version}}, and {text[:100]!r} is no argument; nothing was run")
    assert through == ["1.0~", "1~0", "1.0~1.0~"], "a tilde within a word, as Debian's versions have it"


def test_t17_a_pipelines_report_and_a_tag_name_no_such_version() -> None:
    bad = [text for text in CORPUS if not whole(text)]
    for text in bad:
        with pytest.raises(ValidationError):
            VERSION.validate_python(text)
    sha = a_sha(1)
    tags = [{"name": text, "commit": {"sha": sha}} for text in CORPUS]
    page = read_tags(HttpReply(200, {}, json.dumps(tags).encode()), {sha}, 1)
    assert isinstance(page, TagPage)
    assert [tag for _, tag in page.found if not whole(tag)] == []


def test_t17_typed_words_are_looked_up_and_never_run() -> None:
    for text in CORPUS:
        asked = parse(f"payments {text} to production", a_policy())
        assert isinstance(asked, RequestWords | Misunderstood), text
        if isinstance(asked, RequestWords):
            assert asked.version is None or asked.version in text.split(), text


def test_t17_a_value_is_filled_in_once_and_never_read_again() -> None:
    values = VALUES | {"version": "{key}", "key": "{sha}"}
    assert filled("a {version} {nonsense} {key}", values) == "a {key} {nonsense} {sha}"


def test_t17_what_gets_through_arrives_as_one_argument_whatever_the_program_is() -> None:
    odd = ("1.0~rc1", "pkg@1.2/x", "a+b", "1.0-", "v1_2")
    for text in odd:
        argv = ("/bin/sh", "-c", 'printf "%s\\n" "$0" "$#" "$SIGNOFF_VERSION"', "{version}", "{version}")
        made = job_of(Command(argv, timedelta(seconds=9)), VALUES | {"version": text}, Host("/", "/"))
        assert isinstance(made, Job)
        done = subprocess.run(made.argv, env=dict(made.environment), capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == [text, "1", text]

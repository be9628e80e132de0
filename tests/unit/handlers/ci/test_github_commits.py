"""Who wrote a commit and what it is called, from what anybody may have written."""

import pytest

from bot.core.build import Author
from handlers.ci.github_commits import authors_of, pusher_of, title_of
from handlers.ci.github_payloads import Account, Commit, Signature

ANN = Author("Ann", "ann@acme.example")
BY_ANN = Signature(name="Ann", email="ann@acme.example")


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("Fix refunds\n\nThey were late.", "Fix refunds"),
        ("\n\n  Fix\trefunds  \r\nmore", "Fix refunds"),
        ("Fix \u202eelif\u202c \x1b[31mrefunds\x00", "Fix elif [31mrefunds"),
        ("x" * 400, "x" * 299 + "…"),
        ("", "Shown"),
        ("\u200b\n\u2066", "Shown"),
    ],
)
def test_the_title_is_the_first_line_that_says_something(message: str, title: str) -> None:
    assert title_of(Commit(message=message), "Shown", "fallback") == title


def test_without_any_words_the_fallback_is_the_title() -> None:
    assert title_of(None, None, "0000001") == "0000001"


def test_co_authors_are_authors_wherever_their_line_stands() -> None:
    message = (
        "Fix refunds (#7)\n\n"
        "* first\n\nCo-authored-by: Bob <bob@acme.example>\n\n* second\n"
        "co-authored-BY:Cleo <1003+cleo@users.noreply.github.com> \r\n"
        "Co-authored-by: <dan@acme.example>\n"
        "Co-authored-by: Bob <bob@acme.example>"
    )
    assert authors_of(Commit(message=message, author=BY_ANN)) == (
        ANN,
        Author("Bob", "bob@acme.example"),
        Author("Cleo", "1003+cleo@users.noreply.github.com", "1003"),
        Author("dan@acme.example", "dan@acme.example"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "Co-authored-by: Bob",
        "Co-authored-by: Bob <>",
        "Co-authored-by: Bob <bob @acme.example>",
        "Not-co-authored-by: Bob <bob@acme.example>",
    ],
)
def test_a_line_out_of_shape_names_nobody(line: str) -> None:
    assert authors_of(Commit(message=f"Fix\n\n{line}", author=BY_ANN)) == (ANN,)


def test_every_address_of_a_line_is_an_authors_whatever_stands_beside_it() -> None:
    """Nobody hides from the rule that others approve behind a name that looks like an address."""
    message = "Co-authored-by: \u202e<@U0PRIYA> <bob@acme.example> and <dan@acme.example> more\nCo-authored-by: "
    assert authors_of(Commit(message=message + "x" * 300 + " <cleo@acme.example>")) == (
        Author("@U0PRIYA", "@U0PRIYA"),
        Author("bob@acme.example", "bob@acme.example"),
        Author("and", "dan@acme.example"),
        Author("x" * 99 + "…", "cleo@acme.example"),
    )


def test_names_are_shown_without_what_cannot_be_seen() -> None:
    strange = Signature(name="A\u202enn\n<@U0PRIYA>", email="ann@acme.example")
    assert authors_of(Commit(author=strange)) == (Author("Ann <@U0PRIYA>", "ann@acme.example"),)


def test_a_long_list_ends_and_no_author_is_nobody() -> None:
    message = "\n".join(f"Co-authored-by: N{number} <n{number}@acme.example>" for number in range(300))
    assert len(authors_of(Commit(message=message))) == 200
    assert authors_of(Commit(author=Signature())) == ()
    assert authors_of(None) == ()


def test_the_pusher_is_who_pushed_not_who_asked_for_a_rerun() -> None:
    ann, sam = Account(login="ann", id=2001), Account(login="sam", id=1002)
    assert pusher_of(ann, sam) == Author("ann", github="2001")
    assert pusher_of(None, sam) == Author("sam", github="1002")
    assert pusher_of(None, None) is None

"""Who wrote a commit and what it is called, read from what anybody may have written. Pure."""

import re

from bot.core.build import Author
from bot.views.escape import plain
from handlers.ci.github_payloads import Account, Commit, Signature

TITLE = 300
_NAME = 100
_MOST = 200
"""A squash merge of a long branch names dozens; what is beyond this is no list of people."""
_TRAILER = "co-authored-by:"
_ADDRESS = re.compile(r"<([^<>\s]{1,254})>", re.ASCII)
_NOREPLY = re.compile(r"([0-9]{1,19})\+[A-Za-z0-9\[\]-]{1,100}@users\.noreply\.github\.com", re.ASCII | re.IGNORECASE)


def title_of(commit: Commit | None, display_title: str | None, fallback: str) -> str:
    """Return the first line of the commit's message that says something, else the run's title, else the fallback."""
    lines = commit.message.splitlines() if commit else []
    titles = (plain(line, TITLE) for line in (*lines, display_title or ""))
    return next((title for title in titles if title), fallback)


def authors_of(commit: Commit | None) -> tuple[Author, ...]:
    """Return the author and every co-author that the message names, each once.

    A Co-authored-by line counts wherever it stands, and with every address in it, whatever is called a name there: a
    squash merge puts them between other text, and whom it names too many only means that somebody else has to approve.
    """
    if commit is None:
        return ()
    signed = [_author(commit.author.name or "", commit.author.email or "")] if commit.author else []
    lines = (line.strip() for line in commit.message.splitlines())
    named = [one for line in lines if line.lower().startswith(_TRAILER) for one in _named(line[len(_TRAILER) :])]
    return tuple(dict.fromkeys(author for author in (*signed, *named) if author.name or author.email))[:_MOST]


def _named(line: str) -> list[Author]:
    """Return whoever has an address in what follows upon «Co-authored-by:», under the words before it."""
    found, after = [], 0
    for address in _ADDRESS.finditer(line):
        found.append(_author(line[after : address.start()], address[1]))
        after = address.end()
    return found


def pusher_of(actor: Account | None, triggering_actor: Account | None) -> Author | None:
    """Return who pushed. `triggering_actor` is whoever asked for a re-run: that makes nobody the pusher.

    https://docs.github.com/actions/reference/workflows-and-actions/contexts#github-context
    """
    account = actor or triggering_actor
    return Author(plain(account.login, _NAME), github=str(account.id)) if account else None


def _author(name: str, email: str) -> Author:
    return _known(Signature(name=plain(name, _NAME), email=plain(email, 254)))


def _known(signed: Signature) -> Author:
    """Return the author; GitHub's private addresses carry the account's id."""
    private = _NOREPLY.fullmatch(signed.email or "")
    return Author(signed.name or (signed.email or ""), signed.email or None, private.group(1) if private else None)

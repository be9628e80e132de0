"""What the command can say: its forms, what each asks for, and the table from which its help is made."""

from dataclasses import dataclass

from bot.views.help import Entry


@dataclass(frozen=True, slots=True)
class HelpWords:
    """Show the words, or all about one of them."""

    word: str | None


@dataclass(frozen=True, slots=True)
class StatusWords:
    """Show what is live and what waits; None means all of them."""

    service: str | None
    environment: str | None


@dataclass(frozen=True, slots=True)
class WhyWords:
    """Show every blocker; without an environment, in each of the service's."""

    service: str
    environment: str | None


@dataclass(frozen=True, slots=True)
class ListWords:
    """Show the open releases."""


@dataclass(frozen=True, slots=True)
class ApproveWords:
    """Approve a release by its name."""

    release: int


@dataclass(frozen=True, slots=True)
class RejectWords:
    """Reject a release with a reason."""

    release: int
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawWords:
    """Take back one's approval."""

    release: int


@dataclass(frozen=True, slots=True)
class CancelWords:
    """Drop a release."""

    release: int


@dataclass(frozen=True, slots=True)
class RequestWords:
    """Ask for a release; without a version, of the newest deployable build."""

    service: str
    version: str | None
    environment: str


Reading = HelpWords | StatusWords | WhyWords | ListWords
Parsed = Reading | ApproveWords | RejectWords | WithdrawWords | CancelWords | RequestWords


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Nothing was started, and why: a sentence in mrkdwn with a way on, its quotations escaped."""

    sentence: str


REASON_AT_MOST = 2000
RESERVED = ("at", "for", "in")
"""Words of the grammar that this version does not know yet; they are refused where they would stand, not ignored."""

REQUEST = "SERVICE [VERSION] [to ENV]"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "request",
        REQUEST,
        "ask for a release",
        "VERSION is a version or at least seven digits of a commit; without it, the newest deployable build. "
        "ENV may be left out where the service has only one. What is open there already is answered with its link.",
    ),
    Entry(
        "status",
        "status [SERVICE] [ENV]",
        "what is live, what waits, why",
        "Without words: all services. Names may be shortened as long as only one fits.",
    ),
    Entry(
        "why",
        "why SERVICE [ENV]",
        "everything in the way, and who can lift it",
        "Tells also why no release is open. Without ENV: every environment of the service.",
    ),
    Entry("list", "list", "open releases, oldest first", "Each with the link of its card."),
    Entry(
        "approve",
        "approve RELEASE",
        "approve a release, as its button does",
        "RELEASE is a name like R-42. You approve what it ships now; should that change, you are asked again.",
    ),
    Entry(
        "reject",
        "reject RELEASE REASON",
        "reject a release",
        "REASON is everything after the release's name; its authors read it. It ends the release.",
    ),
    Entry(
        "withdraw",
        "withdraw RELEASE",
        "take back your approval",
        "Possible until the deploy starts.",
    ),
    Entry(
        "cancel",
        "cancel RELEASE",
        "drop a release before it starts",
        "For those who asked for it and for its approvers.",
    ),
    Entry("help", "help [WORD]", "these lines, or all about one word", "Try it with any word of this list."),
)

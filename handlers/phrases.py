"""The forms of the command and what each does: the table from which its help and the host's are made."""

from bot.views.help import Entry, Topic
from handlers.times import DURATION, TIME

DIFF = "diff SERVICE [ENV]"
HISTORY = "history SERVICE [ENV] [COUNT]"
REQUEST = "SERVICE [VERSION] [to ENV] [at TIME]"
SCHEDULE = "schedule RELEASE at TIME"
OVERRIDE = "override RELEASE REASON"
ROLLBACK = "rollback SERVICE [to VERSION] in ENV REASON"
HOTFIX = "hotfix SERVICE VERSION to ENV REASON"
HOLD = "hold SERVICE ENV [for DURATION] REASON"
RESUME = "resume SERVICE ENV"
LOCK = "lock SERVICE ENV [for DURATION] REASON"
UNLOCK = "unlock SERVICE ENV"
STOP_ALL = "stop-all REASON"
MODE = "mode SERVICE ENV delivery|deployment|observe REASON"
LIVE = "live SERVICE ENV VERSION REASON"
QUARANTINE = "quarantine SERVICE VERSION REASON"
CLEAR = "release-quarantine SERVICE VERSION REASON"
_WHERE = "ENV may be left out where the service has only one."
_TIMES = f"TIME is one like {TIME}, in your own time zone as Slack knows it; the answer says how it was read."
_LENGTHS = f"DURATION is one like {DURATION}."

ENTRIES: tuple[Entry, ...] = (
    Entry(
        "request",
        REQUEST,
        "ask for a release",
        "VERSION is a version or at least seven digits of a commit; without it, the newest deployable build. "
        f"{_WHERE} With `at` it does not ship before then: {_TIMES} "
        "What is open there already is answered with its link. In Slack a form asks for what is left out, "
        "and for all of it when there are no words.",
        Topic.ASK,
        "payments 118 to production at 14:00",
    ),
    Entry(
        "status",
        "status [SERVICE] [ENV]",
        "what is live, what waits, why",
        "Without words: all services. Names may be shortened as long as only one fits.",
        Topic.READ,
        "status payments production",
    ),
    Entry(
        "why",
        "why SERVICE [ENV]",
        "everything in the way, and who can lift it",
        "Tells also why no release is open. Without ENV: every environment of the service.",
        Topic.READ,
        "why payments production",
    ),
    Entry(
        "list",
        "list",
        "open releases, oldest first",
        "Each with the link of its card.",
        Topic.READ,
        "list",
    ),
    Entry(
        "history",
        HISTORY,
        "what became of the last releases, newest first",
        "With who asked and approved, how long it took, and which one is live now. COUNT is at most 50; "
        "without it, 10. Without ENV: every environment of the service.",
        Topic.READ,
        "history payments production 20",
    ),
    Entry(
        "diff",
        DIFF,
        "what would ship: commits, pull requests, migrations",
        "The open release, else the newest deployable build, against what is live there. "
        "Without ENV: every environment of the service.",
        Topic.READ,
        "diff payments production",
    ),
    Entry(
        "approve",
        "approve RELEASE",
        "approve a release, as its button does",
        "RELEASE is a name like R-42. You approve what it ships now; should that change, you are asked again.",
        Topic.DECIDE,
        "approve R-42",
    ),
    Entry(
        "reject",
        "reject RELEASE REASON",
        "reject a release",
        "REASON is everything after the release's name; its authors read it. It ends the release.",
        Topic.DECIDE,
        "reject R-42 the totals are rounded up",
    ),
    Entry(
        "withdraw",
        "withdraw RELEASE",
        "take back your approval",
        "Possible until the deploy starts.",
        Topic.DECIDE,
        "withdraw R-42",
    ),
    Entry(
        "cancel",
        "cancel RELEASE",
        "drop a release, or have its deploy cancelled",
        "For those who asked for it and for its approvers. A deploy under way is ended by the CI system, where it can.",
        Topic.DECIDE,
        "cancel R-42",
    ),
    Entry(
        "retry",
        "retry RELEASE",
        "try a failed release again",
        "Opens a new release of the same build; approvals count on for a short time only.",
        Topic.DECIDE,
        "retry R-42",
    ),
    Entry(
        "schedule",
        SCHEDULE,
        "let a release ship at a time, not before",
        f"{_TIMES} `now` is a time, too: it takes a former one back, and after a freeze it chooses what goes first.",
        Topic.DECIDE,
        "schedule R-42 at tomorrow 9:00",
    ),
    Entry(
        "rollback",
        ROLLBACK,
        "go back to a build that was live there before",
        "Without VERSION: to what was live before. What is taken out goes into quarantine, its authors are told, and "
        "an environment where builds ship by themselves is held. Without REASON, a form in Slack asks for the rest.",
        Topic.EMERGENCY,
        "rollback payments to 117 in production refunds fail",
    ),
    Entry(
        "hotfix",
        HOTFIX,
        "ask for a release on the fast path",
        "The policy says whose approval that takes and which gates it leaves out. Without REASON, a form in Slack asks "
        "for the rest.",
        Topic.EMERGENCY,
        "hotfix payments 119 to production refunds fail",
    ),
    Entry(
        "override",
        OVERRIDE,
        "break-glass: ship without missing approvals, or in a freeze",
        "For one release, on the record, told to operations. It lifts neither checks nor quarantine nor a stop. Of a "
        "release that failed it says that it is live after all: it is marked as done.",
        Topic.EMERGENCY,
        "override R-42 refunds fail and qa is away",
    ),
    Entry(
        "hold",
        HOLD,
        "let nothing start there until it is resumed",
        f"{_LENGTHS} Without it, until somebody resumes it. {_WHERE}",
        Topic.LANES,
        "hold payments production for 2h the database moves",
    ),
    Entry(
        "resume",
        RESUME,
        "end a hold",
        _WHERE,
        Topic.LANES,
        "resume payments production",
    ),
    Entry(
        "lock",
        LOCK,
        "take an environment for yourself",
        f"{_LENGTHS} Without it, for one hour. Saying it again moves the end of your own lock. {_WHERE}",
        Topic.LANES,
        "lock payments staging for 2h load test",
    ),
    Entry(
        "unlock",
        UNLOCK,
        "end a lock",
        f"Whoever had locked it is told when it was somebody else. {_WHERE}",
        Topic.LANES,
        "unlock payments staging",
    ),
    Entry(
        "stop-all",
        STOP_ALL,
        "let nothing start anywhere",
        "What is being deployed already goes on. Operations are told.",
        Topic.EMERGENCY,
        "stop-all the network is down",
    ),
    Entry(
        "go-all",
        "go-all",
        "let everything go on after that",
        "What waits starts as soon as nothing else is in its way.",
        Topic.EMERGENCY,
        "go-all",
    ),
    Entry(
        "freeze",
        "freeze",
        "the freezes: now and next",
        "The policy file says when they are.",
        Topic.READ,
        "freeze",
    ),
    Entry(
        "mode",
        MODE,
        "switch who decides what ships",
        "delivery: people; deployment: nobody, builds ship by themselves; observe: the pipeline itself. It lasts until "
        f"that line of the policy file changes. {_WHERE}",
        Topic.LANES,
        "mode payments staging deployment we trust the tests",
    ),
    Entry(
        "live",
        LIVE,
        "tell Signoff what is live",
        f"For the first start, or after a deploy that it did not see. VERSION is a version or a commit. {_WHERE}",
        Topic.LANES,
        "live payments production 117 deployed by hand",
    ),
    Entry(
        "quarantine",
        QUARANTINE,
        "keep a build from shipping, and all that contain it",
        "Every later build contains it, until somebody confirms one.",
        Topic.LANES,
        "quarantine payments 118 it loses refunds",
    ),
    Entry(
        "release-quarantine",
        CLEAR,
        "confirm a build, and all that contain it",
        "The builds between the bad one and this one stay where they are.",
        Topic.LANES,
        "release-quarantine payments 119 refunds are mended",
    ),
    Entry(
        "help",
        "help [WORD]",
        "these lines, or all about one word",
        "Try it with any word of this list.",
        Topic.READ,
        "help schedule",
    ),
)

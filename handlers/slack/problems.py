"""What keeps Slack from being used at all, each as one sentence with its remedy."""


class SlackProblem(Exception):  # noqa: N818 - its text is told to people; it is their problem, not an error of ours
    """Slack refuses what it was given; a person must mend it."""


class SlackUnreachable(SlackProblem):
    """Slack cannot be reached now; trying again later mends it."""

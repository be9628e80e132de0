"""Where `signoff` begins: one command is run, and what goes wrong is told in a sentence."""

import sys
from collections.abc import Sequence

from bot.cli.speech import Unheard, complain, unheard
from bot.cli.table import parsed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused, 2 a mistake that a person can mend."""
    asked = parsed(arguments)
    try:
        return int(asked.run(asked))
    except _told() as problem:
        return complain(str(problem))
    except Unheard as lost:
        return unheard(lost.problem)
    except KeyboardInterrupt:
        return 130


def _told() -> tuple[type[Exception], ...]:
    """Return the exceptions whose text is a sentence for people; imported only once there is one."""
    from handlers.control_client import ControlProblem  # noqa: PLC0415 - as said
    from handlers.slack.problems import SlackProblem  # noqa: PLC0415 - as said
    from storage.database import DatabaseProblem  # noqa: PLC0415 - as said

    return DatabaseProblem, SlackProblem, ControlProblem


if __name__ == "__main__":
    sys.exit(main())

"""Where `signoff` begins: one command is run, and what goes wrong is told in a sentence."""

import sys
from collections.abc import Sequence

from bot.cli.speech import Unheard, complain, unheard
from bot.cli.table import parsed
from handlers.control_client import ControlProblem
from handlers.slack.problems import SlackProblem
from storage.database import DatabaseProblem


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused, 2 a mistake that a person can mend."""
    asked = parsed(arguments)
    try:
        return int(asked.run(asked))
    except (DatabaseProblem, SlackProblem, ControlProblem) as problem:
        return complain(str(problem))
    except Unheard as lost:
        return unheard(lost.problem)
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

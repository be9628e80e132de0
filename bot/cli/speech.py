"""How the command line speaks: answers to standard output, what is wrong to standard error, in sentences."""

import sys

DONE, REFUSED, MISTAKEN = 0, 1, 2
"""Exit codes: done; understood and refused (or found broken); a mistake that a person can mend."""


def say(text: str) -> int:
    """Print an answer; returns the exit code of what is done."""
    print(text)
    return DONE


def complain(*sentences: str, code: int = MISTAKEN) -> int:
    """Print sentences to standard error; returns the exit code."""
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return code

"""The policy file's text to a Policy, or every problem in it at once."""

from dataclasses import replace

from bot.config.asking import too_often
from bot.config.convert import to_policy
from bot.config.problem import Problem
from bot.config.promises import promises
from bot.config.references import Whole
from bot.config.shape import Found, shape
from bot.config.yaml_text import Document, read_yaml
from bot.core.policy import Policy

__all__ = ["Problem", "load_policy", "promises"]


def load_policy(text: str | bytes, *, file: str, webhooks: bool) -> Policy | tuple[Problem, ...]:
    """Return the policy, or all problems in the order of their lines; never raises for what the text holds.

    Args:
        text: The file's content; bytes are read as UTF-8.
        file: The name to show in problems.
        webhooks: Whether GitHub's webhooks are set up; if not, GitHub is asked every 30 s unless the file says more.
    """
    document = read_yaml(text)
    if document.is_broken(()):
        return _problems(document, (), file)
    shaped = shape(document)
    found = list(shaped.found)
    whole = Whole(shaped.file, document, shaped) if shaped.file is not None else None
    found += whole.problems() if whole else ()
    if document.mistakes or found or whole is None:
        return _problems(document, found, file)
    policy = to_policy(whole.file, webhooks=webhooks)
    return replace(policy, warnings=(*whole.warnings(), *too_often(policy)))


def _problems(document: Document, found: "list[Found] | tuple[Found, ...]", file: str) -> tuple[Problem, ...]:
    told = {Problem(file, mistake.place.line, mistake.sentence) for mistake in document.mistakes}
    told |= {
        Problem(file, document.place(one.path).line, one.sentence) for one in found if not document.is_broken(one.path)
    }
    return tuple(sorted(told))

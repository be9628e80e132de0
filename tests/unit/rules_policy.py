"""The policy file of an example: the one at the top of docs/rules.md with what its `given` lines write over it."""

import json
from typing import Any

import yaml

from bot.config.load import load_policy
from bot.config.problem import Problem
from bot.core.policy import Policy

Tree = dict[str, Any]


class PolicyText:
    """A policy file that is written piece by piece. Every scalar stays the text that was written."""

    def __init__(self, text: str) -> None:
        self._tree: Tree = yaml.load(text, Loader=yaml.BaseLoader)

    def write(self, place: str, fragment: str) -> None:
        """Write the keys of a fragment over a section: a lane `service/environment`, a service, or a key of the file.

        An environment that is not there yet is written before the others, with a target.
        """
        value = yaml.load(fragment, Loader=yaml.BaseLoader)
        section = self._section(place)
        if section is None or not isinstance(value, dict):
            self._tree[place] = value
            return
        for key, new in value.items():
            section[key] = new

    def _section(self, place: str) -> Tree | None:
        services: Tree = self._tree["services"]
        service, _, environment = place.partition("/")
        if not environment:
            found: Tree | None = services.get(place, self._tree.get(place))
            return found if isinstance(found, dict) else None
        lanes = services[service]["environments"]
        if environment not in lanes:
            target = {"github_deployment": {"environment": environment}}
            services[service]["environments"] = lanes = {environment: {"deploy": target}} | lanes
        lane: Tree = lanes[environment]
        return lane

    def leave_out(self, place: str) -> None:
        """Take a key, a service's key or a lane out of the file: `payments/production`, `payments/production.after`."""
        place, _, key = place.partition(".")
        service, _, environment = place.partition("/")
        if key:
            section = self._section(place)
            assert section is not None, place
            del section[key]
        elif environment:
            del self._tree["services"][service]["environments"][environment]
        else:
            del self._tree[place]

    def joins(self, person: str, group: str) -> None:
        """Write a person into a group."""
        self._tree["groups"].setdefault(group, {}).setdefault("people", []).append(person)

    def read(self) -> Policy | tuple[Problem, ...]:
        """Return the file as the bot reads it, or every problem in it."""
        return load_policy(json.dumps(self._tree), file="signoff.yml", webhooks=True)

"""Channels that a policy names like «#releases», and their ids."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.policy import Policy


def names_in(policy: Policy) -> frozenset[str]:
    """Return every channel that is written by its name, with its #."""
    written = {policy.announcements, policy.operations}
    for service in policy.services:
        written |= {service.channel, *(lane.channel for lane in service.lanes)}
    return frozenset(channel for channel in written if channel is not None and channel.startswith("#"))


def with_ids(policy: Policy, ids: Mapping[str, str]) -> Policy:
    """Return the policy with every channel's name replaced by its id; ids stay as they are.

    Raises:
        KeyError: the id of a name is not among them.
    """

    def id_of(channel: str) -> str:
        return ids[channel] if channel.startswith("#") else channel

    services = [
        replace(
            service,
            channel=id_of(service.channel),
            lanes=tuple(replace(lane, channel=id_of(lane.channel)) for lane in service.lanes),
        )
        for service in policy.services
    ]
    announcements = id_of(policy.announcements) if policy.announcements else None
    operations = id_of(policy.operations) if policy.operations else None
    return replace(policy, services=tuple(services), announcements=announcements, operations=operations)

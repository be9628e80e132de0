"""Who somebody is, and in which groups: asked of the directory, which may be away."""

from collections.abc import Set as AbstractSet

from bot.core.inputs import Account
from bot.core.policy import Group, Person, Policy
from bot.core.release import Surface
from bot.ports.trouble import TryLater
from handlers.people import People
from tests.factories import a_policy
from tests.fakes.directory import FakeDirectory

AWAY = TryLater(5.0, "Slack cannot be reached")
GROUPS = (
    Group("qa", people=frozenset({"priya"})),
    Group("sre", people=frozenset({"sam"}), usergroup="S0SRE"),
    Group("leads", usergroup="S0LEADS"),
    Group("owners", people=frozenset({"priya"}), usergroup="S0OWNERS"),
)


class Counting(FakeDirectory):
    """A directory that keeps which groups it was asked for."""

    def __init__(self) -> None:
        super().__init__(groups={"S0SRE": frozenset({"U0PRIYA"}), "S0LEADS": frozenset({"U0SAM"})})
        self.asked: list[str] = []

    async def members(self, usergroup: str) -> frozenset[str] | TryLater:
        """Return who is in a user group."""
        self.asked.append(usergroup)
        return await super().members(usergroup)


def policy() -> Policy:
    """Return a policy with people, groups and user groups."""
    people = (Person("priya", slack="U0PRIYA"), Person("sam", slack="U0SAM"), Person("ann"))
    return a_policy(people=people, groups=GROUPS)


async def groups_of(directory: FakeDirectory, name: str) -> AbstractSet[str] | None:
    """Return the groups of whoever is named on the command line."""
    actor = await People(policy, directory).named(name, "operator")
    assert not isinstance(actor, TryLater)
    return actor.groups if actor else None


async def test_people_of_the_policy_and_of_user_groups_add_up() -> None:
    directory = Counting()
    assert await groups_of(directory, "priya") == {"qa", "sre", "owners"}
    assert directory.asked == ["S0SRE", "S0LEADS"]  # where they are listed, nobody needs to be asked
    assert await groups_of(directory, "sam") == {"sre", "leads"}
    assert await groups_of(directory, "ann") == frozenset()
    assert await groups_of(directory, "mallory") is None


async def test_while_the_directory_is_away_the_host_has_those_who_are_listed_and_asks_once() -> None:
    directory = Counting()
    directory.down = AWAY
    assert await groups_of(directory, "priya") == {"qa", "owners"}
    assert directory.asked == ["S0SRE"]
    assert await groups_of(directory, "sam") == {"sre"}


async def test_t06_while_the_directory_is_away_nobody_acts_in_slack() -> None:
    directory = Counting()
    people = People(policy, directory)
    directory.down = AWAY
    assert await people.in_slack("U0PRIYA", "T1", Surface.BUTTON) == AWAY
    directory.down = None
    actor = await people.in_slack("U0PRIYA", "T1", Surface.BUTTON)
    assert not isinstance(actor, TryLater)
    assert (actor.person.id, actor.account, actor.groups) == (
        "priya",
        Account.MEMBER,
        frozenset({"qa", "sre", "owners"}),
    )


async def test_a_user_group_that_does_not_answer_keeps_a_person_of_slack_waiting() -> None:
    class HalfAway(Counting):
        async def members(self, usergroup: str) -> frozenset[str] | TryLater:
            return AWAY if usergroup == "S0LEADS" else await super().members(usergroup)

    assert await People(policy, HalfAway()).in_slack("U0SAM", "T1", Surface.BUTTON) == AWAY

"""The workspace itself: who is there, what was said, which modals are open. It knows nothing of HTTP."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

from sandbox.slack import reading
from sandbox.slack.app import App
from sandbox.slack.block_kit.completion import completed
from sandbox.slack.changes import Changes
from sandbox.slack.directory import PAIR, Channel, Person, UserGroup
from sandbox.slack.messages import Block, Message, Version
from sandbox.slack.one_shot import OneShots
from sandbox.slack.rates import Rates
from sandbox.slack.views import Home, Modal, View, initial_values

SLACKBOT = "USLACKBOT"
Found = TypeVar("Found")


class Workspace:
    """One Slack workspace with one app installed. Readers are here; what people do is in `driver.py`."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        app: App | None = None,
        team_id: str = "T0SANDBOX",
        domain: str = "sandbox",
    ) -> None:
        self.clock = clock
        self.app = app or App()
        self.team_id = team_id
        self.domain = domain
        self.url = f"https://{domain}.slack.com"
        self.rates = Rates(clock)
        self.one_shots = OneShots(clock)
        self.changes = Changes()
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self._ephemerals: list[Message] = []
        self._modals: dict[str, list[Modal]] = {}
        self._homes: dict[str, Home] = {}
        self._last_ts = 0
        self._views = 0
        self.add_person(SLACKBOT, "slackbot", real_name="Slackbot", is_bot=True)
        self.add_person(self.app.bot_user, self.app.bot_name, real_name=self.app.name, is_bot=True)

    def add_person(self, id: str, name: str, **flags: Any) -> Person:  # noqa: A002 - Slack's own word
        """Add an account; `flags` are the fields of Person."""
        person = self.people[id] = Person(id, name, **flags)
        self.changes.announce()
        return person

    def add_channel(self, id: str, name: str, **flags: Any) -> Channel:  # noqa: A002 - Slack's own word
        """Add a channel; `flags` are the fields of Channel."""
        channel = self.channels[id] = Channel(id, name, **flags)
        self.changes.announce()
        return channel

    def add_usergroup(self, id: str, handle: str, people: list[str]) -> UserGroup:  # noqa: A002 - Slack's own word
        """Add a user group with the ids of its people."""
        group = self.usergroups[id] = UserGroup(id, handle, list(people))
        self.changes.announce()
        return group

    def person(self, who: str | Person) -> Person:
        """Return a person by id or name."""
        if isinstance(who, Person):
            return who
        for person in self.people.values():
            if who.removeprefix("@") in {person.id, person.name}:
                return person
        raise LookupError(f"nobody is called {who!r}; there are {', '.join(self.people)}")

    def channel(self, which: str | Channel) -> Channel:
        """Return a channel by id or name."""
        if isinstance(which, Channel):
            return which
        for channel in self.channels.values():
            if which.removeprefix("#") in {channel.id, channel.name}:
                return channel
        raise LookupError(f"no channel is called {which!r}; there are {', '.join(self.channels)}")

    def direct_channel(self, who: str | Person) -> Channel:
        """Return the direct message between the bot and a person, opened if it was not."""
        person = self.person(who)
        known = f"D{person.id[1:]}"
        if known not in self.channels:
            self.channels[known] = Channel(known, person.name, person=person.id)
        return self.channels[known]

    def direct_between(self, people: Collection[str]) -> Channel:
        """Return the direct message between people, given by their ids, opened if it was not."""
        bot, everybody = self.app.bot_user, sorted(set(people))
        others = [one for one in everybody if one != bot]
        if len(everybody) == PAIR and len(others) == 1:
            return self.direct_channel(others[0])
        known = f"{'D' if len(everybody) <= PAIR else 'G'}{''.join(one[1:] for one in everybody)}"
        if known not in self.channels:
            name = f"mpdm-{'--'.join(self.person(one).name for one in everybody)}-1"
            self.channels[known] = Channel(
                known, name, private=True, is_member=bot in everybody, members=set(everybody), direct=True
            )
            self.changes.announce()
        return self.channels[known]

    def direct_messages(self, who: str | Person) -> list[Message]:
        """Return what is to be seen in a person's direct message with the bot."""
        return self.direct_channel(who).messages

    def thread(self, message: Message) -> list[Message]:
        """Return the replies below a message, oldest first."""
        posts = self.channel(message.channel).posts
        return [post for post in posts if post.is_reply and post.thread_ts == message.ts and not post.deleted]

    def ephemerals(self, who: str | Person, channel: str | Channel | None = None) -> list[Message]:
        """Return what one person alone sees, oldest first."""
        person = self.person(who).id
        place = None if channel is None else self.channel(channel).id
        return [
            one
            for one in self._ephemerals
            if one.visible_to == person and not one.deleted and place in {None, one.channel}
        ]

    def message(self, channel: str, ts: str) -> Message | None:
        """Return a message that exists and is not deleted, an ephemeral one too."""
        posts = self.channels[channel].posts if channel in self.channels else []
        candidates = [*posts, *self._ephemerals]
        return next((one for one in candidates if (one.channel, one.ts) == (channel, ts) and not one.deleted), None)

    def modal(self, who: str | Person) -> Modal | None:
        """Return the topmost modal in front of a person."""
        stack = self.modals(who)
        return stack[-1] if stack else None

    def modals(self, who: str | Person) -> list[Modal]:
        """Return the stack of modals in front of a person; change it through `show_modal` and `close_modals`."""
        return self._modals.setdefault(self.person(who).id, [])

    def home(self, who: str | Person) -> Home | None:
        """Return what the app published for a person's Home tab; None while it has not."""
        return self._homes.get(self.person(who).id)

    def view(self, view_id: str | None, external_id: str | None = None) -> View | None:
        """Return an open modal or a Home tab by its view's id or external id."""
        for view in [*self._homes.values(), *(modal for stack in self._modals.values() for modal in stack)]:
            if view_id == view.id or (external_id and view.view.get("external_id") == external_id):
                return view
        return None

    def next_ts(self) -> str:
        """Return a message's ts: the clock's microseconds, always greater than the one before."""
        now = int(self.clock().timestamp()) * 10_000
        self._last_ts = max(now + 1, self._last_ts + 1)
        return f"{self._last_ts // 10_000}.{self._last_ts % 10_000 * 100:06d}"

    def post(
        self,
        channel: Channel,
        author: str,
        text: str,
        blocks: list[Block] | None = None,
        *,
        thread_ts: str | None = None,
        visible_to: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> Message:
        """Put a message into a channel."""
        ts = self.next_ts()
        is_bot = author == self.app.bot_user
        message = Message(
            channel=channel.id,
            ts=ts,
            author=author,
            versions=[Version(self.clock(), text, completed(blocks or [], ts[-8:]))],
            thread_ts=thread_ts,
            visible_to=visible_to,
            bot_id=self.app.bot_id if is_bot else None,
            app_id=self.app.app_id if is_bot else None,
            metadata=metadata or {},
        )
        (self._ephemerals if visible_to else channel.posts).append(message)
        self.changes.announce()
        return message

    def edit(self, message: Message, text: str, blocks: list[Block]) -> None:
        """Show another version of a message. Slack marks it as edited only where the new version has no blocks."""
        salt = f"{message.ts[-8:]}v{len(message.versions)}"
        message.versions.append(Version(self.clock(), text, completed(blocks, salt)))
        message.edited = not blocks
        self.changes.announce()

    def delete(self, message: Message) -> None:
        """Take a message away; its versions stay to be read by tests."""
        message.deleted = True
        self.changes.announce()

    def show_modal(self, person: str, view: dict[str, Any]) -> Modal:
        """Put a modal in front of a person, above those that are open."""
        stack = self.modals(person)
        modal = Modal(*self._new_view(person, view, stack[0].id if stack else None))
        modal.previous_id, modal.values = stack[-1].id if stack else None, initial_values(modal.blocks)
        stack.append(modal)
        self.changes.announce()
        return modal

    def publish(self, person: str, view: dict[str, Any]) -> Home:
        """Show a view in a person's Home tab, in place of the one before."""
        home = self._homes.get(person)
        if home is not None:
            self.update_view(home, view)
            return home
        home = self._homes[person] = Home(*self._new_view(person, view, None))
        home.values = initial_values(home.blocks)
        self.changes.announce()
        return home

    def update_view(self, shown: View, view: dict[str, Any]) -> None:
        """Replace the view of an open modal or of a Home tab."""
        shown.show({**view, "blocks": completed(view["blocks"], shown.id)}, self.view_hash())
        self.changes.announce()

    def _new_view(
        self, person: str, view: dict[str, Any], root: str | None
    ) -> tuple[str, str, dict[str, Any], str, str]:
        self._views += 1
        known = f"V{self._views:09d}"
        return known, person, {**view, "blocks": completed(view["blocks"], known)}, root or known, self.view_hash()

    def view_hash(self) -> str:
        """Return a fresh hash, which differs for every version of every view."""
        return f"{self.next_ts()}"

    async def changed(self, predicate: Callable[[], Found | None], timeout: float = 5.0) -> Found:  # noqa: ASYNC109 - a limit
        """Return what the predicate returns as soon as it is true; it is asked again after every change.

        Raises:
            TimeoutError: it did not become true; the message tells what is to be seen.
        """
        try:
            return await self.changes.until(predicate, timeout)
        except TimeoutError:
            raise TimeoutError(f"still not so after {timeout} s; to be seen:\n{self.transcript()}") from None

    def plain(self, message: Message, version: int = -1) -> str:
        """Return what a person reads in a message, without markup."""
        return reading.plain(self, message, version)

    def reads(self, view: View) -> str:
        """Return what its person reads in a modal or a Home tab, in their time zone, without markup."""
        return reading.view(self, view)

    def buttons(self, message: Message | View) -> list[reading.Button]:
        """Return the buttons that are to be seen, in order."""
        return reading.buttons(message.blocks)

    def transcript(self) -> str:
        """Return everything that is to be seen, for the message of a failed test."""
        return reading.transcript(self)

"""The camera: a page of the sandbox in Chromium, and pictures of single messages, forms and threads in it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, FloatRect, Locator, Page, expect

from bot.ports.effects import EffectKind
from sandbox.slack.messages import Message
from tests.acceptance.desk import Desk
from tests.pictures.png import encode, indexed

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
PATIENCE = 20_000
"""Milliseconds that a wait may take."""
WIDTH, HEIGHT = 900, 1200
"""Of the window, so high that no message has to be scrolled."""
STILL = """
.tools, [data-focus="inspect"] { display: none !important }
.dialog { box-shadow: none; border-radius: 0; border: 1px solid #c9c5ce }
.dialog::backdrop { background: #ffffff }
"""
"""Nothing that comes and goes, and no shade around a dialog."""
TOLD = tuple(kind for kind in EffectKind if kind is not EffectKind.DEPLOY)
SOON = timedelta(seconds=30)
AT_REST = """() => {
  document.activeElement?.blur();
  for (const one of document.querySelectorAll("textarea, .dialog-body")) one.scrollTop = 0;
}"""
REPLACE = "(node, [pattern, words]) => { node.textContent = node.textContent.replace(new RegExp(pattern), words) }"
BARS = 240
"""What stands above and below the messages, at most."""
KNOWN = {"priya": "U0PRIYA", "sam": "U0SAM", "alex": "U0ALEX"}


@dataclass(slots=True)
class Camera:
    """Takes pictures of one workspace, as one person sees it at a time."""

    here: Desk
    page: Page
    darkroom: Page
    who: str = "priya"

    async def message(
        self, name: str, message: Message, *, who: str = "", replace: tuple[str, str] | None = None
    ) -> None:
        """Take a picture of one message; `replace` shows something else for code that no two runs have in common."""
        await self.look(f"#{message.channel}", who)
        found = self.page.locator(f'#messages [data-ts="{message.ts}"]')
        if replace is not None:
            await found.locator("code").first.evaluate(REPLACE, list(replace))
        await self.shoot(name, [found])

    async def thread(self, name: str, parent: Message, *, who: str = "") -> None:
        """Take a picture of the replies below a message."""
        await self.look(f"archives/{parent.channel}/p{parent.ts.replace('.', '')}?thread_ts={parent.ts}", who)
        replies = self.here.workspace.thread(parent)
        found = [self.page.locator(f'.thread [data-ts="{one.ts}"]') for one in replies]
        await self.shoot(name, found)

    async def private(self, name: str, who: str, words: str) -> None:
        """Take a picture of what one person alone was told last that holds the words."""
        await self.here.hears(who, words)
        told = [m for m in self.here.workspace.ephemerals(who) if words in self.here.workspace.plain(m)]
        await self.message(name, told[-1], who=who)

    async def form(self, name: str, who: str, *, close: bool = True) -> None:
        """Take a picture of the form in front of a person."""
        await self.here.until(lambda: self.here.workspace.modal(who))
        await self.look(f"#{self.here.workspace.channel('payments').id}", who)
        await self.shoot(name, [self.page.locator("dialog[open]")])
        if close:
            await self.here.running.driver.close_modal(who)

    async def question(self, name: str, message: Message, button: str, *, who: str = "") -> None:
        """Take a picture of what is asked once more before a button counts, and go back."""
        await self.look(f"#{message.channel}", who)
        await self.page.locator(f'#messages [data-ts="{message.ts}"]').get_by_role("button", name=button).first.click()
        dialog = self.page.locator("dialog[open]")
        await self.shoot(name, [dialog])
        await dialog.get_by_role("button").first.click()
        await expect(dialog).to_have_count(0)

    async def home(self, name: str, who: str) -> None:
        """Take a picture of a person's Home tab."""
        await self.look(f"#{self.here.workspace.direct_channel(who).id}/home", who)
        await self.shoot(name, [self.page.locator("#home > .blocks")], margin=14)

    async def window(self, name: str, message: Message) -> None:
        """Take a picture of the whole window with a message in its channel."""
        await self.page.set_viewport_size({"width": 1280, "height": 720})
        await self.look(f"#{message.channel}")
        body = self.page.locator("body")
        await self.shoot(name, [body])

    async def look(self, where: str, who: str = "") -> None:
        """Open a place anew, as somebody: then everything that is shown is what is stored now."""
        self.who = who or self.who
        await self.here.comes(self._nothing_is_due)
        await self.page.clock.set_fixed_time(self.here.clock())
        await self._open(where)
        if await self.page.get_by_label("Acting as").input_value() != KNOWN[self.who]:
            async with self.page.expect_response(lambda answer: KNOWN[self.who] in answer.url):
                await self.page.get_by_label("Acting as").select_option(KNOWN[self.who])
            await self._open(where)
            await expect(self.page.get_by_label("Acting as")).to_have_value(KNOWN[self.who])
        await self.page.add_style_tag(content=STILL)

    async def _open(self, where: str) -> None:
        await self.page.goto("about:blank")
        await self.page.goto(f"{self.here.running.url}/{where}")
        await expect(self.page.get_by_label("Acting as").locator("option").first).to_be_attached()

    async def _nothing_is_due(self) -> bool:
        """Whether everything is told that can be told now; what Slack refused is tried again much later."""
        assert self.here.signoff is not None
        desk = self.here.signoff.desk
        due = await desk.store.read(lambda tx: (tx.cards.next_due(), tx.effects.next_due(TOLD)))
        return not [moment for moment in due if moment is not None and moment <= desk.clock() + SOON]

    async def shoot(self, name: str, parts: Sequence[Locator], *, margin: int = 0) -> None:
        """Keep a picture of the smallest rectangle that holds the parts, unless it is what is kept already."""
        for part in parts:
            await expect(part).to_have_count(1, timeout=PATIENCE)
        await self.page.evaluate(AT_REST)
        await self.page.mouse.move(0, 0)
        clip = await self._around(parts, margin)
        if clip["height"] + BARS > HEIGHT:
            await self.page.set_viewport_size({"width": WIDTH, "height": int(clip["height"]) + BARS})
            clip = await self._around(parts, margin)
        shot = await self.page.screenshot(clip=clip, animations="disabled")
        await self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        made = encode(await indexed(self.darkroom, shot))
        file = PICTURES / f"{name}.png"
        if not file.exists() or file.read_bytes() != made:
            file.write_bytes(made)
            print(f"  new: {name} ({len(made) // 1024} kB)")

    async def _around(self, parts: Sequence[Locator], margin: int) -> FloatRect:
        boxes = [box for part in parts if (box := await part.bounding_box())]
        left, top = (min(box[side] for box in boxes) - margin for side in ("x", "y"))
        right = max(box["x"] + box["width"] for box in boxes) + margin
        bottom = max(box["y"] + box["height"] for box in boxes) + margin
        return {"x": left, "y": top, "width": right - left, "height": bottom - top}


@asynccontextmanager
async def camera(browser: Browser, here: Desk) -> AsyncIterator[Camera]:
    """Open a page of the workspace, in the light theme and at twice the size, under the workspace's own day."""
    window = {"width": WIDTH, "height": HEIGHT}
    context = await browser.new_context(viewport=window, device_scale_factor=2, color_scheme="light", bypass_csp=True)  # type: ignore[arg-type]
    # a client that starts anew has forgotten what one person alone was told; for a picture it remembers
    await context.add_init_script("location.protocol === 'http:' && sessionStorage.setItem('ephemerals', 'kept')")
    page, darkroom = await context.new_page(), await context.new_page()
    page.set_default_timeout(PATIENCE)
    try:
        yield Camera(here, page, darkroom)
    finally:
        await context.close()

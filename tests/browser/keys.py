"""A keyboard and nothing else: what cannot be reached with Tab and the arrows is not there."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

FARTHEST = 120
"""Presses of Tab after which something counts as out of reach."""
SEEN = """
() => {
  const one = document.activeElement;
  const frame = one.closest(".composer-row") ?? one;
  const style = getComputedStyle(frame);
  return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
}
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """Types on a page."""

    page: Page

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self.page.keyboard.press(key)

    async def type(self, text: str) -> None:
        """Type a text where the focus is."""
        await self.page.keyboard.type(text)

    async def reach(self, target: Locator, key: str = "Tab") -> None:
        """Press a key until the target has the focus; wherever the focus is on the way, it is to be seen."""
        await expect(target).to_be_visible()
        for _ in range(FARTHEST):
            await self.press(key)
            assert await self.page.evaluate(SEEN), f"the focus is nowhere to be seen: {await self.here()}"
            if await target.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"{target} is not reached with {key}; the focus is on {await self.here()}")

    async def here(self) -> str:
        """Return what has the focus."""
        return str(await self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)"))

    async def use(self, target: Locator) -> None:
        """Reach a button or a link and press Enter."""
        await self.reach(target)
        await self.press("Enter")

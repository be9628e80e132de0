"""How text is drawn: mrkdwn and rich text as Slack shows them; and that the page fetches nothing from elsewhere."""

from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import Page, expect

from tests.browser.toy import page_of, posts, workspace_of_the_toy
from tests.browser.window import browser_tests

pytestmark = browser_tests
LINK = 'target="_blank" rel="noopener noreferrer"'
MENTION = '<span class="mention">'
AT = 1795255200  # 2026-11-21 10:00 in UTC, when the toy's clock stands

MRKDWN = {
    "*bold* _italic_ ~struck~ `code`": "<strong>bold</strong> <em>italic</em> <s>struck</s> <code>code</code>",
    "*_both_ and ~all~*": "<strong><em>both</em> and <s>all</s></strong>",
    "5 * 3 * 2, snake_case_name, a~b~c": "5 * 3 * 2, snake_case_name, a~b~c",
    "* not bold*, _ nor this_": "* not bold*, _ nor this_",
    "`*as it is*`": "<code>*as it is*</code>",
    "one\ntwo": "one<br>two",
    "```\na *b*\n  c\n```": "<pre>a *b*\n  c</pre>",
    "see\n```x```\nthere": "see<pre>x</pre>there",
    "&gt; said\n&gt; again\nanswered": "<blockquote>said<br>again</blockquote>answered",
    "&lt;b&gt; &amp;amp; &lt;script&gt;": "&lt;b&gt; &amp;amp; &lt;script&gt;",
    "<https://a.example/?q=1&amp;r=2|here>": f'<a href="https://a.example/?q=1&amp;r=2" {LINK}>here</a>',
    "<https://a.example>": f'<a href="https://a.example" {LINK}>https://a.example</a>',
    "look at https://a.example/x.": f'look at <a href="https://a.example/x" {LINK}>https://a.example/x</a>.',
    "<mailto:qa@a.example|QA>": f'<a href="mailto:qa@a.example" {LINK}>QA</a>',
    "<javascript:alert(1)|press>": "<span>press</span>",
    "<@U0PRIYA> <@U0SAM> <@U0NOBODY>": (
        f'{MENTION}@priya</span> <span class="mention mine">@sam</span> {MENTION}@U0NOBODY</span>'
    ),
    "<#C0OPS|ops> <!subteam^S0SRE> <!here>": f"{MENTION}#ops</span> {MENTION}@sre</span> {MENTION}@here</span>",
    f"<!date^{AT}^{{date_short_pretty}} {{time}}|then>": '<time title="then">today 10:00</time>',
    f"<!date^{AT - 86400}^{{date_pretty}}|then>": '<time title="then">yesterday</time>',
    f"<!date^{AT}^{{date_num}} {{date_long}}|then>": '<time title="then">2026-11-21 Saturday, 21 November 2026</time>',
    f"<!date^{AT - 7200}^{{ago}}^https://a.example|then>": (
        f'<time title="then"><a href="https://a.example" {LINK}>2 hours ago</a></time>'
    ),
    ":rocket: :white_check_mark: :no_such_thing: 10:30:45": "🚀 ✅ :no_such_thing: 10:30:45",
    "• one\n• two": "• one<br>• two",
}


async def test_mrkdwn_is_drawn_as_slack_shows_it() -> None:
    workspace = workspace_of_the_toy()
    for text in MRKDWN:
        posts(workspace, text)
    async with page_of(workspace) as (_, page):
        texts = page.get_by_role("log").locator(".text")
        await expect(texts).to_have_count(len(MRKDWN))
        drawn = await texts.evaluate_all("all => all.map(one => one.innerHTML)")
    assert dict(zip(MRKDWN, drawn, strict=True)) == MRKDWN


RICH = [
    {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "plain "}, {"type": "user", "user_id": "U0SAM"}],
    },
    {
        "type": "rich_text_list",
        "style": "ordered",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "one", "style": {"bold": True}}]},
            {"type": "rich_text_section", "elements": [{"type": "emoji", "name": "ship"}]},
        ],
    },
    {
        "type": "rich_text_list",
        "style": "bullet",
        "indent": 1,
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "deeper"}]}],
    },
    {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
    {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
]


async def test_rich_text_has_lists_quotes_and_code() -> None:
    workspace = workspace_of_the_toy()
    posts(workspace, "rich", blocks=[{"type": "rich_text", "elements": RICH}])
    async with page_of(workspace) as (_, page):
        assert await page.get_by_role("log").locator(".rich").inner_html() == (
            '<p>plain <span class="mention mine">@sam</span></p>'
            '<ol class="indent-0"><li><strong>one</strong></li><li>🚢</li></ol>'
            '<ul class="indent-1"><li>deeper</li></ul>'
            "<blockquote>said</blockquote><pre>x = 1</pre>"
        )


PICTURE = {"image_url": "https://elsewhere.example/cat.png", "alt_text": "a cat"}
SHOW = """
url => new Promise(done => {
  document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective), {once: true});
  const image = document.createElement("img");
  image.src = url;
  image.onload = () => done("shown");
  document.body.append(image);
})
"""
FETCH = """
url => new Promise(done => {
  document.addEventListener("securitypolicyviolation", event => done(event.effectiveDirective), {once: true});
  fetch(url).then(() => done("fetched"), () => 0);
})
"""


async def test_pictures_are_named_and_never_fetched() -> None:
    workspace = workspace_of_the_toy()
    blocks: list[dict[str, Any]] = [
        {"type": "image", **PICTURE, "title": {"type": "plain_text", "text": "Ours"}},
        {"type": "context", "elements": [{"type": "image", **PICTURE}]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "Look"}, "accessory": {"type": "image", **PICTURE}},
    ]
    posts(workspace, "pictures", blocks=blocks)
    async with page_of(workspace) as (_, page):
        pictures = page.get_by_role("log").get_by_role("img", name="a cat")
        await expect(pictures).to_have_text(["a cat", "a cat", "a cat"])
        assert await page.locator("img").count() == 0


@pytest.mark.parametrize(("attempt", "directive"), [(SHOW, "img-src"), (FETCH, "connect-src")])
async def test_the_browser_itself_keeps_the_page_from_going_elsewhere(attempt: str, directive: str) -> None:
    forgiven = ("elsewhere.example", "Content Security Policy")
    async with page_of(workspace_of_the_toy(), forgiven=forgiven) as (_, page):
        assert await tried(page, attempt) == directive


async def tried(page: Page, attempt: str) -> str:
    return str(await page.evaluate(attempt, "https://elsewhere.example/cat.png"))


async def test_the_page_comes_with_the_policy_that_keeps_it_here() -> None:
    async with (
        page_of(workspace_of_the_toy()) as (running, _),
        ClientSession(running.url) as http,
        http.get("/") as page,
        http.get("/archives/C0OPEN/p1") as linked,
    ):
        policies = {answer.headers["Content-Security-Policy"] for answer in (page, linked)}
    assert policies == {"default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"}

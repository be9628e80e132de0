"""A host that refuses whatever comes, and says in its answer all that it was told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[str, list[str]]]:
    """Listen, and refuse whatever comes with all that it said, its secrets among it."""
    heard: list[str] = []

    async def refuse(request: web.Request) -> web.Response:
        said = f"{request.raw_path} {dict(request.headers)} {(await request.read()).decode()}"
        heard.append(said)
        return web.json_response({"message": said, "error": said, "detail": said}, status=403, reason="No")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", refuse)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", heard
    finally:
        await runner.cleanup()

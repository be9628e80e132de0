"""Liveness and readiness: whether the process lives, and which part of it is ill."""

from collections.abc import Callable, Mapping

from aiohttp import web

from bot.ports.store import Store


def health_routes(store: Store, parts: Callable[[], Mapping[str, bool]]) -> list[web.RouteDef]:
    """Return /healthz, which asks nothing, and /readyz, which reads the database and names each part.

    Slack or a CI system being away is «degraded» and still ready: what comes in is stored, and sent when they return.
    """

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        known = dict(parts())
        try:
            await store.read(lambda tx: tx.lanes.next_number())
        except Exception:  # noqa: BLE001 - whatever it is, the answer is the same: not ready
            return web.json_response({"status": "not ready", "database": False, **known}, status=503)
        if not known.get("started", True):
            return web.json_response({"status": "starting", "database": True, **known}, status=503)
        status = "ready" if all(known.values()) else "degraded"
        return web.json_response({"status": status, "database": True, **known})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]

"""Who is at the other end of the command line's socket, as the kernel tells it, not as the client claims."""

import os
import pwd
import socket
import struct

from aiohttp import web

_CREDENTIALS = struct.Struct("3i")
"""pid, uid, gid (struct ucred; https://man7.org/linux/man-pages/man7/unix.7.html)."""


def user_of(request: web.Request) -> int | None:
    """Return the uid of the process that connected; None where the kernel does not tell."""
    if not hasattr(socket, "SO_PEERCRED") or request.transport is None:
        return None
    connection = request.transport.get_extra_info("socket")
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return int(_CREDENTIALS.unpack(told)[1])


def may_connect(user: int | None) -> bool:
    """Whether a user may speak to the bot: its own user and root, who could read its files anyway."""
    return user is None or user in {os.geteuid(), 0}


def name_of(user: int | None, claimed: str | None) -> str | None:
    """Return what the audit row calls a user; a claim counts, marked as one, only where the kernel is silent."""
    if user is None:
        return None if claimed is None else f"{claimed} (claimed)"
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:  # a user of a container, known by number only
        return f"uid {user}"

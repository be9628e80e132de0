"""How a WebSocket is opened on the side of the server (RFC 6455, 4.2.2)."""

import base64
import hashlib
from collections.abc import Mapping

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def switched(headers: Mapping[str, str]) -> bytes:
    """Return the answer that opens one."""
    key = headers.get("sec-websocket-key", "")
    accepted = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()  # noqa: S324 - the RFC's own
    lines = ["HTTP/1.1 101 So", "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Accept: {accepted}"]
    return "\r\n".join([*lines, "", ""]).encode()

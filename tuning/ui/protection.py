"""Between the network and Gradio: headers on every answer, routes that stay shut, limits of bodies and uploads.

Knows HTTP; no screen and no run. Reasons for what is shut are those of Gradio 6.31.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["MOST_BODY_BYTES", "MOST_UPLOADED_BYTES", "Protection", "security_headers"]

MOST_BODY_BYTES = 21_000_000
"""Of one request: a file of the largest size that is taken, and what is sent around it."""
MOST_UPLOADED_BYTES = 5_000_000_000
"""Of all files on their way, of all visitors together; Gradio limits each file, not their number."""
_SHUT = re.compile(
    r"/gradio_api/("
    r"deep_link"  # makes a public link of anybody's page
    r"|proxy=|file=\s*https?:|file=//"  # fetches from elsewhere in this server's name
    r"|stream|process_recording|vibe-|profiling|run-history|runs\b|mcp\b|custom_component"  # of no use here
    r")|^/monitoring",
    re.IGNORECASE,
)
_FRAMED_BY = "https://huggingface.co https://*.huggingface.co"
"""A Space is shown in a frame of the Hub's page, and its page asks the Hub about itself."""
_UNUSED = ("camera", "microphone", "geolocation", "payment", "usb", "midi", "serial", "display-capture")


def security_headers(*, on_space: bool) -> Mapping[str, str]:
    """What a browser is told with every answer.

    Gradio starts from scripts in its page and makes functions of the templates of `gr.HTML`, so both must be allowed;
    what is shown is escaped instead. A script that got in all the same could send nothing anywhere.
    """
    hub = f" {_FRAMED_BY}" if on_space else ""
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": f"'self' data: blob:{hub}",
        "font-src": "'self' data:",
        "connect-src": f"'self'{hub}",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": f"'self'{hub}",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "X-Content-Type-Options": "nosniff",
        # The address of a page holds the id that opens a run.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{name}=()" for name in _UNUSED),
    }


@dataclass(frozen=True)
class Protection:
    """ASGI middleware around everything that Gradio serves."""

    app: ASGIApp
    headers: Mapping[str, str]
    uploads: Path
    """The folder whose size uploads may not bring beyond the limit."""
    most_uploaded: int = MOST_UPLOADED_BYTES
    most_body: int = MOST_BODY_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        try:
            refused = await self._refused(scope)
            await (refused or self.app)(scope, _Measured(receive, self.most_body), send_with_headers)
        except Exception:
            if not begun:
                await PlainTextResponse("Internal server error", 500)(scope, receive, send_with_headers)
            raise

    async def _refused(self, scope: Scope) -> PlainTextResponse | None:
        if _SHUT.search(scope["path"]):
            return PlainTextResponse("Not found", 404)
        length = Headers(scope=scope).get("content-length", "0")
        if not length.isdecimal() or int(length) > self.most_body:
            return PlainTextResponse(f"More than {self.most_body / 1e6:.0f} MB in one request", 413)
        if scope["path"].rstrip("/").endswith("/upload"):
            held = await run_in_threadpool(_bytes_in, self.uploads)
            if held > self.most_uploaded:
                return PlainTextResponse("This server holds as many uploads as it may; try again in some hours", 507)
        return None


class _Measured:
    """A request's body, which ends early when it is longer than it may be; its length may not have been told."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return message if self._left >= 0 else {"type": "http.disconnect"}


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):  # swept in the meantime
            total += path.lstat().st_size
    return total

"""The app as a user starts it: `python app.py` in a process of its own, on a free port of the loopback."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "App", "serve"]

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class App:
    """A running app."""

    url: str
    home: Path
    """Its runs root's parent: TUNEOFF_HOME."""
    process: "subprocess.Popen[str]"


@contextmanager
def serve(home: Path, env: Mapping[str, str] | None = None) -> Iterator[App]:
    """Start the app, wait until it says that it serves, and end it afterwards."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env={**os.environ, "TUNEOFF_HOME": str(home), "GRADIO_SERVER_PORT": str(port), **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Running on local URL" in line:
                break
        else:
            raise AssertionError(f"the app ended without serving:\n{''.join(said)}")
        # Were nobody to listen, what the app has to say would fill the pipe, and the app would wait for ever.
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield App(f"http://127.0.0.1:{port}", home, process)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

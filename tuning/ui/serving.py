"""The app as a server: what it is given, how it is launched, what it tidies up. Knows no screen."""

import logging
import threading
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from tuning.models.catalog import on_space
from tuning.runs.limits import Limits
from tuning.runs.store import RunStore, home
from tuning.ui.context import Context, clear_old_files
from tuning.ui.privacy import KEPT_UPLOADS_S
from tuning.ui.protection import Protection, security_headers
from tuning.ui.showcase import find_showcase
from tuning.ui.theme import STYLE_SHEET, theme
from tuning.ui.watch_route import watch_route

__all__ = ["launch_settings", "make_context", "set_defaults", "sweep_hourly"]

_log = logging.getLogger(__name__)
_HOUR_S = 3600.0
_UPLOADS = "GRADIO_TEMP_DIR"


def set_defaults(env: MutableMapping[str, str]) -> None:
    """Before Gradio is loaded: no telemetry, and uploads in a folder of ours that nothing else shares."""
    env.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    env.setdefault(_UPLOADS, str(home(env) / "uploads"))


def make_context(env: Mapping[str, str]) -> Context:
    """The world that `env` describes. Raises `SettingError` for a limit that is not what it must be."""
    uploads = Path(env.get(_UPLOADS) or home(env) / "uploads")
    return Context(RunStore(home(env)), Limits.from_env(env), env, uploads, find_showcase())


def launch_settings(context: Context) -> dict[str, Any]:
    """For `gr.Blocks.launch`; host and port come from Gradio's own variables, loopback by default."""
    headers = security_headers(on_space=on_space(context.env))
    return {
        "app_kwargs": {
            "middleware": [Middleware(Protection, headers=headers, uploads=context.files)],
            "routes": [watch_route(context.store)],
        },
        "show_error": False,
        "max_file_size": "20mb",
        "allowed_paths": [],
        "blocked_paths": [str(context.store.folder), str(context.choices)],
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "strict_cors": True,
        "mcp_server": False,
        "pwa": False,
        "share": False,
        # Else Gradio ends an app that does not answer itself within three seconds, as on a machine that is training.
        "_frontend": False,
        "footer_links": ["api"],
        # Gradio says this to screen readers whenever an event is over, and has no words for it.
        "i18n": gr.I18n(en={"common.complete": "Done"}),
        "theme": theme(),
        "css_paths": [STYLE_SHEET],
    }


def sweep_hourly(context: Context, stop: threading.Event) -> threading.Thread:
    """Tidy up now and every hour until `stop` is set, beside the server."""

    def sweep() -> None:
        while True:
            try:
                context.store.sweep(context.limits)
                for folder in (context.files, context.choices):
                    clear_old_files(folder, older_than_s=KEPT_UPLOADS_S)
            except Exception:  # noqa: BLE001 - tidying up is tried again in an hour; the server must not end for it
                _log.exception("what is too old could not be removed")
            if stop.wait(_HOUR_S):
                return

    thread = threading.Thread(target=sweep, name="sweep", daemon=True)
    thread.start()
    return thread

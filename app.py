"""The app's entry point, here and on Spaces: build the page, queue its events, serve it."""

import os
import threading

from tuning.ui.serving import launch_settings, make_context, set_defaults, sweep_hourly

set_defaults(os.environ)

from tuning.ui.build import build  # noqa: E402 - Gradio reads the defaults while it is loaded

context = make_context(os.environ)
demo = build(context).queue(max_size=32, default_concurrency_limit=4, api_open=False)

if __name__ == "__main__":
    sweep_hourly(context, threading.Event())
    demo.launch(**launch_settings(context))

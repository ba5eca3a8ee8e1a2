"""The app's entry point, here and on Spaces: build the page, serve it."""

import os
import threading

from tuning.ui.serving import launch_settings, make_context, set_defaults, sweep_hourly

set_defaults(os.environ)

from tuning.ui.build import build  # noqa: E402 - Gradio reads the defaults while it is loaded

context = make_context(os.environ)
demo = build(context)

if __name__ == "__main__":
    sweep_hourly(context, threading.Event())
    demo.launch(**launch_settings(context))

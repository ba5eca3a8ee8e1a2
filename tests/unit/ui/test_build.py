"""The page as a whole: what it asks of Gradio itself."""

import gradio as gr
import pytest

from tests.unit.ui.builders import context
from tuning.ui.build import build


@pytest.fixture
def demo(tmp_path):
    return build(context(tmp_path))


def test_the_queue_is_short_shut_to_programs_and_at_rest_when_nothing_waits(demo):
    queue = demo._queue
    assert (queue.max_size, demo.api_open) == (32, False)
    with gr.Blocks() as plain:
        pass
    assert plain._queue.sleep_when_free < queue.sleep_when_free, "Gradio calls it otherwise, or rests by itself"


def test_nothing_ticks_in_gradio(demo):
    assert not [block for block in demo.blocks.values() if isinstance(block, gr.Timer)]


def test_what_is_private_has_no_name_for_programs(demo):
    named = {fn.api_name for fn in demo.fns.values() if fn.api_visibility == "public"}
    assert named == {"inspect", "start", "status", "comparison", "predict"}

"""What is told of a run while it goes: few lines in a pipe, bars on a terminal, nothing when quiet."""

import re

from tests.unit.cli.helpers import HOSTILE, pipe_screen, shown, terminal_screen
from tuning.cli.progress import BarView, LineView, SilentView, open_view
from tuning.events import DevScored, Finished, Note, Phase, Sampled, SampledAnswer, Started, Step, Stopped

ANSWERS = [SampledAnswer(row=n, input="a", target="b", output="b", score=n % 2) for n in range(1, 6)]
EVENTS = [
    Started(at=0, device="cpu", precision="bfloat16", threads=2),
    Phase(at=1, name="prepare", done=0, total=1),
    *(Phase(at=2, name="base", done=done, total=1000, seconds_left=61) for done in range(0, 1001, 5)),
    Phase(at=3, name="train", done=0, total=400),
    Sampled(at=4, step=0, metric="accuracy", answers=ANSWERS),
    *(
        Step(at=4, step=n, total_steps=400, epoch=1, loss=2.5, learning_rate=1e-3, seconds_left=3725)
        for n in range(1, 401)
    ),
    DevScored(at=5, step=200, loss=1.875),
    Stopped(at=6, reason="dev stopped improving", step=300, best_step=200),
    Note(at=7, level="warning", message=HOSTILE),
    Phase(at=8, name="compare", done=0, total=1),
    Finished(at=9, state="done", message="It helped."),
]


def told(view, screen):
    view.waiting(3)
    view.waiting(3)
    view.waiting(1)
    for event in EVENTS:
        view.event(event)
    view.say("one of ours " + HOSTILE)
    view.close()
    return shown(screen)


def test_in_a_pipe_a_line_tells_every_part_and_every_tenth():
    screen = pipe_screen()
    lines = told(LineView(screen), screen).splitlines()

    assert [line for line in lines if line.startswith("waiting")] == [
        "waiting, place 3 in the queue",
        "waiting, place 1 in the queue",
    ]
    assert len([line for line in lines if line.startswith("base answers")]) == 11
    assert 10 <= len([line for line in lines if line.startswith("training step")]) <= 11
    assert "training step 400/400, loss 2.500, 1:02:05 left" in lines
    assert "base answers 500/1000, 1:01 left" in lines
    assert "preparing" in lines
    assert "dev loss 1.875 after step 200" in lines
    assert "3 of 5 watched rows right after step 0" in lines
    assert "computing on cpu in bfloat16, 2 threads" in lines
    assert (
        "training ended after step 300: dev loss had stopped improving; the adapter of step 200 is kept, "
        "the best on dev rows since training began"
    ) in lines


def test_in_a_pipe_every_line_is_plain():
    screen = pipe_screen()

    assert not re.search(r"[\x00-\x09\x0b-\x1f]", told(LineView(screen), screen))


def test_on_a_terminal_bars_carry_losses_and_time_left():
    screen = terminal_screen()
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", told(BarView(screen), screen))

    assert "base answers" in text
    assert "1000/1000" in text
    assert "400/400" in text
    assert "3 of 5 watched" in text
    assert "warning: [bold red]x[/] \\x1b[2J" in text
    assert "\x07" not in text


def test_on_a_terminal_the_place_in_the_queue_is_seen_and_goes_when_the_run_starts():
    screen = terminal_screen()
    view = BarView(screen)
    view.waiting(2)
    view.close()

    assert "place 2 in the queue" in shown(screen)


def test_the_screen_and_quiet_decide_the_view():
    bars = open_view(terminal_screen(), quiet=False)
    bars.close()

    assert isinstance(bars, BarView)
    assert isinstance(open_view(pipe_screen(), quiet=False), LineView)
    assert isinstance(open_view(terminal_screen(), quiet=True), SilentView)

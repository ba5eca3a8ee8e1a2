"""The answering process from outside, with stand-ins for it: its beginning, its end, and who is next."""

import json
import sys
import threading

import pytest

from tests.runs_support import Clock, new_run, wait_until
from tuning.errors import LimitError, TuneOffError
from tuning.runs.exchange import Reply, Request
from tuning.runs.inference import Inference, Line, Patience, Waiting

COUNTING = """
import json, os, sys
for line in sys.stdin:
    if line.strip():
        request, said = json.loads(line), 0
    said += 1
    text = request["prompt"][:said]
    over = said >= len(request["prompt"])
    side = {"text": text, "tokens": os.getpid(), "over": over}
    print(json.dumps({"base": side, "tuned": {**side, "text": os.environ.get("HF_TOKEN", "none")}}), flush=True)
"""
"""Gives back the prompt letter by letter."""


def answering(code: str, **patience: float) -> Inference:
    return Inference({"HF_TOKEN": "hf_secret"}, command=[sys.executable, "-c", code], patience=Patience(**patience))


@pytest.fixture
def inference():
    made = answering(COUNTING)
    yield made
    made.close()


@pytest.fixture
def request_of(tuneoff_home):
    run = new_run(tuneoff_home)
    return lambda prompt: Request(run=run.path, prompt=prompt)


def texts(steps: list[Waiting | Reply]) -> list[str]:
    return [step.base.text for step in steps if isinstance(step, Reply)]


def test_an_answer_comes_piece_by_piece_and_no_secret_goes_out(inference, request_of):
    assert not inference.running
    steps = list(inference.ask(request_of("Жар\u202e")))
    assert steps[0] == Waiting(0)
    assert texts(steps) == ["Ж", "Жа", "Жар", "Жар\u202e"]
    last = steps[-1]
    assert isinstance(last, Reply)
    assert last.tuned.text == "none"
    assert last.over


def test_one_process_answers_all_until_it_is_ended(inference, request_of):
    def process(prompt: str) -> int:
        *_, last = inference.ask(request_of(prompt))
        return int(last.base.tokens)

    first = process("a")
    assert process("b") == first
    inference.close()
    assert not inference.running
    assert process("c") != first


def test_what_nobody_waits_for_is_not_computed(inference, request_of):
    asked = inference.ask(request_of("abcdef"))
    assert [next(asked), next(asked)][1].base.text == "a"
    asked.close()
    assert texts(list(inference.ask(request_of("xy")))) == ["x", "xy"], "the next one is not told the rest"


def test_who_comes_second_is_told_so_and_answered_second(inference, request_of):
    first, second = inference.ask(request_of("ab")), inference.ask(request_of("cd"))
    assert next(first) == Waiting(0)
    assert next(second) == Waiting(1)
    assert texts(list(first)) == ["a", "ab"]
    assert texts(list(second)) == ["c", "cd"]


def test_who_leaves_the_line_keeps_nobody_waiting(inference, request_of):
    first, second = inference.ask(request_of("ab")), inference.ask(request_of("cd"))
    next(first)
    next(second)
    first.close()
    assert texts(list(second)) == ["c", "cd"]


def test_without_prompts_it_ends_by_itself(request_of):
    inference = answering(COUNTING, idle=0.05)
    asked = inference.ask(request_of("ab"))
    next(asked)
    next(asked)
    assert inference.running
    list(asked)
    wait_until(lambda: not inference.running, "the idle process is ended")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise SystemExit(7)", "ended with code 7"),
        ("import os, signal; input(); os.kill(os.getpid(), signal.SIGKILL)", "code -9, probably because memory"),
        ("input(); print('hello')", "agreed form"),
        ('input(); print(\'{"problem": "run 1 has no adapter"}\')', "run 1 has no adapter"),
    ],
)
def test_a_process_that_fails_is_told_in_one_line(request_of, code, message):
    inference = answering(code)
    with pytest.raises(TuneOffError, match=message):
        list(inference.ask(request_of("ab")))
    inference.close()


def test_after_a_failure_it_is_started_anew(request_of, tuneoff_home):
    once = tuneoff_home / "once"
    code = f"import pathlib; p = pathlib.Path({json.dumps(str(once))})\nif not p.exists(): p.touch(); raise SystemExit"
    inference = answering(code + COUNTING)
    with pytest.raises(TuneOffError, match="ended with code 0"):
        list(inference.ask(request_of("ab")))
    assert texts(list(inference.ask(request_of("ab")))) == ["a", "ab"]
    inference.close()


def test_no_reply_in_time_ends_the_process(request_of):
    inference = answering("import threading; threading.Event().wait()", reply=0.2)
    with pytest.raises(TuneOffError, match=r"within 0\.2 s"):
        list(inference.ask(request_of("ab")))
    assert not inference.running


def test_a_program_that_is_not_there_is_told(request_of):
    inference = Inference({}, command=["/nowhere/python"])
    with pytest.raises(TuneOffError, match="cannot be started"):
        list(inference.ask(request_of("ab")))


def test_the_process_ends_with_whoever_started_it():
    code = f"""
import pathlib, sys
from tuning.runs.exchange import Request
from tuning.runs.inference import Inference
asked = Inference({{}}, command=[sys.executable, "-c", {COUNTING!r}]).ask(Request(run="/tmp/a/b", prompt="abc"))
next(asked)
print(next(asked).base.tokens, flush=True)
sys.stdin.readline()
"""
    import subprocess

    import psutil

    server = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    child = psutil.Process(int(server.stdout.readline()))
    server.kill()
    server.communicate()
    assert child.wait(timeout=20) is None or not child.is_running()


def test_many_threads_are_answered_each_with_its_own(inference, request_of):
    found: dict[str, list[str]] = {}

    def ask(prompt: str) -> None:
        found[prompt] = texts(list(inference.ask(request_of(prompt))))

    threads = [threading.Thread(target=ask, args=(letter * 2,)) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {letter * 2: [letter, letter * 2] for letter in "abcd"}


def test_the_line_forgets_who_does_not_look_and_is_no_longer_than_it_may():
    clock = Clock()
    line = Line(60, clock)
    gone, here = line.join(), line.join()
    clock.now += 50
    assert line.before(here) == 1
    clock.now += 20
    assert line.before(here) == 0
    with pytest.raises(TuneOffError, match="given up"):
        line.before(gone)
    for _ in range(15):
        line.join()
    with pytest.raises(LimitError, match="16 prompts are waiting"):
        line.join()
    assert line.leave(here) is False

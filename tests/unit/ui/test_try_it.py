"""Asking both models, with a stand-in for the answering process."""

import json
import sys

import pytest

from tests.unit.ui.builders import finished_run, unfinished_run
from tuning.errors import InputError, TuneOffError
from tuning.ui.try_it import ask, try_page

ECHO = """
import json, os, sys
prompt, = json.load(sys.stdin)["inputs"]
said = {"row": 1, "input": prompt, "target": ""}
base = {**said, "output": os.environ.get("HF_TOKEN", "none")}
print(json.dumps({"base": [base], "tuned": [{**said, "output": prompt}]}))
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_both_answers_come_back_and_no_secret_goes_out(tmp_path):
    pair = ask(finished_run(tmp_path), "Жар \u202e ${x}", {"HF_TOKEN": "hf_secret"}, command=python(ECHO))
    assert pair.tuned[0].output == "Жар \u202e ${x}"
    assert pair.base[0].output == "none"


@pytest.mark.parametrize(("prompt", "message"), [(" \n", "prompt is empty"), ("x" * 20_001, "20,001 characters")])
def test_a_prompt_that_cannot_be_asked_is_refused_before_anything_starts(tmp_path, prompt, message):
    with pytest.raises(InputError, match=message):
        ask(finished_run(tmp_path), prompt, {}, command=python("raise SystemExit(9)"))


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import sys; sys.exit('the adapter is missing; run again')", "the adapter is missing; run again"),
        ("raise SystemExit(7)", "ended with code 7"),
        ("print('hello')", "agreed form"),
        (f"print({json.dumps(json.dumps({'base': [], 'tuned': []}))})", "agreed form"),
    ],
)
def test_a_process_that_fails_is_told_in_one_line(tmp_path, code, message):
    with pytest.raises(TuneOffError, match=message):
        ask(finished_run(tmp_path), "hi", {}, command=python(code))


def test_no_answer_in_time_ends_the_process(tmp_path):
    with pytest.raises(TuneOffError, match=r"within 0\.2 s"):
        ask(
            finished_run(tmp_path),
            "hi",
            {},
            command=python("import threading; threading.Event().wait()"),
            patience_s=0.2,
        )


def test_only_a_run_with_an_adapter_can_be_tried(tmp_path):
    assert not try_page(None).ready
    assert not try_page(unfinished_run(tmp_path)).ready
    page = try_page(finished_run(tmp_path))
    assert page.ready
    assert page.prompt == "text 1"
    assert page.instruction == "Say the label. text"

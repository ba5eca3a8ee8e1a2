"""From files and a form to everything that is known of them, and to what a run is made of."""

from pathlib import Path

import pytest

from tests.tiny_model import _tokenizer
from tuning.data.bundled import bundled_examples
from tuning.errors import FileError, InputError, LimitError, SettingError
from tuning.models.viewing import Tokenizers
from tuning.runs.limits import Limits
from tuning.spec import CleaningStep
from tuning.ui.data_step import Chosen, DataStep, find_chosen
from tuning.ui.form import form_values, settings_of


@pytest.fixture
def env(tmp_path):
    """A machine whose only model on disk has a tokenizer and no weights."""
    folder = tmp_path / "models" / "smollm2-135m-instruct"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama", "max_position_embeddings": 400}')
    return {"TUNEOFF_CACHE": str(tmp_path)}


@pytest.fixture
def step(env):
    return DataStep(Limits(), Tokenizers(env, load=lambda folder: _tokenizer()))


@pytest.fixture
def reviews(tmp_path):
    path = tmp_path / "reviews.csv"
    rows = [f"it is {word} {n},{label}" for n in range(30) for word, label in (("fine", "good"), ("torn", "bad"))]
    path.write_text("text,label,note\n" + "".join(f"{row},long words on it {n}\n" for n, row in enumerate(rows)))
    return Chosen(path, "reviews.csv", {})


def form_of(seen) -> dict[str, object]:
    """What a browser sends back after the form was filled in."""
    shape = seen.found.shape
    found = {"task": shape.task, "input": shape.input, "target": shape.target, "template": shape.template}
    return form_values(found)


def test_a_file_comes_before_an_example_and_neither_is_refused(tmp_path):
    examples = bundled_examples()
    assert find_chosen(str(tmp_path / "a.csv"), examples[0].key, None, examples).name == "a.csv"
    assert find_chosen(None, examples[0].key, None, examples).path == examples[0].path
    assert find_chosen(None, examples[0].key, "t.csv", examples).test == Path("t.csv")
    for key in (None, "", "../../etc/passwd"):
        with pytest.raises(FileError, match="Choose a file"):
            find_chosen(None, key, None, examples)


def test_what_is_seen_is_what_a_run_is_made_of(step, reviews):
    seen = step.look(reviews, {})
    prepared = step.prepared(reviews, settings_of(form_of(seen)))
    assert (seen.found.shape.input, seen.found.shape.target) == ("text", "label")
    assert seen.found.splits.test == len(prepared.splits.test)
    assert prepared == seen.prepared
    assert prepared.spec.plan == seen.found.spec.plan


@pytest.mark.parametrize("example", bundled_examples(), ids=lambda example: example.key)
def test_every_example_can_be_started_as_it_is(step, example):
    chosen = find_chosen(None, example.key, None, [example])
    seen = step.look(chosen, chosen.settings)
    assert seen.found.problem is None
    assert seen.prepared.splits.train


def test_a_form_that_repeats_what_was_found_does_not_count_as_set_by_hand(step, reviews):
    first = step.look(reviews, {})
    again = step.look(reviews, settings_of({**form_of(first), "epochs": 2}))
    assert again.found.shape == first.found.shape
    by_hand = step.look(reviews, settings_of({**form_of(first), "task": "generate"}))
    assert "by hand" in by_hand.found.shape.reason


def test_the_task_follows_from_another_target(step, reviews):
    fields = form_of(step.look(reviews, {}))
    seen = step.look(reviews, settings_of({**fields, "target": "note", "task": None}))
    assert (seen.found.shape.task, seen.found.shape.target) == ("generate", "note")


def test_a_template_that_was_found_can_be_taken_away(step, tmp_path):
    path = tmp_path / "alpaca.csv"
    path.write_text(
        "instruction,input,output\n" + "".join(f"add {n},the number {n} here,it is {n} now\n" for n in range(40))
    )
    alpaca = Chosen(path, path.name, {})
    found = step.look(alpaca, {})
    assert found.found.shape.template is not None
    plain = step.look(alpaca, settings_of({**form_of(found), "template": "", "input": "input"}))
    assert (plain.found.shape.template, plain.found.shape.input) == (None, "input")


def test_switching_a_step_changes_rows_and_plan(step, tmp_path):
    path = tmp_path / "twice.csv"
    rows = "".join(f"the {n} th text of some length,{'yes' if n % 2 else 'no'}\n" for n in range(40))
    path.write_text(f"text,label\n{rows}{rows}")
    twice = Chosen(path, path.name, {})
    first = step.look(twice, {})
    fields = form_of(first)
    second = step.look(twice, settings_of({**fields, "steps": ["keep-together"]}))
    assert sum(vars(first.found.splits).values()) == 40
    assert sum(vars(second.found.splits).values()) == 80
    assert not second.prepared.spec.plan.has(CleaningStep.DROP_DUPLICATES)


def test_a_second_file_is_the_test_split(step, reviews, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text("text,label\n" + "".join(f"quite new words {n},{'good' if n % 2 else 'bad'}\n" for n in range(12)))
    seen = step.look(Chosen(reviews.path, reviews.name, {}, own), {})
    assert (seen.found.test_file.name, seen.found.splits.test) == ("own.csv", 12)


def test_rows_are_shown_as_the_model_sees_them(step, reviews):
    seen = step.look(reviews, {})
    assert seen.not_rendered == ""
    assert seen.found.preview[0].text.endswith(f"{seen.found.preview[0].target}<|im_end|>")
    assert seen.found.lengths.window == 400


def test_without_the_model_on_disk_the_text_is_shown_and_why(reviews, tmp_path):
    seen = DataStep(Limits(), Tokenizers({"TUNEOFF_CACHE": str(tmp_path / "none")})).look(reviews, {})
    assert "fetched when the first run starts" in seen.not_rendered
    assert seen.found.preview[0].tokens is None
    assert seen.prepared is not None


def test_an_instruction_that_leaves_no_room_is_in_the_way_before_anything_runs(step, reviews):
    seen = step.look(reviews, {"instruction": "Sort them well. " * 20, "max_length": 40})
    assert "setting 'max_length' is 40" in (seen.found.problem or "")
    assert seen.prepared is None


def test_what_is_in_the_way_is_said_and_what_is_known_stays(step, reviews, tmp_path):
    seen = step.look(reviews, {"target": "nowhere"})
    assert "'nowhere' does not exist" in (seen.found.problem or "")
    assert seen.found.file.rows == 60
    limited = DataStep(Limits(max_work=10), Tokenizers({"TUNEOFF_CACHE": str(tmp_path)}))
    assert "TUNEOFF_MAX_WORK" in (limited.look(reviews, {}).found.problem or "")
    with pytest.raises(LimitError):
        limited.prepared(reviews, {})


def test_settings_are_checked_again_on_the_server(step, reviews):
    with pytest.raises(SettingError, match="setting 'rank'"):
        step.look(reviews, {"rank": 10**9})
    with pytest.raises(InputError, match="input and target are both"):
        step.prepared(reviews, {"input": "text", "target": "text"})


def test_a_file_is_read_once_until_it_changes(step, reviews):
    assert step.open(reviews) is step.open(reviews)
    first = step.open(reviews)
    reviews.path.write_text("text,label\n" + "a new one,yes\nand another,no\n" * 20)
    assert len(step.open(reviews).source.table) != len(first.source.table)


def test_few_files_are_kept(step, reviews):
    first = step.open(reviews)
    for number in range(5):
        step.open(Chosen(reviews.path, f"{number}.csv", {}))
    assert step.open(reviews) is not first


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08\x00" + b"x" * 60])
def test_a_file_that_is_none_is_refused(step, tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"x\.csv"):
        step.look(Chosen(path, "x.csv", {}), {})

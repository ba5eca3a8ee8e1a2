"""What the first screen changes when data is seen."""

import gradio as gr
import pytest

from tests.unit.ui.fragments import cells, text_of
from tests.unit.ui.test_times import USUAL
from tuning.data.inspecting import inspect_tables
from tuning.data.planning import Source
from tuning.data.preparing import prepare_tables
from tuning.data.table import Table, text_columns
from tuning.models.catalog import catalog
from tuning.runs.expecting import Expected
from tuning.runs.forecasting import Forecast
from tuning.spec import RunSpec
from tuning.ui.data_step import Seen
from tuning.ui.form import FIELDS
from tuning.ui.tune import Offer, TuneScreen

OFFER = Offer(catalog({}), ["auto", "cpu"], "It goes nowhere else.")


@pytest.fixture
def screen():
    with gr.Blocks():
        return TuneScreen([], OFFER)


def seen_in(columns: dict[str, list[str]], **settings: object) -> Seen:
    table = Table("a.csv", "csv", text_columns(columns), "0" * 64)
    return Seen(inspect_tables(Source(table), RunSpec.model_validate(settings)), None)


LABELLED = {"text": [f"text number {n}" for n in range(60)], "label": ["yes", "no"] * 30}
ALPACA = {
    "instruction": [f"Add one to {n}" for n in range(40)],
    "input": [f"the number is {n}" for n in range(40)],
    "output": [f"it becomes {n} plus one" for n in range(40)],
}


def test_everything_that_changes_is_an_output(screen):
    seen = seen_in(LABELLED)
    assert set(screen.show_data(seen, {})) <= set(screen.outputs)
    assert set(screen.show_nothing("broken")) <= set(screen.outputs)
    for changes in (screen.show_seen(seen), screen.show_columns(seen), screen.show_problem("no")):
        assert set(changes) <= set(screen.seen_outputs)


def test_the_form_is_filled_with_what_was_found(screen):
    changes = screen.show_data(seen_in(LABELLED), {"epochs": 2})
    fields = screen.fields
    assert (changes[fields["task"]], changes[fields["epochs"]]) == ("classify", 2)
    assert (changes[fields["input"]].value, changes[fields["target"]].value) == ("text", "label")
    assert "drop-duplicates" in changes[fields["steps"]].value
    assert "drop-empty" not in dict(changes[fields["steps"]].choices).values()
    assert changes[screen.start].interactive is True


def test_a_device_that_is_not_here_is_not_chosen(screen):
    """Gradio would refuse every event after that."""
    assert screen.show_data(seen_in(LABELLED), {"device": "cuda"})[screen.fields["device"]] == "auto"
    assert screen.show_data(seen_in(LABELLED), {"device": "cpu"})[screen.fields["device"]] == "cpu"
    assert [value for _, value in screen.fields["device"].choices] == ["auto", "cpu"]


def test_a_model_is_recommended_for_the_rows_and_the_time(screen):
    said = text_of(screen.show_seen(seen_in(LABELLED, task="generate"))[screen.advice])
    assert said.startswith("Recommended, and chosen: smollm2-135m-instruct. ")
    many = {"text": [f"text number {n}" for n in range(300)], "label": ["yes", "no"] * 150}
    said = text_of(screen.show_seen(seen_in(many, budget=30))[screen.advice])
    assert said.startswith("Recommended is all-minilm-l6-v2, chosen is smollm2-135m-instruct All-MiniLM is a")


def screen_expecting(time: Forecast) -> TuneScreen:
    with gr.Blocks():
        return TuneScreen([], OFFER, lambda _: Expected(time, None, 0))


def test_what_a_run_will_take_is_said_beside_the_start():
    screen = screen_expecting(Forecast(300, 40, 900, 1, USUAL))
    changes = screen.show_seen(seen_in(LABELLED))
    assert "About 5 min from start to verdict. The run goes on by itself" in text_of(changes[screen.why])
    assert changes[screen.start].interactive is True
    assert "280 rows" in text_of(changes[screen.times])


def test_a_time_that_cannot_suffice_keeps_the_start_shut_and_says_what_would_do():
    screen = screen_expecting(Forecast(60, 225, 900, 2, USUAL))
    changes = screen.show_seen(seen_in(LABELLED))
    assert changes[screen.start].interactive is False
    assert "choose 5 min or more" in text_of(changes[screen.why])
    assert [row[1] for row in cells(changes[screen.times])[1:2]] == ["too short"]


def test_the_input_column_gives_way_to_a_template(screen):
    fields = screen.fields
    joined = screen.show_data(seen_in(ALPACA), {})
    assert joined[fields["template"]] == "{instruction}\n\n{input}"
    assert joined[fields["input"]].visible is False
    plain = screen.show_columns(seen_in(ALPACA, input="input", target="output"))
    assert plain[fields["template"]] is None
    assert plain[fields["input"]].visible is True


def test_what_the_user_typed_is_not_typed_over(screen):
    changes = screen.show_seen(seen_in(LABELLED))
    written = {screen.fields[name] for name in FIELDS} & set(changes)
    assert written == {screen.fields["steps"], screen.fields["instruction"]}
    assert not any(changes[field].value for field in written)


def test_the_instruction_that_an_empty_field_stands_for_is_seen_in_it(screen):
    source = Source(Table("a.csv", "csv", text_columns(LABELLED), "0" * 64))
    found = Seen(inspect_tables(source, RunSpec()), prepare_tables(source, RunSpec()))
    said = "Classify the text by label. Answer with one of these labels: no, yes."
    for changes in (screen.show_seen(found), screen.show_data(found, {})):
        assert changes[screen.fields["instruction"]].placeholder == said


def test_a_problem_keeps_what_is_known_and_the_start_shut(screen):
    changes = screen.show_data(seen_in({"text": ["a b", "c d"] * 30, "other": [""] * 60}), {})
    assert "60 rows, 2 columns" in text_of(changes[screen.notice])
    assert changes[screen.body].visible is True
    assert changes[screen.known].visible is False
    assert changes[screen.start].interactive is False
    assert "Not ready" in changes[screen.why]
    ticked = changes[screen.fields["steps"]]
    assert set(ticked.value) <= set(dict(ticked.choices).values()), "Gradio refuses the next event otherwise"


def test_a_refused_setting_is_named_as_the_form_names_it(screen):
    refused = "setting 'budget' should be greater than or equal to 30, but is '10s'"
    said = "'Time to spend' should be greater than or equal to 30, but is '10s'"
    assert said in text_of(screen.show_problem(refused)[screen.why])
    assert said in text_of(screen.show_nothing(refused)[screen.notice])
    seen = seen_in({"text": [f"t {n}" for n in range(60)], "label": ["a", "b"] * 30})
    broken = Seen(seen.found.model_copy(update={"problem": refused}), None)
    assert said in text_of(screen.show_seen(broken)[screen.why])


def test_a_file_that_was_refused_shows_one_line_alone(screen):
    changes = screen.show_nothing("'a.csv' is empty")
    assert "'a.csv' is empty" in text_of(changes[screen.notice])
    assert changes[screen.body].visible is False
    assert changes[screen.start].interactive is False

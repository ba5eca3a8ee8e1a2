"""Rows as the model sees them: exact, with what is the template's told from what is the user's."""

import html
import re

from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, text_of
from tuning.data.inspecting import Inspection, inspect_tables
from tuning.data.lengths import ModelView, Piece
from tuning.data.planning import Source
from tuning.data.table import Table, text_columns
from tuning.spec import RunSpec
from tuning.ui.preview_markup import preview


def pieces(instruction: str, text: str, target: str) -> list[Piece]:
    opening = [Piece("<user>", "template"), Piece(f"{instruction} {text}", "read"), Piece("<model>", "template")]
    return [*opening, Piece(target, "target"), Piece("<end>", "template")]


VIEW = ModelView(count_tokens=lambda texts: [len(text.split()) for text in texts], pieces=pieces, window=40)


def inspected(inputs: list[str], targets: list[str], view: ModelView | None = VIEW) -> Inspection:
    table = Table("a.csv", "csv", text_columns({"text": inputs, "label": targets}), "0" * 64)
    return inspect_tables(Source(table), RunSpec(), view)


def labelled(view: ModelView | None = VIEW) -> Inspection:
    return inspected([f"t {n}" for n in range(60)], ["a", "b"] * 30, view)


def bodies(shown: str) -> list[str]:
    """The rows' texts, as they are read."""
    return [html.unescape(re.sub(r"<[^>]*>", "", row)) for row in re.findall("<pre[^>]*>(.*?)</pre>", shown, re.DOTALL)]


def test_the_whole_row_stands_as_it_is_with_its_target_marked():
    found = labelled()
    shown = preview(found, "")
    assert bodies(shown) == [row.text for row in found.preview]
    assert shown.count("<mark><bdi>") == 3
    assert "of 40 tokens" in text_of(shown)
    assert "none is cut" in text_of(shown)


def test_what_is_the_templates_is_dimmed_and_the_legend_says_so():
    shown = preview(labelled(), "")
    assert '<span class="to-template"><bdi>&lt;user&gt;</bdi></span>' in shown
    assert "Grey : marks that the model was made with" in text_of(shown)


def test_that_a_run_may_ask_in_another_wording_is_said_where_it_does():
    said = "Both models are asked in the one that suits the base best on the dev rows."
    assert said in text_of(preview(labelled(), ""))
    plain = ModelView(
        VIEW.count_tokens, lambda _instruction, text, target: [Piece(text, "read"), Piece(target, "target")], 40
    )
    assert said not in text_of(preview(labelled(plain), "")), "only models with turn markers are asked twice"
    assert said not in text_of(preview(labelled(None), "the model is away"))
    found = labelled()
    assert found.shape is not None
    joined = found.model_copy(update={"shape": found.shape.model_copy(update={"template": "Say {text}"})})
    assert said not in text_of(preview(joined, ""))


def test_a_model_that_does_not_read_the_target_shows_it_apart():
    encoder = ModelView(VIEW.count_tokens, lambda _instruction, text, _target: [Piece(text, "read")], 40)
    found = labelled(encoder)
    shown = preview(found, "")
    assert bodies(shown) == [row.text for row in found.preview]
    assert shown.count("<p><mark>") == 3
    assert "Grey" not in shown


def test_without_a_tokenizer_it_says_so():
    shown = preview(labelled(None), "the model is away")
    assert "turn markers and tokens: the model is away." in text_of(shown)
    assert shown.count("<p><mark>") == 3
    assert "Grey" not in shown


def test_a_huge_cell_is_shown_in_part():
    shown = preview(inspected([f"{n} " + "x" * 100_000 for n in range(30)], ["a", "b"] * 15), "")
    assert len(shown) < 20_000
    assert "characters not shown here" in shown


def test_nothing_hostile_is_markup():
    found = inspected([f"{HOSTILE} {n}" for n in range(60)], [f"<b>{n % 2}</b>" for n in range(60)])
    names = Names(preview(found, "") + preview(found, HOSTILE))
    assert not names.tags & {"script", "img", "iframe", "form", "a"}
    assert not {name for name in names.attributes if name.startswith("on")}
    assert "<script>window.pwned=1</script>" in "".join(names.texts)

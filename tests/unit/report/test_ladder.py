"""The ladder: a chart whose every dot is also a figure, and whose gaps have reasons."""

from tests.unit.scoring.builders import pair_with
from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells, metric, text_of
from tuning.report.ladder import ladder
from tuning.scoring.comparison import Comparison, Headline, Rung, ScoringVariant, compare
from tuning.scoring.evidence import NO_TIME
from tuning.spec import Task

RUNGS = [
    Rung(name="chance", status="run", value=0.125, rows=100, note="any of 8 labels"),
    Rung(name="tfidf", status="run", value=0.6, low=0.5, high=0.7, rows=100),
    Rung(name="base", status="run", value=0.25, low=0.2, high=0.3, rows=100),
    Rung(name="base_few_shot", status="not_run", note=HOSTILE),
    Rung(name="tuned", status="run", value=0.9, low=0.85, high=0.95, rows=100),
]


def comparison(**changes: object) -> Comparison:
    plain = compare(*pair_with(fixed=60, broken=4, right=20, wrong=16), Task.CLASSIFY)
    headline = Headline(rung="tfidf", metric=metric(base=0.6, tuned=0.9))
    return plain.model_copy(update={"ladder": RUNGS, "headline": headline, **changes})


def test_every_rung_is_a_row_with_its_figure_or_its_reason():
    _, tuned, tfidf, base, chance, few_shot = cells(ladder(comparison()))
    assert chance == ["Chanceguessing blindly · any of 8 labels", "", "12.5 %"]
    assert tfidf[0].startswith("Counting words (TF-IDF) to beatrare words weigh more")
    assert tfidf[2] == "60.0 %50.0 to 70.0 %"
    assert base[2] == "25.0 %20.0 to 30.0 %"
    assert few_shot[0].startswith("Base, shown examples")
    assert few_shot[1].startswith("not run: <script>")
    assert few_shot[2] == "–"
    late = comparison(ladder=[Rung(name="base_few_shot", status="not_run", note=NO_TIME)])
    assert "not run: there was no time for it" in text_of(ladder(late))
    assert tuned[0].startswith("Tuned")


def test_dots_and_intervals_are_where_their_figures_say():
    shown = ladder(comparison())
    assert '<i class="to-dot" style="left:12.50%"></i>' in shown
    assert '<i class="to-whisker" style="left:85.00%;right:5.00%"></i>' in shown
    assert shown.count('<i class="to-line" style="left:60.00%"></i>') == 4


def test_nothing_of_a_hostile_note_becomes_a_tag():
    assert not Names(ladder(comparison())).tags & {"script", "img"}


def test_a_comparison_without_rungs_has_no_ladder():
    assert ladder(comparison(ladder=[])) == ""


def test_the_prompts_that_were_tried_on_the_base_are_told():
    variants = [
        ScoringVariant(name="raw", dev_accuracy=0.3),
        ScoringVariant(wording="named", name="calibrated", dev_accuracy=0.4, chosen=True),
    ]
    rows = cells(ladder(comparison(variants=variants)))
    assert rows[-1][:2] == ["with column names, calibrated", "40.0 %"]
    assert rows[-1][2] == "✓ wording used for both, reading for the base alone"
    plain = [variants[0].model_copy(update={"chosen": True})]
    assert cells(ladder(comparison(variants=plain)))[-1][2] == "✓ used for both models"
    assert "best prompt" not in ladder(comparison())

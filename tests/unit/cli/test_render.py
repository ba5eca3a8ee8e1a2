"""The report says what is in the comparison, within 80 columns, whatever the user's text holds."""

import re

import pytest
from rich.cells import cell_len

from tests.unit.cli.helpers import HOSTILE, comparison, pipe_screen, prediction, shown, terminal_screen
from tuning.cli.render import render_comparison, samples
from tuning.scoring.comparison import FieldScore, Gain, Headline, Rung, Slice, Verdict

STYLE = re.compile(r"\x1b\[[\d;]*m")


def report(screen, verdict="better"):
    base = [prediction(1, "right", "wrong"), prediction(2, "right", "right"), prediction(3, "right", "wrong")]
    tuned = [prediction(1, "right", "right"), prediction(2, "right", HOSTILE), prediction(3, "right", "wrong")]
    render_comparison(screen, comparison(verdict), samples(base, tuned), notes=[HOSTILE])
    return shown(screen)


def test_on_a_terminal_no_line_is_wider_than_80_columns():
    lines = STYLE.sub("", report(terminal_screen())).split("\n")

    assert max(map(cell_len, lines)) <= 80


@pytest.mark.parametrize("open_it", [terminal_screen, pipe_screen])
def test_text_of_the_user_cannot_steer_the_terminal(open_it):
    text = STYLE.sub("", report(open_it()))

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert "[bold red]" in text
    assert ":boom:" in text


def test_the_report_says_every_score_and_the_verdict():
    text = report(pipe_screen())

    assert re.search(r"Exact match\s+0\.0 %\s+25\.0 %\s+\+25\.0 points\s+\+10\.0 to \+40\.0 *\n", text)
    assert re.search(r"chrF\s+31\.0 %\s+25\.5 %\s+−5\.5 points", text)
    assert re.search(r"ROUGE-L\s+–\s+–\s+–", text)
    assert "lower is better" in text
    assert "6 fixed, 1 broken, 3 both right, 10 both wrong" in text


def test_without_intervals_there_is_no_column_for_them():
    plain = comparison()
    plain = plain.model_copy(update={"metrics": [row.model_copy(update={"low": None}) for row in plain.metrics]})
    screen = pipe_screen()

    render_comparison(screen, plain, [], [])

    assert "interval" not in shown(screen)


def test_the_best_without_tuning_stands_beside_scores_where_it_is_known():
    plain = comparison()
    first, *others = plain.metrics
    known = plain.model_copy(update={"metrics": [first.model_copy(update={"strongest": 0.15}), *others]})
    texts = [pipe_screen(), pipe_screen()]
    for screen, one in zip(texts, (plain, known), strict=True):
        render_comparison(screen, one, [], [])

    without, beside = map(shown, texts)

    assert "best" not in without
    assert re.search(r"Exact match\s+0\.0 %\s+15\.0 %\s+25\.0 %", beside)
    assert re.search(r"chrF\s+31\.0 %\s+–\s+25\.5 %", beside)


def test_a_failed_check_is_no_verdict():
    assert "No verdict" in report(pipe_screen(), verdict=None)


def test_every_check_is_shown_with_its_evidence():
    text = report(pipe_screen())

    assert "Checks passed: 1 of 2" in text
    assert "warn: attention: [bold red]" in text
    assert "pass: adapter off: 16 of 16" in text


def full_comparison():
    row = comparison().metrics[0]
    note = "Most of the gain is format."
    return comparison().model_copy(
        update={
            "ladder": [
                Rung(name="majority", status="not_run", note="needs training rows"),
                Rung(name="base", status="run", value=0.25, low=0.2, high=0.3, rows=20),
                Rung(name="base_few_shot", status="run", value=0.5, rows=20, note=HOSTILE),
            ],
            "headline": Headline(rung="base_few_shot", metric=row),
            "gain": Gain(kind="format", strict=row, lenient=row, note=note),
            "slices": [
                Slice(by="class", value=HOSTILE, rows=20 + number, metric=row, claim="worse" if number else "better")
                for number in range(5)
            ],
            "verdict": Verdict(kind="better", sentence="Better.", details="+3 points.", caveats=[note, HOSTILE]),
        }
    )


@pytest.mark.parametrize("open_it", [terminal_screen, pipe_screen])
def test_what_belongs_beside_the_verdict_is_shown_once_and_steers_nothing(open_it):
    screen = open_it()
    render_comparison(screen, full_comparison(), [], [])
    text = STYLE.sub("", shown(screen))

    assert text.count("Most of the gain is format.") == 1
    assert "Better.\n+3 points.\n! Most of the gain" in text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)


def test_the_ladder_says_scores_intervals_and_why_a_rung_was_not_run():
    screen = terminal_screen()
    render_comparison(screen, full_comparison(), [], [])
    lines = STYLE.sub("", shown(screen)).split("\n")

    assert max(map(cell_len, lines)) <= 80
    text = "\n".join(lines)
    assert re.search(r"Commonest label\s+-\s+not run\s+needs training rows", text)
    assert re.search(r"Base\s+25\.0 %\s+20\.0 % to 30\.0 %", text)
    assert "ladder, by Exact match" in text


def test_slices_that_got_worse_get_as_much_room():
    screen = pipe_screen()
    render_comparison(screen, full_comparison(), [], [])
    text = shown(screen)

    assert text.count("worse where class is") == 3
    assert text.count("better where class is") == 1


def test_fields_of_json_targets_have_a_line_each():
    row = comparison().metrics[0]
    fields = [FieldScore(field=f"at.field {number}", rows=40 + number, metric=row) for number in range(20)]
    fields[0] = fields[0].model_copy(update={"field": HOSTILE})
    screen = terminal_screen()
    render_comparison(screen, comparison().model_copy(update={"fields": fields}), [], [])
    lines = STYLE.sub("", shown(screen)).split("\n")

    assert max(map(cell_len, lines)) <= 80
    assert re.search(r"at.field 1\s+41\s+0\.0 %\s+25\.0 %\s+\+25\.0 points\s+\+10\.0 to \+40\.0 *\n", "\n".join(lines))
    assert sum("at.field" in line for line in lines) == 11


def test_samples_are_a_few_fixed_rows_then_a_few_broken_ones():
    base = [prediction(row, "a", "b" if row <= 5 else "a") for row in range(1, 11)]
    tuned = [prediction(row, "a", "a" if row <= 5 else "b") for row in range(1, 11)]

    assert [pair.base.row for pair in samples(base, tuned)] == [1, 2, 3, 6, 7, 8]


def test_rows_that_only_one_model_answered_are_no_samples():
    assert samples([prediction(1, "a", "b")], [prediction(2, "a", "a")]) == []


@pytest.mark.parametrize("open_it", [terminal_screen, pipe_screen])
def test_a_sample_is_three_labelled_lines(open_it):
    lines = [STYLE.sub("", line).rstrip() for line in report(open_it()).splitlines()]
    start = lines.index("Fixed: base wrong, tuned right")

    assert lines[start + 1].startswith("  row 1  input  [bold red]x[/]")
    assert lines[start + 2 : start + 4] == ["         base   wrong", "         tuned  right"]
    assert "Broken: base right, tuned wrong" in lines


@pytest.mark.parametrize(("behind", "style"), [(False, "\x1b[1;32m"), (True, "\x1b[1;33m")])
def test_a_gain_that_something_simpler_outdoes_is_not_green(behind, style):
    screen, found = terminal_screen(), full_comparison()
    verdict = Verdict(kind="better", sentence="Better.", behind=behind)
    render_comparison(screen, found.model_copy(update={"verdict": verdict}), [], [])
    assert f"{style}Better." in shown(screen)

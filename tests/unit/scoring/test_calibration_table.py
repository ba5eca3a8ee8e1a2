import math

from benchmarks.calibration_table import Cell, read_cells, write_cells

NAN = math.nan


def cell(metric, *, gap=0.0, shown=1.0, covered=0.95, rejected=0.05):
    return Cell(metric, 20, 0.3, gap, gap, 3000, shown, covered, rejected, 0.9, NAN, 0.11)


def test_cells_are_read_as_they_were_written(tmp_path):
    cells = [cell("accuracy"), cell("macro_f1, classes .9 .1", gap=0.15, shown=0.5)]
    assert read_cells(tmp_path) == []
    write_cells(cells, tmp_path, "# Calibration")
    found = read_cells(tmp_path)
    assert [each.sample for each in found] == [each.sample for each in cells]
    assert [(each.trials, each.shown, each.covered) for each in found] == [(3000, 1.0, 0.95), (3000, 0.5, 0.95)]
    assert math.isnan(found[0].z_rejected)


def told(cells, folder):
    write_cells(cells, folder, "# Calibration")
    return (folder / "calibration.md").read_text(encoding="utf-8")


def test_the_worst_stands_on_top_and_power_is_no_error(tmp_path):
    cells = [
        cell("chrf", covered=0.951),
        cell("chrf", gap=0.15, covered=0.94, rejected=0.8),
        cell("mcc", rejected=0.061),
    ]
    text = told(cells, tmp_path)
    assert "| chrf | 2 | 0.940 | 20 rows, 0.3 differ, gap 0.15 | 0.050 | 20 rows, 0.3 differ, gap 0 |" in text
    assert "| mcc | 1 | 0.950 | 20 rows, 0.3 differ, gap 0 | 0.061 | 20 rows, 0.3 differ, gap 0 |" in text
    assert "None." in text


def test_what_covers_too_little_or_rejects_too_much_is_listed(tmp_path):
    text = told([cell("chrf", covered=0.929), cell("bleu", rejected=0.071)], tmp_path)
    assert "- chrf, 20 rows, 0.3 differ, gap 0: 0.929 of 3000 intervals cover" in text
    assert "- bleu, 20 rows, 0.3 differ, gap 0: 0.071 of true nulls rejected" in text
    assert "None." not in text


def test_of_few_or_no_intervals_none_is_called_the_worst(tmp_path):
    text = told([cell("brier", shown=0.0, covered=NAN), cell("brier", gap=0.3, shown=0.01, covered=0.8)], tmp_path)
    assert "| brier | 2 | – | no interval is shown |" in text
    assert "0.800 of 30 intervals cover" in text

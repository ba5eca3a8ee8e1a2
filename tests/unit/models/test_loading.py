"""Choosing where to compute, and refusing folders that are no model; nothing is loaded."""

from typing import Literal

import pytest
import torch

from tuning.errors import ModelError, SettingError
from tuning.models.loading import choose_machine, load_model


@pytest.mark.parametrize(("name", "dtype"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_the_settings_decide_the_precision(name, dtype):
    machine = choose_machine("cpu", name)
    assert machine.device == torch.device("cpu")
    assert machine.precision is dtype
    assert machine.precision_name == name


def test_left_to_itself_it_takes_what_is_there():
    machine = choose_machine()
    accelerated = torch.cuda.is_available() or torch.backends.mps.is_available()
    assert (machine.device.type != "cpu") == accelerated
    assert machine.precision in {torch.float32, torch.bfloat16}
    assert machine.threads >= 1


def test_a_device_that_is_not_there_is_refused_by_name():
    missing: Literal["mps", "cuda"] = "mps" if torch.cuda.is_available() else "cuda"  # no machine has both
    with pytest.raises(SettingError, match=rf"'device' is '{missing}', but this machine has only .*cpu") as caught:
        choose_machine(missing)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("files", [{}, {"config.json": "{}"}, {"config.json": "no json"}], ids=["empty", "bare", "bad"])
def test_a_folder_that_is_no_model_is_refused_in_one_line(tmp_path, files):
    folder = tmp_path / "broken"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    with pytest.raises(ModelError, match="model in 'broken' cannot be loaded") as caught:
        load_model(folder, choose_machine("cpu", "float32"))
    assert "\n" not in str(caught.value)

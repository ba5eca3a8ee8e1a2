"""The estimate follows what memory depends on, with the engine's own bounds; who does not fit is told what would."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runs_support import prepared
from tuning.engine import generation, lower_layers, passes, vocabulary
from tuning.errors import ModelError, SettingError
from tuning.models.catalog import find_model
from tuning.runs import memory
from tuning.runs.memory import (
    MemoryEstimate,
    ModelShape,
    RowSizes,
    check_memory,
    estimate_memory,
    find_shape,
    longest_row,
)
from tuning.spec import DEFAULT_MODEL, RunSpec

SMALL = {
    "model_type": "llama",
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "num_hidden_layers": 30,
    "max_position_embeddings": 8192,
}
SHAPE = ModelShape.from_config(SMALL, 134_515_008)
GB = 10**9


def spec(**settings: object) -> RunSpec:
    return RunSpec.model_validate({"precision": "float32", "layers": "all", **settings})


def write_model(folder: Path, *, parameters: int = 134_515_008, files: int = 1, **config: object) -> Path:
    """A model's configuration, and weights that are headers with nothing behind them."""
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(SMALL | config))
    (folder / "tokenizer.json").write_text("{}")
    for number in range(files):
        header = {"__metadata__": {"format": "pt"}, "w": {"dtype": "BF16", "shape": [parameters // files // 2, 2]}}
        body = json.dumps(header).encode()
        name = "model.safetensors" if files == 1 else f"model-{number + 1:05}-of-{files:05}.safetensors"
        (folder / name).write_bytes(len(body).to_bytes(8, "little") + body)
    return folder


@pytest.fixture
def planted(tmp_path) -> Path:
    return write_model(tmp_path / "model")


def environment(folder: Path) -> dict[str, str]:
    return {"TUNEOFF_MODELS": str(folder)}


def test_bounds_are_those_of_the_engine():
    assert memory._ACTIVATIONS == passes._ACTIVATION_BYTES
    assert memory._STORE == lower_layers._MEMORY_BYTES
    assert memory._LOGITS == 3 * vocabulary._PIECE
    assert memory._CACHED_TOKENS == generation._TOKENS


def test_shape_is_read_from_configuration_and_headers(planted):
    assert find_shape(find_model(str(planted), environment(planted)), {}) == SHAPE
    assert SHAPE.kept == 2 * 3 * 64
    assert SHAPE.widths == 4 * 576 + 2 * (576 + 192) + 3 * (576 + 1536)


def test_families_that_name_their_sizes_otherwise_are_understood():
    bert = {"hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 256, "num_hidden_layers": 3}
    distilled = {"dim": 64, "n_heads": 4, "hidden_dim": 256, "n_layers": 3}
    assert ModelShape.from_config(distilled, 1) == ModelShape.from_config(bert, 1)
    sizes = {"d_model": 64, "num_heads": 4, "d_kv": 16, "d_ff": 256, "num_layers": 3, "is_encoder_decoder": True}
    both, one = ModelShape.from_config(sizes, 1), ModelShape.from_config(bert, 1)
    assert (both.layers, both.hidden) == (one.layers, one.hidden)
    assert both.widths > 2 * one.widths


def test_weights_in_several_files_are_added_up(tmp_path):
    folder = write_model(tmp_path / "model", parameters=4_000, files=4)
    shape = find_shape(find_model(str(folder), environment(folder)), {})
    assert shape is not None
    assert shape.parameters == 4_000


def test_a_head_may_be_larger_than_its_share():
    assert ModelShape.from_config(SMALL | {"head_dim": 128}, 1).kept == 2 * SHAPE.kept


@pytest.mark.parametrize("damage", [b"", b"\x00" * 8, b"\xff" * 8, b"\x02\x00\x00\x00\x00\x00\x00\x00{]"])
def test_damaged_weights_are_told(planted, damage):
    (planted / "model.safetensors").write_bytes(damage)
    with pytest.raises(ModelError, match="fetch it again"):
        find_shape(find_model(str(planted), environment(planted)), {})


def test_a_model_that_is_not_here_yet_is_guessed_from_its_size(tmp_path):
    env = {"TUNEOFF_CACHE": str(tmp_path), "HF_HUB_CACHE": str(tmp_path)}
    shape = find_shape(find_model(DEFAULT_MODEL, env), env)
    assert shape is not None
    guessed, known = (estimate_memory(one, spec(), RowSizes(700, 128)).peak for one in (shape, SHAPE))
    assert guessed == pytest.approx(known, rel=0.3)
    unknown = {**env, "TUNEOFF_MODELS": "somebody/model"}
    assert find_shape(find_model("somebody/model", unknown), unknown) is None


def parts(longest: int = 128, rows: int = 6, **settings: object) -> MemoryEstimate:
    """As many rows as `prepared` has in train and dev."""
    return estimate_memory(SHAPE, spec(**settings), RowSizes(rows, longest))


def held(size: float) -> int:
    """Bytes that the allocator holds for `size` bytes."""
    return int(memory._FRAGMENTS * size)


@pytest.mark.parametrize(
    ("layers", "rows", "gigabytes"), [(10, 800, 2.23), ("all", 96, 1.98), (5, 80, 1.98)], ids=["icd", "all", "few"]
)
def test_whole_runs_took_about_as_much(layers, rows, gigabytes):
    """Peaks of runs of the embedded model in fp32, rank 16, batches of 8."""
    assert parts(longest=200, rows=rows, layers=layers).peak == pytest.approx(gigabytes * GB, rel=0.1)


def test_what_grows_with_what():
    usual = parts()
    assert parts(rank=32).adapter == 2 * usual.adapter
    assert usual.adapter == 30 * 10_176 * 16 * 16
    assert parts(precision="bfloat16").weights == usual.weights // 2 == 134_515_008 * 2
    assert parts(layers=10).adapter == usual.adapter // 3
    assert parts(layers=10).training == usual.training + held(6 * 128 * 576 * 4)
    assert parts(layers=10, rows=10**6).training == usual.training + held(memory._STORE)
    assert parts(layers=30, rows=10**6) == usual
    assert parts(layers=1000) == parts(layers=None) == usual
    assert parts(layers="third") == parts(layers=10)
    assert usual.peak == usual.libraries + usual.weights + usual.adapter + usual.training
    idle = replace(usual, training=0)
    assert idle.peak == usual.peak - usual.training + usual.answering


def test_a_pass_is_bounded_but_never_less_than_a_row():
    short, bound, long = (parts(longest=tokens).training for tokens in (2, 100, 1_000))
    assert short < bound == held(memory._ACTIVATIONS + memory._LOGITS)
    assert parts(longest=100, batch_size=256).training == bound
    assert long == held(1_000 * 30 * 10_176 * 4 + memory._LOGITS)
    assert parts(longest=1_000, dropout=0.05).training > long


@pytest.mark.parametrize(
    ("flags", "number"), [("fpu avx512f avx512_bf16", 2), ("fpu amx_tile", 2), ("fpu avx512f avx512_bf16x", 4), ("", 4)]
)
def test_precision_follows_the_cpu_unless_it_is_set(tmp_path, flags, number):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor\t: 0\nflags\t\t: {flags}\n\nprocessor\t: 1\n")
    found = estimate_memory(SHAPE, spec(precision="auto"), RowSizes(6, 100), cpuinfo=cpuinfo)
    assert found.weights == number * SHAPE.parameters
    unknown = estimate_memory(SHAPE, spec(precision="auto"), RowSizes(6, 100), cpuinfo=tmp_path / "none")
    assert unknown.weights == 4 * SHAPE.parameters


def refusal(folder: Path, free: int, **settings: int) -> str:
    given = prepared(model=str(folder), precision="float32")
    changed = given.model_copy(update={"spec": given.spec.model_copy(update=settings)})
    with pytest.raises(SettingError) as caught:
        check_memory(changed, environment(folder), lambda: free)
    return str(caught.value)


def test_what_fits_is_let_through(planted):
    given = prepared(model=str(planted), precision="float32")
    check_memory(given, environment(planted), lambda: parts(longest=512).peak)


def test_fewer_layers_are_named_with_what_they_need(planted):
    free = parts(longest=8192, layers=10).peak
    message = refusal(planted, free, max_length=8192)
    found = re.fullmatch(
        r"the run needs about ([\d.]+) GB of memory, but ([\d.]+) GB are free; "
        r"set 'layers' to 10, which needs ([\d.]+) GB",
        message,
    )
    assert found, message
    needed = parts(longest=8192).peak
    assert [float(number) for number in found.groups()] == [round(size / GB, 1) for size in (needed, free, free)]


def test_a_smaller_length_is_named_where_layers_do_not_suffice(planted):
    free = parts(longest=4096, layers=1).peak
    assert "set 'max_length' to 4096, which needs" in refusal(planted, free, max_length=8192, layers=1)


def test_both_where_neither_suffices(planted):
    free = parts(longest=1024, layers=1).peak
    assert "set 'layers' to 1 and 'max_length' to 1024, which" in refusal(planted, free, max_length=8192)


def test_where_nothing_fits_a_smaller_model_is_named(planted):
    message = refusal(planted, GB // 2)
    assert message.endswith("but 0.5 GB are free; choose a smaller model, or end other programs")


def test_rows_are_counted_where_the_tokenizer_is_here(tiny_model):
    env = environment(tiny_model)
    given = prepared(model=str(tiny_model), max_length=1024)
    short = longest_row(given, env)
    assert 10 < short < 200
    longer = given.splits.dev[0].model_copy(update={"input": "quick " * 60})
    splits = given.splits.model_copy(update={"dev": [*given.splits.dev, longer]})
    assert longest_row(given.model_copy(update={"splits": splits}), env) > 2 * short
    assert longest_row(prepared(model=str(tiny_model), max_length=96), env) <= 96


def test_short_rows_fit_though_the_longest_allowed_would_not(tiny_model):
    given = prepared(model=str(tiny_model), precision="float32", max_length=8192)
    env = environment(tiny_model)
    shape = find_shape(find_model(str(tiny_model), env), env)
    assert shape is not None
    free = estimate_memory(shape, given.spec, RowSizes(6, 500)).peak
    assert free < estimate_memory(shape, given.spec, RowSizes(6, 8192)).peak
    check_memory(given, env, lambda: free)


def test_without_a_tokenizer_rows_are_as_long_as_is_allowed(tmp_path):
    env = {**os.environ, "TUNEOFF_CACHE": str(tmp_path)}
    assert longest_row(prepared(max_length=300), env) == 300

"""What a folder's JSON files tell of a model: family, window and pooling."""

import json
from pathlib import Path

import pytest

from tuning.errors import ModelError, SettingError
from tuning.models.kinds import FAMILIES, Pooling, check_task, family_of, read_pooling, window_of
from tuning.spec import Task


def folder(
    path: Path, modules: list[str] | None = None, flags: dict[str, bool] | None = None, **config: object
) -> Path:
    (path / "config.json").write_text(json.dumps({"model_type": "bert", "max_position_embeddings": 512} | config))
    if modules is not None:
        steps = [{"type": f"sentence_transformers.models.{name}", "path": f"1_{name}"} for name in modules]
        (path / "modules.json").write_text(json.dumps(steps))
        (path / "1_Pooling").mkdir()
        (path / "1_Pooling" / "config.json").write_text(json.dumps(flags or {"pooling_mode_mean_tokens": True}))
    return path


@pytest.mark.parametrize(("kind", "family"), [("llama", "decoder"), ("modernbert", "encoder"), ("t5", "seq2seq")])
def test_the_type_tells_the_family(tmp_path, kind, family):
    assert family_of(folder(tmp_path, model_type=kind)) == family


def test_an_unknown_type_is_refused_with_those_that_work(tmp_path):
    with pytest.raises(ModelError, match=r"'gpt2'.* llama.* bert.* t5") as caught:
        family_of(folder(tmp_path, model_type="gpt2"))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("modules", "flags", "expected"),
    [
        (["Transformer", "Pooling", "Normalize"], None, Pooling(mode="mean", normalize=True)),
        (["Transformer", "Pooling"], {"pooling_mode_cls_token": True}, Pooling(mode="cls")),
        (None, None, Pooling(mode="cls")),
    ],
)
def test_pooling_is_as_the_model_was_made_for(tmp_path, modules, flags, expected):
    assert read_pooling(folder(tmp_path, modules, flags)) == expected


def test_modernbert_says_itself_how_it_classifies(tmp_path):
    assert read_pooling(folder(tmp_path, model_type="modernbert", classifier_pooling="mean")) == Pooling(mode="mean")


@pytest.mark.parametrize(
    ("modules", "flags", "named"),
    [
        (["Transformer", "Pooling", "Dense"], None, "Dense"),
        (["Transformer", "Pooling"], {"pooling_mode_max_tokens": True}, "pooling_mode_max_tokens"),
        (["Transformer"], None, "no pooling"),
    ],
)
def test_other_ways_to_a_vector_are_refused_by_name(tmp_path, modules, flags, named):
    with pytest.raises(ModelError, match=named):
        read_pooling(folder(tmp_path, modules, flags))


def test_the_window_is_what_can_be_used(tmp_path):
    assert window_of(folder(tmp_path)) == 512
    assert window_of(folder(tmp_path, model_type="roberta", max_position_embeddings=514)) == 512
    assert window_of(folder(tmp_path, model_type="t5", max_position_embeddings=None)) == 512
    (folder(tmp_path) / "sentence_bert_config.json").write_text('{"max_seq_length": 256}')
    assert window_of(tmp_path) == 256


def test_a_model_that_names_no_window_is_refused(tmp_path):
    with pytest.raises(ModelError, match="how long its rows may be"):
        window_of(folder(tmp_path, max_position_embeddings=None))


def test_what_a_family_cannot_learn_is_refused_with_what_can():
    with pytest.raises(SettingError, match=r"'mini' is a sentence encoder.* 'generate'; choose .*smollm2") as caught:
        check_task("mini", "encoder", Task.GENERATE)
    assert "\n" not in str(caught.value)
    with pytest.raises(SettingError, match="encoder-decoder"):
        check_task("t5", "seq2seq", Task.CLASSIFY)
    for family, task in (("decoder", Task.GENERATE), ("decoder", Task.CLASSIFY), ("encoder", Task.CLASSIFY)):
        check_task("x", family, task)  # type: ignore[arg-type]
    assert set(FAMILIES.values()) == {"decoder", "encoder", "seq2seq"}

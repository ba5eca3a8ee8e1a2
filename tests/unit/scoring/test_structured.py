import pytest

from tuning.scoring.structured import field_exactness_rows, fields_of, is_json


@pytest.mark.parametrize(
    ("text", "valid"),
    [('{"a": 1}', True), ("[1, 2]", True), (' {"ключ": "值"} ', True), ("5", False), ('"a"', False), ("{a: 1}", False),
     ("", False), ('{"a": 1} and more', False), ("[" * 100_000, False)],
)  # fmt: skip
def test_only_objects_and_arrays_are_json(text, valid):
    assert is_json(text) == valid


def test_nested_fields_are_named_by_their_path():
    assert fields_of('{"a": {"b": 1, "c": {}}, "d": [1]}') == {"a.b": 1, "a.c": {}, "d": [1]}
    assert fields_of("[1]") is None
    assert fields_of("no") is None


@pytest.mark.parametrize(
    ("output", "target", "score"),
    [
        ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', 1.0),
        ('{"a": 1, "b": 3}', '{"a": 1, "b": 2}', 0.5),
        ('{"a": 1, "invented": 3}', '{"a": 1}', 0.5),
        ('{"a": true}', '{"a": 1}', 0.0),
        ("a: 1", '{"a": 1}', 0.0),
        ("{}", "{}", 1.0),
    ],
)
def test_field_exactness(output, target, score):
    assert field_exactness_rows([output], [target])[0] == pytest.approx(score)

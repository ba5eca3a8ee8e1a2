"""Starting again: the very file of a run is found, or what to do is said."""

import hashlib
from pathlib import Path

import pytest

from tests.unit.ui.builders import finished_run
from tuning.data.bundled import bundled_examples
from tuning.errors import FileError
from tuning.runs.files import write_text
from tuning.runs.store import Run
from tuning.spec import CleaningPlan, CleaningStep, PlanStep, RunSpec
from tuning.ui.again import choices_of
from tuning.ui.form import form_values

CONTENT = b"text,label\na,b\n"


def of_file(run: Run, **fields: object) -> Run:
    write_text(run.path / "dataset.json", run.dataset().model_copy(update=fields).model_dump_json())
    return run


def upload(uploads: Path, name: str, content: bytes = CONTENT) -> Path:
    path = uploads / hashlib.sha256(content + name.encode()).hexdigest()[:8] / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_an_example_is_found_by_its_content(tmp_path):
    example = bundled_examples()[0]
    name, content = example.path.name, example.path.read_bytes()
    run = of_file(finished_run(tmp_path), name=name, sha256=digest(content))
    assert choices_of(run, bundled_examples(), tmp_path / "uploads").example == example.key
    with pytest.raises(FileError, match="no longer here"):
        choices_of(of_file(run, sha256="0" * 64), bundled_examples(), tmp_path / "uploads")


def test_an_upload_is_found_by_its_name_and_content(tmp_path):
    uploads = tmp_path / "uploads"
    upload(uploads, "my.csv", b"other,content\n")
    own, test = upload(uploads, "my.csv"), upload(uploads, "test.csv", b"text,label\nc,d\n")
    fields = {"name": "my.csv", "sha256": digest(CONTENT), "test_name": "test.csv"}
    run = of_file(finished_run(tmp_path), **fields, test_sha256=digest(test.read_bytes()))
    found = choices_of(run, bundled_examples(), uploads)
    assert (found.example, found.file, found.test) == (None, str(own), str(test))
    test.unlink()
    with pytest.raises(FileError, match=r"'test\.csv' is no longer here"):
        choices_of(run, bundled_examples(), uploads)


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "my.csv"])
def test_nothing_else_is_taken_for_it(tmp_path, name):
    uploads = tmp_path / "uploads"
    (tmp_path / "secret.csv").write_bytes(CONTENT)
    upload(uploads, "others.csv")
    (uploads / "folder").mkdir()
    (uploads / "folder" / "my.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(FileError, match="no longer here"):
        choices_of(of_file(finished_run(tmp_path), name=name, sha256=digest(CONTENT)), [], uploads)


def test_what_to_set_again_is_said(tmp_path):
    run = finished_run(tmp_path)

    def told(spec: RunSpec) -> str:
        write_text(run.path / "spec.json", spec.model_dump_json())
        with pytest.raises(FileError) as caught:
            choices_of(run, [], tmp_path)
        return str(caught.value)

    assert "leave the settings as they are, and change one thing" in told(RunSpec(budget="5m"))
    assert "set rank 8, batch size 4, and change one thing" in told(RunSpec(budget="5m", rank=8, batch_size=4))
    assert "set target label, budget no limit, and change" in told(RunSpec(target="label"))
    bare = CleaningPlan(steps=tuple(PlanStep(step=one, on=one == CleaningStep.DROP_EMPTY) for one in CleaningStep))
    assert "set cleaning to leave out empty rows" in told(RunSpec(budget="5m", plan=bare)).lower()


def test_the_form_takes_the_settings_of_a_run(tmp_path):
    run = finished_run(tmp_path)
    write_text(run.path / "spec.json", run.spec().model_copy(update={"rank": 8, "group": "text:2"}).model_dump_json())
    example = bundled_examples()[0]
    of_file(run, name=example.path.name, sha256=digest(example.path.read_bytes()))
    values = form_values(choices_of(run, [example], tmp_path).settings)
    assert (values["rank"], values["group"], values["characters"], values["target"]) == (8, "text", 2, "label")

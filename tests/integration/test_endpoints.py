"""The endpoints for programs through `gradio_client`, with a tiny model: from a file to a run to an answer."""

import csv
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from gradio_client import Client, handle_file  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from tests.app_server import App, serve
from tests.integration.test_inference_worker import trained_run
from tests.integration.test_pipeline import example
from tests.runs_support import wait_until
from tuning.data.inspecting import Inspection
from tuning.runs.local import enforce_cancel
from tuning.runs.store import Run, RunStore
from tuning.spec import Task
from tuning.ui.endpoints import PROGRAMS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory, tiny_model):
    with serve(tmp_path_factory.mktemp("app"), {"TUNEOFF_MODELS": str(tiny_model)}) as app:
        yield app


@pytest.fixture(scope="module")
def client(app) -> Client:
    return Client(app.url, verbose=False)


@pytest.fixture(scope="module")
def rows(tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("data") / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([(row.input, row.target) for row in (example(Task.CLASSIFY, n) for n in range(1, 81))])
    return path


def end(run: Run) -> None:
    """Let no worker outlive its test."""

    def ended() -> bool:
        run.request_cancel()
        return enforce_cancel(run) or not run.status().active

    wait_until(ended, "the run is ended", seconds=60)


def test_a_file_is_inspected_as_the_page_does(client, rows):
    found = Inspection.model_validate(client.predict(handle_file(rows), None, None, api_name="/inspect"))
    assert found.shape is not None
    assert (found.shape.task, found.shape.input, found.shape.target) == (Task.CLASSIFY, "text", "label")
    found = Inspection.model_validate(
        client.predict(handle_file(rows), {"target": "nowhere"}, None, api_name="/inspect")
    )
    assert "nowhere" in (found.problem or "")


def test_a_run_is_started_and_its_id_opens_it(client, app, rows, tiny_model):
    settings = {"model": str(tiny_model), "epochs": 1, "rank": 2, "max_length": 64}
    started = client.predict(handle_file(rows), settings, None, api_name="/start")
    run = RunStore(app.home).open(started["id"])
    try:
        assert run.record().owner == PROGRAMS
        assert run.spec().rank == 2
        assert client.predict(run.id, api_name="/status")["id"] == run.id
        assert client.predict(run.id, api_name="/comparison") is None
    finally:
        end(run)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rank": 100_000}, "rank"),
        ({"<b>x</b>": 1}, "&lt;b&gt;"),
        ([1, 2], "settings must be an object"),
        ({"plan": {"steps": []}}, "plan"),
    ],
)
def test_settings_are_checked_again(client, app, rows, settings, message):
    before = len(RunStore(app.home).list())
    for name in ("/start", "/inspect"):
        with pytest.raises(AppError, match=message) as refused:
            client.predict(handle_file(rows), settings, None, api_name=name)
        assert "<b>" not in str(refused.value)
    assert len(RunStore(app.home).list()) == before


def call_raw(app: App, name: str, data: Sequence[object]) -> str:
    """Everything the server says to a call without a client, which would upload what it is to send."""
    config = httpx.get(f"{app.url}/config").json()
    (number,) = (event["id"] for event in config["dependencies"] if event["api_name"] == name)
    body = {"data": data, "fn_index": number, "session_hash": f"raw{name}"}
    httpx.post(f"{app.url}/gradio_api/queue/join", json=body).raise_for_status()
    said = []
    query = {"session_hash": body["session_hash"]}
    with httpx.stream("GET", f"{app.url}/gradio_api/queue/data", params=query, timeout=120) as stream:
        for line in stream.iter_lines():
            said.append(line)
            if "process_completed" in line:
                break
    return "\n".join(said)


@pytest.mark.parametrize("name", ["inspect", "start"])
def test_nothing_is_read_that_was_not_uploaded(app, tmp_path, name):
    secret = tmp_path / "secret.csv"
    secret.write_text("text,label\n" + "top secret,yes\n" * 30)
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    for data in ([file, None, None], [None, None, file], [str(secret), None, None]):
        said = call_raw(app, name, data)
        assert '"success":false' in said
        assert "top secret" not in said
    assert not [run for run in RunStore(app.home).list() if run.record().name == "secret.csv"]


@pytest.mark.parametrize("task", list(Task))
def test_both_models_answer_a_prompt(client, app, tiny_model, task):
    run = trained_run(app.home, tiny_model, task)
    answered = client.predict(run.id, "quick dog 5", api_name="/predict")
    assert set(answered) == {"base", "tuned", "prompt_cut"}
    labels = set(answered["tuned"]["probabilities"] or {})
    assert labels == ({"bad", "good"} if task is Task.CLASSIFY else set())
    assert answered["base"]["seconds"] > 0
    if task is Task.GENERATE:
        drawn = [client.predict(run.id, "quick dog", 1.5, 1, seed, 12, api_name="/predict") for seed in (1, 1, 2)]
        texts = [answer["tuned"]["text"] for answer in drawn]
        assert texts[0] == texts[1] != texts[2]
        assert all(answer["tuned"]["tokens"] <= 12 for answer in drawn)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["", 0], "prompt is empty"),
        (["x" * 20_001, 0], "20,001 characters"),
        ([{"a": 1}, 0], "prompt must be a text"),
        (["hi", 9], "temperature"),
        (["hi", "<b>hot</b>"], "temperature"),
        (["hi", 0, 0], "top_p"),
        (["hi", 0, 1, -1], "seed"),
        (["hi", 0, 1, 0, 10**9], "max_new_tokens"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(client, app, tiny_model, values, message):
    run = trained_run(app.home, tiny_model, Task.GENERATE)
    with pytest.raises(AppError, match=message) as refused:
        client.predict(run.id, *values, api_name="/predict")
    assert "<b>" not in str(refused.value)

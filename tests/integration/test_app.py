"""The app over HTTP: named endpoints answer, hostile values are refused, nobody gets at a run without its id."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from tests.app_server import ROOT, App, serve
from tests.unit.ui.builders import ALICE, BOB, finished_run, looking
from tuning.ui.form import form_values

pytestmark = pytest.mark.slow

NOT_IDS = [
    "../../etc/passwd",
    "",
    "f" * 32,
    "%2e%2e%2f",
    "..",
    "/",
    "<script>alert(1)</script>",
    "${7*7}",
    "a" * 10_000,
]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("app")) as app:
        yield app


@pytest.fixture(scope="module")
def run(app: App):
    return finished_run(app.home)


@pytest.fixture(scope="module")
def client(app: App) -> Client:
    return Client(app.url, verbose=False)


@pytest.fixture(scope="module")
def config(app: App) -> dict[str, Any]:
    return httpx.get(f"{app.url}/config").json()


def call(app: App, config: dict[str, Any], name: str, data: list[Any]) -> httpx.Response:
    """Call an event of the page directly, as no page would; events without a queue answer at once."""
    numbers = [event["id"] for event in config["dependencies"] if event["api_name"] == name]
    assert numbers, f"no event {name!r} among {[event['api_name'] for event in config['dependencies']]}"
    body = {"data": data, "fn_index": numbers[0], "session_hash": "0123456789a"}
    return httpx.post(f"{app.url}/gradio_api/run/predict", json=body, timeout=60)


def test_status_and_comparison_are_named_endpoints(client, run):
    status = client.predict(run.id, api_name="/status")
    assert (status["id"], status["state"], status["verdict_kind"]) == (run.id, "done", "better")
    comparison = client.predict(run.id, api_name="/comparison")
    found = run.comparison()
    assert found is not None
    assert comparison == json.loads(found.to_json())


@pytest.mark.parametrize("name", ["/status", "/comparison", "/predict"])
@pytest.mark.parametrize("run_id", NOT_IDS)
def test_what_is_no_id_is_refused(client, run_id, name):
    prompt = ["hi"] if name == "/predict" else []
    with pytest.raises(AppError, match="no run has the id") as refused:
        client.predict(run_id, *prompt, api_name=name)
    assert "<script" not in str(refused.value)


def test_nothing_else_is_offered(client):
    offered = set(client.view_api(return_format="dict")["named_endpoints"])
    assert offered == {"/inspect", "/start", "/status", "/comparison", "/predict"}


def test_a_strangers_events_change_nothing(app, config, run):
    call(app, config, "cancel", [looking(BOB, run)])
    for event in ("delete_run", "compare_chosen"):
        call(app, config, event, [BOB.model_dump(), [run.id]])
    listed = call(app, config, "show_list", [BOB.model_dump()])
    assert run.id in call(app, config, "show_list", [ALICE.model_dump()]).text, "the owner's own list, for comparison"
    assert run.path.is_dir()
    assert run.cancel_requests() == 0
    assert run.id not in listed.text


@pytest.mark.parametrize("stored", [None, 7, [], {"id": "../.."}, {"id": ALICE.id, "run": "../../etc"}])
def test_what_a_browser_cannot_have_sent_is_answered_without_a_trace(app, config, stored):
    answer = call(app, config, "open_run", [stored])
    assert answer.status_code in {200, 500}
    assert "Traceback" not in answer.text
    assert "root:" not in answer.text


def test_a_file_that_was_not_uploaded_is_not_read(app, config, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("text,label\n" + "top secret,yes\n" * 30)
    file = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    form = list(form_values({}).values())
    for name, data in (
        ("look_at_file", [file, None]),
        ("look_at_file", [None, file]),
        ("look_at_test", [None, "icd10", file, *form]),
        ("change_setting", [file, None, None, *form]),
        ("change_columns", [None, "icd10", file, *form]),
    ):
        answer = call(app, config, name, data)
        assert "top secret" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["runs/{id}/spec.json", "runs/{id}/data/test.jsonl", "runs/../runs/{id}/run.json", "runs/{id}", "submit.lock"],
)
def test_runs_are_not_served_as_files(app, run, path):
    for wanted in (app.home / path.format(id=run.id), Path("/etc/passwd"), ROOT / "app.py"):
        for route in ("gradio_api/file=", "file=", "gradio_api/file/"):
            assert httpx.get(f"{app.url}/{route}{wanted}").status_code in {400, 403, 404}


@pytest.mark.parametrize(
    "path", ["monitoring", "monitoring/summary", "gradio_api/monitoring", "gradio_api/monitoring/summary"]
)
def test_monitoring_is_off(app, path):
    answer = httpx.get(f"{app.url}/{path}")
    assert answer.status_code in {403, 404} or "disabled" in answer.text


def test_it_listens_on_the_loopback_alone(app):
    assert app.url.startswith("http://127.0.0.1:")
    assert httpx.get(app.url).status_code == 200


def test_starting_loads_no_model_library():
    code = "import sys, app; print([m for m in ('torch', 'transformers', 'evaluate', 'peft') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout.strip() == "[]", done.stderr

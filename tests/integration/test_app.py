"""The app over HTTP: named endpoints answer, hostile values are refused, nobody gets at a run without its id."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client  # type: ignore[import-untyped]
from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

from tests.app_server import ROOT, App, serve
from tests.integration.test_endpoints import call_raw
from tests.unit.ui.builders import ALICE, BOB, finished_run, looking
from tuning.runs.store import Run
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
    listed = call(app, config, "show_list", [BOB.model_dump(), []])
    assert run.id in call(app, config, "show_list", [ALICE.model_dump(), []]).text, (
        "the owner's own list, for comparison"
    )
    assert run.path.is_dir()
    assert run.cancel_requests() == 0
    assert run.id not in listed.text


def digest(run: Run) -> dict[str, str]:
    """Every file of a run, and what is in it."""
    files = (path for path in sorted(run.path.rglob("*")) if path.is_file())
    return {str(path.relative_to(run.path)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_no_event_called_by_a_stranger_changes_a_run(app, config, run):
    """By every route an event has, with the run's id wherever an id may stand; downloads only look."""
    before = digest(run)
    stored = looking(BOB, run)
    for event in config["dependencies"]:
        if str(event["api_name"]).startswith("take_"):
            continue
        for second in ([run.id], run.id):
            data = [stored, second, *[""] * len(event["inputs"])][: len(event["inputs"])]
            for route in ("run/predict", f"call/{event['api_name']}"):
                body = {"data": data, "fn_index": event["id"], "session_hash": "0123456789b"}
                answer = httpx.post(f"{app.url}/gradio_api/{route}", json=body, timeout=60)
                assert "Traceback" not in answer.text
    assert digest(run) == before
    assert run.cancel_requests() == 0


def test_what_everybody_can_read_names_no_run(app, run):
    for path in ("", "config", "gradio_api/info", "gradio_api/openapi.json", "gradio_api/queue/status", "theme.css"):
        answer = httpx.get(f"{app.url}/{path}")
        assert answer.status_code == 200
        assert run.id not in answer.text
        assert ALICE.id not in answer.text


def test_a_download_is_had_by_its_whole_path_alone(app, run):
    said = call_raw(app, "take_predictions", [looking(ALICE, run)])
    (path,) = set(re.findall(r'"path": ?"([^"]+)"', said))
    place = Path(path)
    had = httpx.get(f"{app.url}/gradio_api/file={place}")
    assert had.status_code == 200
    assert had.headers["content-disposition"].startswith("attachment")
    for folder in (place.parent, place.parent.parent, app.home / "uploads"):
        for wanted in (folder, f"{folder}/", f"{folder}/*"):
            assert httpx.get(f"{app.url}/gradio_api/file={wanted}").status_code in {400, 403, 404}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("", 200),
        ("config", 200),
        ("theme.css", 200),
        ("nowhere", 404),
        (f"watch/{'f' * 32}", 404),
        ("watch/..%2f..%2fetc%2fpasswd", 404),
        ("gradio_api/file=/etc/passwd", 403),
        ("gradio_api/file=https://example.com/x", 404),
        ("gradio_api/deep_link?session_hash=0123456789a", 404),
        ("gradio_api/proxy=https://example.com/x", 404),
        ("gradio_api/runs", 404),
        ("gradio_api/upload", 405),
    ],
)
def test_every_answer_protects_who_reads_it(app, path, status):
    answer = httpx.get(f"{app.url}/{path}")
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["referrer-policy"] == "same-origin"


def test_a_file_of_more_than_the_limit_is_not_taken(app):
    sizes = {20_000_000: 200, 20_980_000: 413, 30_000_000: 413}
    for size, status in sizes.items():
        answer = httpx.post(f"{app.url}/gradio_api/upload", files={"files": ("a.csv", b"x" * size)}, timeout=60)
        assert answer.status_code == status, size


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
        ("look_at_file", [ALICE.model_dump(), file, None]),
        ("look_at_file", [ALICE.model_dump(), None, file]),
        ("look_at_test", [ALICE.model_dump(), None, "icd10", file, *form]),
        ("change_setting", [ALICE.model_dump(), file, None, None, *form]),
        ("change_columns", [ALICE.model_dump(), None, "icd10", file, *form]),
        ("resume", [ALICE.model_dump()]),
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


def test_the_foot_of_the_page_leads_to_the_endpoints_alone(config):
    assert config["footer_links"] == ["api"], "Gradio's settings would offer to record the screen"


def test_starting_loads_no_model_library():
    code = "import sys, app; print([m for m in ('torch', 'transformers', 'evaluate', 'peft') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout.strip() == "[]", done.stderr

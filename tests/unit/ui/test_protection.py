"""What is refused before Gradio sees it, and what every answer tells the browser."""

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from tuning.ui.protection import Protection, security_headers


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def fail(_: Request) -> PlainTextResponse:
    raise RuntimeError("secret")


@pytest.fixture
def client(tmp_path):
    routes = [Route("/fail", fail), Route("/{path:path}", answer, methods=["GET", "POST"])]
    settings = {
        "headers": security_headers(on_space=False),
        "uploads": tmp_path,
        "most_uploaded": 100_000,
        "most_body": 100,
    }
    app = Starlette(routes=routes, middleware=[Middleware(Protection, **settings)])
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/", "/gradio_api/file=/a.csv", "/gradio_api/deep_link", "/fail"])
def test_every_answer_has_the_headers(client, path):
    told = client.get(path)
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'self'" in told.headers["content-security-policy"]
    assert "camera=()" in told.headers["permissions-policy"]
    assert "secret" not in told.text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/deep_link?session_hash=a",
        "/gradio_api/proxy=https://example.com/x",
        "/gradio_api/file=https://example.com/x",
        "/gradio_api/file=HTTP://169.254.169.254/",
        "/gradio_api/file=%68ttps://example.com/x",
        "/gradio_api/process_recording",
        "/gradio_api/vibe-edit/",
        "/gradio_api/runs",
        "/prefix/gradio_api/run-history/records",
        "/monitoring/summary",
    ],
)
def test_what_is_of_no_use_here_is_shut(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/gradio_api/run/predict", "/gradio_api/file=/tmp/a.csv", "/gradio_api/queue/data"])
def test_the_rest_is_open(client, path):
    assert client.get(path).text == "0 bytes"


def test_only_the_hub_frames_a_space():
    here, space = (security_headers(on_space=on_space)["Content-Security-Policy"] for on_space in (False, True))
    assert "huggingface.co" not in here
    assert "frame-ancestors 'self' https://huggingface.co https://*.huggingface.co" in space


def test_a_body_is_limited_whether_or_not_it_says_its_length(client):
    assert client.post("/", content=b"x" * 100).text == "100 bytes"
    assert client.post("/", content=b"x" * 101).status_code == 413
    assert client.post("/", content=(b"x" * 50 for _ in range(3))).status_code >= 400
    assert client.post("/", headers={"content-length": "-1"}).status_code == 413


def test_uploads_stop_when_there_are_too_many(client, tmp_path):
    (tmp_path / "a").mkdir()
    assert client.post("/gradio_api/upload", content=b"x").text == "1 bytes"
    (tmp_path / "a" / "rows.csv").write_bytes(b"x" * 200_000)
    assert client.post("/gradio_api/upload", content=b"x").status_code == 507
    assert client.post("/gradio_api/upload/", content=b"x").status_code == 507
    assert client.post("/gradio_api/run/predict", content=b"x").status_code == 200

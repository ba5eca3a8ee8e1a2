"""How long the first paint takes, what the page weighs, and what those cost who only watch a run.

`python -m benchmarks.first_paint` starts the app as a user does, opens it in Chromium, then lets light clients do what
a page that watches a run does: hold a heartbeat and tick. The table is kept as `benchmarks/results/first_paint.md`.
"""

import asyncio
import os
import random
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from playwright.sync_api import Browser, CDPSession, expect, sync_playwright

from tests.app_server import App, serve
from tests.chromium import find_chromium
from tests.unit.ui.builders import unfinished_run
from tuning.durations import duration_words
from tuning.events import Step
from tuning.runs.processes import this_process
from tuning.runs.run import Run
from tuning.ui.screens import POLL_S
from tuning.ui.visitor import Visitor

RESULTS = Path(__file__).parent / "results" / "first_paint.md"
WATCHERS = 100
WATCHED_S = 40.0
STEP_S = 1.0
"""Between two steps of the run that is watched."""
PAINTS = 5
MODEL_LIBRARIES = ("torch", "transformers", "peft")
HEAD = """# First paint, weight of the page, and watchers

Written by `python -m benchmarks.first_paint` on {machine}; Chromium {chromium} on the same machine as the app,
without a network between them.

"""


@dataclass(frozen=True)
class Paint:
    """One opening of the page."""

    seconds: float
    """From asking for the address to the verdict on the screen."""
    bytes_by_kind: Counter[str]
    """As transferred, compressed where the app compresses."""


def paint(browser: Browser, url: str, times: int) -> list[Paint]:
    """Open the page, so many times, in a browser that has never seen it at first and has its files afterwards."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    found = []
    for _ in range(times):
        page = context.new_page()
        weight = _weigh(context.new_cdp_session(page))
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        expect(page.locator(".to-verdict")).to_be_visible()
        seconds = time.perf_counter() - start
        page.wait_for_load_state("networkidle")
        found.append(Paint(seconds, Counter(weight)))
        page.close()
    context.close()
    return found


def _weigh(session: CDPSession) -> Counter[str]:
    """Counts what comes from now on, by kind."""
    weight: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: weight.update({kinds.get(event["requestId"], "Other"): int(event["encodedDataLength"])}),
    )
    session.send("Network.enable")
    return weight


def loaded_models(app: App) -> list[str]:
    """Model libraries that the app's process has mapped into memory."""
    maps = Path(f"/proc/{app.process.pid}/maps").read_text(encoding="utf-8")
    return [name for name in MODEL_LIBRARIES if f"/{name}/" in maps]


@contextmanager
def steps_of(run: Run, every_s: float) -> Iterator[None]:
    """The run makes a step from time to time, in this process."""
    over = threading.Event()

    def go_on() -> None:
        number = 2
        while not over.wait(every_s):
            number += 1
            run.append(
                Step(at=time.time(), step=number, total_steps=400, epoch=number / 100, loss=2 / number**0.5,
                     learning_rate=1e-4, seconds_left=400.0 - number)
            )  # fmt: skip

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Watcher:
    """A page that watches a run, without a browser around it."""

    def __init__(self, client: httpx.AsyncClient, tick: dict[str, Any], run: Run) -> None:
        self._client = client
        self._tick = tick
        self._visitor = Visitor(run=run.id).model_dump()
        self._session = f"w{random.randrange(36**9):x}"
        self.answers: list[float] = []
        """Milliseconds that each tick took, the client's own share included."""
        self.told = 0
        """Bytes that came in answers."""

    async def tick(self) -> int:
        """Ask once; how many bytes came."""
        body = {**self._tick, "data": [self._visitor, None], "session_hash": self._session}
        answer = await self._client.post("/gradio_api/run/predict", json=body)
        answer.raise_for_status()
        return len(answer.content)

    async def watch(self, seconds: float) -> None:
        """Tick until the time is over, a page's heartbeat open beside it."""
        heart = asyncio.create_task(self._beat())
        await asyncio.sleep(random.random() * POLL_S)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            asked = time.perf_counter()
            self.told += await self.tick()
            self.answers.append(1000 * (time.perf_counter() - asked))
            await asyncio.sleep(max(0.0, POLL_S - (time.perf_counter() - asked)))
        heart.cancel()
        await asyncio.wait([heart])

    async def _beat(self) -> None:
        async with self._client.stream("GET", f"/gradio_api/heartbeat/{self._session}", timeout=None) as beats:
            async for _ in beats.aiter_lines():
                pass


@dataclass(frozen=True)
class Watched:
    """What watchers cost."""

    cpu_ms: float
    """Of the app's process, for each tick and whatever else a watcher keeps open."""
    median_ms: float
    slowest_ms: float
    bytes_per_tick: float

    @property
    def share(self) -> float:
        """Of one core, with every watcher ticking as often as a page does, also where this machine did not keep up."""
        return self.cpu_ms / 1000 * WATCHERS / POLL_S


async def watched(app: App, run: Run, number: int, seconds: float) -> Watched:
    """Let so many watch a run, all of them ticking from the first second to the last."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=app.url, limits=limits, timeout=600) as client:
        config = (await client.get("/config")).json()
        (event,) = (one for one in config["dependencies"] if one["api_name"] == "follow")
        tick = {"fn_index": event["id"], "trigger_id": event["targets"][0][0], "event_data": None}
        watchers = [Watcher(client, tick, run) for _ in range(number)]
        process = psutil.Process(app.process.pid)
        for watcher in watchers:  # a session's first event is of its opening, not of its watching
            await watcher.tick()
        before = process.cpu_times()
        await asyncio.gather(*(watcher.watch(seconds) for watcher in watchers))
        after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    answers = [ms for watcher in watchers for ms in watcher.answers]
    told = sum(watcher.told for watcher in watchers)
    ticks = len(answers)
    return Watched(1000 * used / ticks, statistics.median(answers), max(answers), told / ticks)


def watching(app: App) -> Iterator[tuple[str, Watched]]:
    """Watchers of a run that makes steps, and of one in which nothing is new."""
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    with steps_of(run, STEP_S):
        yield f"of a run with a step every {duration_words(STEP_S)}", _watch(app, run)
    yield "of a run with nothing new", _watch(app, run)


def _watch(app: App, run: Run) -> Watched:
    return asyncio.run(watched(app, run, WATCHERS, WATCHED_S))


def painting(app: App, tell: Callable[[str], None]) -> str:
    """Measure and tell of the page; the browser's version."""
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=find_chromium(os.environ), args=flags)
        expect.set_options(timeout=120_000)
        colds = [paint(browser, app.url, 2) for _ in range(PAINTS)]
        version = browser.version
        browser.close()
    cold, warm = ([pair[number] for pair in colds] for number in (0, 1))
    tell("| first paint of the showcase | median of 5 | slowest |\n|---|---:|---:|")
    for name, paints in (("a browser that was never here", cold), ("a browser that has the files", warm)):
        seconds = [one.seconds for one in paints]
        tell(f"| {name} | {statistics.median(seconds):.2f} s | {max(seconds):.2f} s |")
    models = loaded_models(app)
    tell(f"\nModel libraries in the app's memory afterwards: {', '.join(models) or 'none'}.\n")
    tell("| transferred, in kB | never here | has the files |\n|---|---:|---:|")
    first, again = cold[-1].bytes_by_kind, warm[-1].bytes_by_kind
    for kind in sorted(first, key=lambda kind: -first[kind]):
        tell(f"| {kind.lower()} | {first[kind] / 1000:,.0f} | {again[kind] / 1000:,.0f} |")
    tell(f"| together | {first.total() / 1000:,.0f} | {again.total() / 1000:,.0f} |")
    return version


def main() -> None:
    """Measure, print, keep."""
    lines: list[str] = []

    def tell(line: str) -> None:
        print(line, flush=True)
        lines.append(line)

    with tempfile.TemporaryDirectory() as home, serve(Path(home)) as app:
        chromium = painting(app, tell)
        tell(f"\n| {WATCHERS} watchers | share of a core | a tick, processor | answered, median | slowest | bytes |")
        tell("|---|---:|---:|---:|---:|---:|")
        for name, found in watching(app):
            cost = f"{100 * found.share:.0f} % | {found.cpu_ms:.1f} ms"
            cost += f" | {found.median_ms:.0f} ms | {found.slowest_ms:.0f} ms"
            tell(f"| {name} | {cost} | {found.bytes_per_tick:,.0f} |")
    head = HEAD.format(machine=f"{os.cpu_count()} cores, {processor()}", chromium=chromium)
    RESULTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def processor() -> str:
    """What computes, by the name its maker gave it."""
    names = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    return names[0].partition(":")[2].strip() if names else "an unnamed processor"


if __name__ == "__main__":
    main()

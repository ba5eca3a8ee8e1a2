"""What it costs the app that many pages watch a run: clients that ask as a page does, without a browser around them.

Each holds a heartbeat, as every page of Gradio's does, and asks how the run goes as often as a page that is looked at
(`tuning.ui.watch_script`). The clients' own work is not counted: only the time of the app's process is.
"""

import asyncio
import random
import re
import statistics
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpx
import psutil

from tests.app_server import App
from tests.unit.ui.builders import unfinished_run
from tuning.durations import duration_words
from tuning.events import Step
from tuning.runs.processes import this_process
from tuning.runs.run import Run
from tuning.ui.watch_script import POLL_S

__all__ = ["Watched", "idle_share", "watching"]

STEP_S = 1.0
"""Between two steps of the run that is watched."""
_SEEN = re.compile(r'data-seen=\\"([0-9a-f]+)\\"')


@dataclass(frozen=True)
class Watched:
    """What watchers cost."""

    watchers: int
    cpu_ms: float
    """Of the app's process, for each question and whatever else a watcher keeps open."""
    median_ms: float
    """From a question to its answer, the client's own share included."""
    slowest_ms: float
    bytes_each: float

    @property
    def share(self) -> float:
        """Of one core, if every watcher asks as often as a page does, also where this machine did not keep up."""
        return self.cpu_ms / 1000 * self.watchers / POLL_S


def idle_share(app: App, seconds: float) -> float:
    """Of one core, what the app takes when nobody asks for anything."""
    process = psutil.Process(app.process.pid)
    before = _used(process)
    time.sleep(seconds)
    return (_used(process) - before) / seconds


def _used(process: psutil.Process) -> float:
    """Seconds of processor so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def watching(app: App, watchers: int, seconds: float) -> Iterator[tuple[str, Watched]]:
    """So many watch, for so long, a run that makes steps, and then one in which nothing is new."""
    run = unfinished_run(app.home)
    run.write_worker(this_process())
    with _steps_of(run):
        yield f"of a run with a step every {duration_words(STEP_S)}", asyncio.run(_watch(app, run, watchers, seconds))
    yield "of a run with nothing new", asyncio.run(_watch(app, run, watchers, seconds))


@contextmanager
def _steps_of(run: Run) -> Iterator[None]:
    """The run makes a step from time to time, in this process."""
    over = threading.Event()

    def go_on() -> None:
        number = 2
        while not over.wait(STEP_S):
            number += 1
            loss, left = 2 / number**0.5, max(400.0 - number, 0.0)
            run.append(Step(at=time.time(), step=number, total_steps=400, epoch=number / 100, loss=loss,
                            learning_rate=1e-4, seconds_left=left))  # fmt: skip

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class _Watcher:
    """A page that watches a run."""

    def __init__(self, client: httpx.AsyncClient, run: Run) -> None:
        self._client = client
        self._run = run
        self._seen = ""
        self._session = f"w{random.randrange(36**9):x}"
        self.answers: list[float] = []
        """Milliseconds that each answer took."""
        self.told = 0
        """Bytes of all answers."""

    async def ask(self) -> int:
        """Ask once; how many bytes came."""
        answer = await self._client.get(f"/watch/{self._run.id}", params={"seen": self._seen})
        answer.raise_for_status()
        found = _SEEN.search(answer.text)
        self._seen = found[1] if found else self._seen
        return len(answer.content)

    async def watch(self, seconds: float) -> None:
        """Ask until the time is over, beginning at a moment of its own."""
        await asyncio.sleep(random.random() * POLL_S)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            asked = time.perf_counter()
            self.told += await self.ask()
            self.answers.append(1000 * (time.perf_counter() - asked))
            await asyncio.sleep(max(0.0, POLL_S - (time.perf_counter() - asked)))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """A page is open: what it shows was asked for, its heartbeat was heard once and goes on."""
        async with self._client.stream("GET", f"/gradio_api/heartbeat/{self._session}", timeout=None) as beats:
            await anext(beats.aiter_lines())
            await self.ask()
            yield


async def _watch(app: App, run: Run, number: int, seconds: float) -> Watched:
    """Let so many watch a run, all of them asking from the first second to the last."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=app.url, limits=limits, timeout=600) as client:
        watchers = [_Watcher(client, run) for _ in range(number)]
        async with AsyncExitStack() as pages:  # opening them is not watching
            for watcher in watchers:
                await pages.enter_async_context(watcher.open())
            process = psutil.Process(app.process.pid)
            before = _used(process)
            await asyncio.gather(*(watcher.watch(seconds) for watcher in watchers))
            used = _used(process) - before
    answers = [ms for watcher in watchers for ms in watcher.answers]
    told = sum(watcher.told for watcher in watchers)
    return Watched(
        watchers=number,
        cpu_ms=1000 * used / len(answers),
        median_ms=statistics.median(answers),
        slowest_ms=max(answers),
        bytes_each=told / len(answers),
    )

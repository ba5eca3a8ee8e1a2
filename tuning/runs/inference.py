"""The one process that answers prompts, seen from the server: started on need, asked by one after the other, ended.

Knows processes, pipes and who is next; loads no model and knows no page. What is said on the pipes stands in
`tuning.runs.exchange`. The process ends with its standard input, so it cannot outlive a server, however that ends.
"""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from tuning.errors import LimitError, TuneOffError
from tuning.runs.exchange import Reply, Request
from tuning.runs.local import worker_env
from tuning.runs.run import Run

__all__ = ["Inference", "Line", "Patience", "Waiting"]

_log = logging.getLogger(__name__)
_COMMAND = (sys.executable, "-m", "tuning.runs.inference_worker")
_LOOK_S = 0.5
_MOST_WAITING = 16


@dataclass(frozen=True)
class Waiting:
    """Not answered yet."""

    before: int
    """How many are answered first; 0: the models are made ready."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds."""

    idle: float = 300.0
    """For another prompt, until the process is ended and its memory is free again."""
    reply: float = 240.0
    """For a reply, which may have a model to load first."""

    @property
    def absence(self) -> float:
        """For somebody in the line who does not look: a closed page may not say so."""
        return self.reply + 30


class Line:
    """Who is next, first come first served; whoever does not look for `absence_s` loses the place."""

    def __init__(self, absence_s: float, clock: Callable[[], float]) -> None:
        self._absence_s = absence_s
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[object, float] = {}

    def join(self) -> object:
        """A ticket, the last in the line. Raises `LimitError` where the line is too long."""
        with self._lock:
            self._drop()
            if len(self._seen) >= _MOST_WAITING:
                raise LimitError(f"{_MOST_WAITING} prompts are waiting already: try again in a minute.")
            ticket = object()
            self._seen[ticket] = self._clock()
        return ticket

    def before(self, ticket: object) -> int:
        """How many stand before. Raises `TuneOffError` when the place was lost."""
        with self._lock:
            if ticket not in self._seen:
                raise TuneOffError("This answer was not waited for, so it was given up: ask again.")
            self._seen[ticket] = self._clock()
            self._drop()
            return list(self._seen).index(ticket)

    def leave(self, ticket: object) -> bool:
        """Done, or given up; whether nobody is left."""
        with self._lock:
            self._seen.pop(ticket, None)
            return not self._seen

    def __bool__(self) -> bool:
        with self._lock:
            return bool(self._seen)

    def _drop(self) -> None:
        oldest = self._clock() - self._absence_s
        for ticket in [ticket for ticket, seen in self._seen.items() if seen < oldest]:
            del self._seen[ticket]


class Inference:
    """Sends prompts to the answering process, which it starts and ends; safe to be used by many threads."""

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        command: Sequence[str] = _COMMAND,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._env = env
        self._command = command
        self._patience = patience or Patience()
        self._line = Line(self._patience.absence, clock)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._idle: threading.Timer | None = None

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        process = self._process
        return process is not None and process.poll() is None

    def ask(self, request: Request) -> Iterator[Waiting | Reply]:
        """Wait for one's turn, then how far both models are until they are done; to stop, close the iterator.

        Raises `LimitError` where too many wait, `TuneOffError` when there is no answer.
        """
        ticket = self._line.join()
        pause = threading.Event()
        try:
            while before := self._line.before(ticket):
                yield Waiting(before)
                pause.wait(_LOOK_S)
            yield Waiting(0)
            yield from self._replies(request, ticket)
        finally:
            if self._line.leave(ticket):
                self._end_later()

    def close(self) -> None:
        """End the process now."""
        with self._lock:
            self._end()

    def _replies(self, request: Request, ticket: object) -> Iterator[Reply]:
        process = self._ready(request)
        line = request.model_dump_json().encode()
        while True:
            self._line.before(ticket)  # says that we are still here, or raises
            reply = self._exchange(process, line)
            if reply.problem:
                raise TuneOffError(reply.problem)
            yield reply
            if reply.over:
                return
            line = b""

    def _ready(self, request: Request) -> "subprocess.Popen[bytes]":
        """The process, started if there is none. Raises `TuneOffError` if there is none to be had."""
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            if self._process is None or self._process.poll() is not None:
                self._end()
                self._process = self._start(Run(request.run))
            return self._process

    def _start(self, run: Run) -> "subprocess.Popen[bytes]":
        flags = 0
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        try:
            return subprocess.Popen(
                list(self._command),
                cwd=run.home,
                env=worker_env(run, self._env),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=flags,
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            raise TuneOffError(f"The answering process cannot be started: {error.strerror or error}.") from error

    def _exchange(self, process: "subprocess.Popen[bytes]", line: bytes) -> Reply:
        """Say one line and hear the reply; a process that does not answer is ended."""
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        overdue = threading.Timer(self._patience.reply, give_up)
        overdue.daemon = True
        overdue.start()
        try:
            process.stdin.write(line + b"\n")
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:  # it ended before it could be asked
            answer = b""
        overdue.cancel()
        try:
            return Reply.model_validate_json(answer)
        except ValidationError as error:
            raise TuneOffError(self._fault(process, answer, late=late.is_set())) from error

    def _fault(self, process: "subprocess.Popen[bytes]", answer: bytes, *, late: bool) -> str:
        """End the process; why there is no reply, in one line."""
        with self._lock:
            if process is self._process:
                self._end()
        if late:
            return f"No answer came within {self._patience.reply:g} s: this machine is busy; try again later."
        if answer:
            return "The answering process did not answer in its agreed form: the models cannot be tried."
        code = process.returncode
        why = ", probably because memory ran out" if code == -9 else ""
        return f"The answering process ended with code {code}{why}: ask again, and it is started anew."

    def _end_later(self) -> None:
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            self._idle = threading.Timer(self._patience.idle, self._end_if_idle)
            self._idle.daemon = True
            self._idle.start()

    def _end_if_idle(self) -> None:
        with self._lock:
            if not self._line:
                self._end()

    def _end(self) -> None:
        """End the process and take it off the system's list. Needs the lock."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what could not be said any more
                    _log.debug("a pipe of the answering process was closed by it")

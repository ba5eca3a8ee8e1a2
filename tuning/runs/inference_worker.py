"""The process that answers prompts: `python -m tuning.runs.inference_worker`, JSON Lines on its pipes.

A line with a `Request` begins an answer, an empty line asks how it goes on, and to every line one `Reply` comes back.
So nothing is computed that nobody waits for, and stopping is not asking on; the process ends with its standard input.
Knows models and how a run's rows are asked; knows nothing of who asks, nor of queues.
"""

import gc
import logging
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import ValidationError

from tuning.data.examples import Example
from tuning.engine.generation import Stops, stream
from tuning.errors import TuneOffError, describe_unexpected
from tuning.models.adapter import adapter_off
from tuning.runs.answering import Adapters, Base, check_adapter, load_base, responder_of
from tuning.runs.exchange import Reply, Request, Side
from tuning.runs.responding import Responder
from tuning.runs.run import Run
from tuning.spec import Task

__all__ = ["Models", "Writing", "main", "serve"]

_log = logging.getLogger(__name__)
_MOST_RESPONDERS = 8
_UNFINISHED = "\ufffd"
"""What the bytes of a character that is not whole yet are decoded to."""

Answer = Callable[[Request], Iterator[Reply]]


class Writing:
    """One model's answer on its way, token by token, on this model's own clock."""

    def __init__(self, tokens: Iterator[int], limit: int, decode: Callable[[list[int]], str]) -> None:
        self._tokens = tokens
        self._limit = limit
        self._decode = decode
        self._ids: list[int] = []
        self.side = Side()

    def step(self) -> None:
        """One token more, or the end."""
        began = time.perf_counter()
        token = next(self._tokens, None)
        seconds = self.side.seconds + time.perf_counter() - began
        if token is not None:
            self._ids.append(token)
        cut = len(self._ids) >= self._limit
        self.side = Side(
            text=self._decode(self._ids).rstrip(_UNFINISHED).strip(),
            tokens=len(self._ids),
            first_s=seconds if self.side.first_s is None else self.side.first_s,
            seconds=seconds,
            over=token is None or cut,
            hit_limit=cut,
        )


class Models:
    """What the process keeps: one base model, its latest adapters, and how the rows of their runs are asked."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._base: Base | None = None
        self._adapters: Adapters | None = None
        self._responders: OrderedDict[str, Responder] = OrderedDict()

    def answer(self, request: Request) -> Iterator[Reply]:
        """How far both models are, again and again until both are done. Raises `TuneOffError`."""
        run = Run(request.run)
        check_adapter(run)
        base, adapters = self._load(run)
        responder = self._responder(run, base)
        model = adapters.use(run.id, run.adapter_path)
        if responder.task is Task.CLASSIFY:
            return _label_in_turn(model, responder, request)
        return _write_in_turn(model, responder, request, base.window)

    def _load(self, run: Run) -> tuple[Base, Adapters]:
        if self._base is None or self._adapters is None or not self._base.serves(run):
            # Two base models at once may be more than the machine holds.
            self._base, self._adapters = None, None
            self._responders.clear()
            gc.collect()
            base = load_base(run, self._env)
            self._base, self._adapters = base, base.adapters()
        return self._base, self._adapters

    def _responder(self, run: Run, base: Base) -> Responder:
        if run.id not in self._responders:
            self._responders[run.id] = responder_of(run, base)
        self._responders.move_to_end(run.id)
        if len(self._responders) > _MOST_RESPONDERS:
            self._responders.popitem(last=False)
        return self._responders[run.id]


def _label_in_turn(model: Any, responder: Responder, request: Request) -> Iterator[Reply]:
    """The likelihood of every label, of the base first: there is no less to be told than all of one model's."""
    cut = responder.prompts.encode(request.prompt, None).input_cut
    with adapter_off(model):
        base = _label(model, responder, request.prompt)
    yield Reply(base=base, prompt_cut=cut)
    yield Reply(base=base, tuned=_label(model, responder, request.prompt), prompt_cut=cut)


def _label(model: Any, responder: Responder, prompt: str) -> Side:
    began = time.perf_counter()
    (found,) = responder.predict(model, [Example(row=1, input=prompt, target="")], lambda _: None)
    seconds = time.perf_counter() - began
    return Side(text=found.output, first_s=seconds, seconds=seconds, over=True, probabilities=found.probabilities)


def _write_in_turn(model: Any, responder: Responder, request: Request, longest: int) -> Iterator[Reply]:
    """Both answers, a token of each in turn, until both have ended."""
    encoded = responder.prompts.encode(request.prompt, None)
    limit = min(request.max_new_tokens or responder.stops.max_new_tokens, max(1, longest - len(encoded.prompt)))
    base, tuned = (_writing(model, responder, encoded.prompt, request, limit) for _ in range(2))
    while not (base.side.over and tuned.side.over):
        for writing, off in ((base, True), (tuned, False)):
            if not writing.side.over:
                with adapter_off(model) if off else nullcontext():
                    writing.step()
        yield Reply(base=base.side, tuned=tuned.side, prompt_cut=encoded.input_cut)


def _writing(model: Any, responder: Responder, prompt: tuple[int, ...], request: Request, limit: int) -> Writing:
    stops = Stops(responder.stops.end_ids, limit)
    tokens = stream(model, prompt, stops, request.sampling, responder.batching)
    return Writing(tokens, limit, responder.prompts.decode)


def serve(lines: Iterable[bytes], tell: Callable[[Reply], None], answer: Answer) -> None:
    """One reply to every line, until there are no more lines."""
    replies: Iterator[Reply] = iter(())
    for line in lines:
        if line.strip():
            replies = _answer(line, answer)
        tell(next(replies, Reply(problem="Nothing more is to be said: ask again.")))


def _answer(line: bytes, answer: Answer) -> Iterator[Reply]:
    """The replies to one request; what goes wrong is the last of them."""
    try:
        yield from answer(Request.model_validate_json(line))
    except ValidationError as error:
        yield Reply(problem=f"the request is not of its form: {error.errors(include_url=False)[0]['msg']}")
    except TuneOffError as error:
        yield Reply(problem=str(error))
    except Exception as error:  # noqa: BLE001 - the app shows one line, the log has the rest
        yield Reply(problem=describe_unexpected(error, _log))


def main() -> int:
    """The command: until standard input ends."""
    logging.basicConfig(level=logging.WARNING)
    _be_the_first_to_go()
    replies = _own_output()

    def tell(reply: Reply) -> None:
        replies.write(reply.model_dump_json().encode() + b"\n")
        replies.flush()

    try:
        serve(sys.stdin.buffer, tell, Models(os.environ).answer)
    except BrokenPipeError:  # the server is gone
        return 1
    return 0


def _own_output() -> BinaryIO:
    """Standard output for replies alone: what libraries print goes to standard error from now on."""
    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def _be_the_first_to_go() -> None:
    """When memory runs out, the system ends this process rather than the server."""
    path = Path("/proc/self/oom_score_adj")
    if path.exists():
        try:
            path.write_text("500", encoding="ascii")
        except OSError as error:
            _log.info("oom_score_adj could not be set: %s", error)


if __name__ == "__main__":
    sys.exit(main())

"""Prompts → text: the most likely next token, again and again, for many rows at once; or one row, token by token.

Rows share the keys and values of the tokens they begin with, are batched by length, and leave the batch when they end.
Attention and its cache are transformers' own. Knows token ids; knows nothing of text, tasks or runs.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from transformers import DynamicCache, LogitsProcessorList, TemperatureLogitsWarper, TopPLogitsWarper

from tuning.engine.batching import batches_by_length, common_prefix
from tuning.engine.forward import SHARED, Batching, CausalModel, OnRows, last_states
from tuning.engine.growing_cache import growing_cache
from tuning.engine.sampling import GREEDY, Sampling

__all__ = ["Generated", "Stops", "generate", "stream"]

_ROWS = 32
_TOKENS = 8192
"""Bounds of one batch; its cache takes 46 kB a token for the embedded model in fp32."""


@dataclass(frozen=True)
class Generated:
    """New tokens without the end of turn; `hit_limit` says that none was reached."""

    ids: tuple[int, ...]
    hit_limit: bool


@dataclass(frozen=True)
class Stops:
    """When a text ends."""

    end_ids: tuple[int, ...]
    """Tokens that end an answer."""
    max_new_tokens: int


@torch.inference_mode()
def generate(
    model: CausalModel,
    prompts: Sequence[tuple[int, ...]],
    stops: Stops,
    on_rows: OnRows,
    batching: Batching = SHARED,
) -> list[Generated]:
    """One answer a prompt, in order; `on_rows` hears of every token. Rows that cannot share a prefix begin apart."""
    if batching.flow is not None:
        return batching.flow.generate(model, prompts, stops, on_rows)
    prefix = common_prefix(prompts) if batching.shared_prefix else 0
    head = _prefill(model, prompts[0][:prefix])
    answers = [Generated((), False)] * len(prompts)
    lengths = [len(prompt) + stops.max_new_tokens for prompt in prompts]
    for rows in batches_by_length(lengths, _ROWS, _TOKENS):
        batch = _Decoding(model, head, [prompts[i][prefix:] for i in rows])
        for i, answer in zip(rows, batch.run(stops, on_rows), strict=True):
            answers[i] = answer
    return answers


@torch.inference_mode()
def stream(
    model: CausalModel,
    prompt: tuple[int, ...],
    stops: Stops,
    sampling: Sampling = GREEDY,
    batching: Batching = SHARED,
) -> Iterator[int]:
    """The tokens of one answer, each computed when it is asked for; greedily, those of `generate`.

    Of several streams each keeps its own keys and values, so that they may be asked in turn.
    """
    choose = _chooser(sampling)
    if batching.flow is not None:
        yield from batching.flow.stream(model, prompt, stops, choose)
        return
    device, cache = next(model.parameters()).device, growing_cache(model.config)
    ids: Sequence[int] = prompt
    for _ in range(stops.max_new_tokens):
        new = torch.tensor([ids], device=device)
        token = choose(model(input_ids=new, past_key_values=cache, use_cache=True, logits_to_keep=1).logits[0, -1])
        if token in stops.end_ids:
            return
        yield token
        ids = (token,)


def _chooser(sampling: Sampling) -> Callable[[torch.Tensor], int]:
    """Logits (vocabulary,) → a token. Nucleus sampling: Holtzman et al. 2020, arXiv 1904.09751."""
    if sampling.temperature == 0:
        return lambda logits: int(logits.argmax())
    generator = torch.Generator().manual_seed(sampling.seed)
    warp = LogitsProcessorList([TemperatureLogitsWarper(sampling.temperature), TopPLogitsWarper(sampling.top_p)])

    def draw(logits: torch.Tensor) -> int:
        # On the CPU, so that a seed draws the same whatever computes.
        scores = warp(None, logits.float().cpu().unsqueeze(0))
        return int(torch.multinomial(scores.softmax(-1), 1, generator=generator))

    return draw


def _prefill(model: CausalModel, prefix: tuple[int, ...]) -> DynamicCache:
    """Keys and values of one row of `prefix` tokens, perhaps none."""
    cache = growing_cache(model.config)
    if prefix:
        ids = torch.tensor([prefix], device=next(model.parameters()).device)
        model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    return cache


class _Decoding:
    """One batch of rows, padded between the shared head and their own tokens, so that all end at the same place."""

    def __init__(self, model: CausalModel, head: DynamicCache, own: Sequence[tuple[int, ...]]) -> None:
        device = next(model.parameters()).device
        shared, width = head.get_seq_length(), max(map(len, own))
        self._model = model
        self._cache = deepcopy(head)
        self._cache.batch_repeat_interleave(len(own))
        padding = torch.tensor([width - len(ids) for ids in own], device=device).unsqueeze(1)
        place = torch.arange(width, device=device)
        self._ids = torch.tensor([[0] * (width - len(ids)) + list(ids) for ids in own], device=device)
        self._positions = shared + (place - padding).clamp(min=0)
        seen = torch.ones(len(own), shared, dtype=torch.long, device=device)
        self._mask = torch.cat((seen, (place >= padding).long()), dim=1)
        self._going = list(range(len(own)))
        self._texts: list[list[int]] = [[] for _ in own]

    def run(self, stops: Stops, on_rows: OnRows) -> list[Generated]:
        """Decode until every row has ended or reached the limit."""
        for _ in range(stops.max_new_tokens):
            tokens = self._next()
            on_rows(0)
            on = [place for place, token in enumerate(tokens.tolist()) if token not in stops.end_ids]
            ended = len(self._going) - len(on)
            if ended:
                on_rows(ended)
                self._keep(torch.tensor(on, dtype=torch.long, device=tokens.device))
            if not on:
                break
            self._append(tokens[on])
        on_rows(len(self._going))
        return [Generated(tuple(text), hit_limit=row in self._going) for row, text in enumerate(self._texts)]

    def _next(self) -> torch.Tensor:
        """The most likely token of every row that goes on."""
        out = self._model(
            input_ids=self._ids,
            attention_mask=self._mask,
            position_ids=self._positions,
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=last_states(self._ids, 1),
        )
        return out.logits[:, -1].argmax(-1)

    def _keep(self, on: torch.Tensor) -> None:
        """Let all other rows leave."""
        self._going = [self._going[place] for place in on.tolist()]
        self._cache.batch_select_indices(on)
        self._mask, self._positions = self._mask[on], self._positions[on]

    def _append(self, tokens: torch.Tensor) -> None:
        for row, token in zip(self._going, tokens.tolist(), strict=True):
            self._texts[row].append(token)
        self._ids = tokens.unsqueeze(1)
        self._positions = self._positions[:, -1:] + 1
        self._mask = torch.cat((self._mask, self._mask.new_ones(len(tokens), 1)), dim=1)

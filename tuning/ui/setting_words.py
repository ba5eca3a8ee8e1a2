"""The settings in words that can be read out: what each is called, what the advanced ones do, and why by default so.

Knows names of settings; their bounds and the terms of the trade are said in `tuning.spec`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["BASIC_LABELS", "MEANINGS", "REASONS", "TITLES", "in_words_of_form", "label_of"]

BASIC_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "task": "The model should answer with",
        "input": "Input column",
        "target": "Target column",
        "template": "Input from several columns",
        "group": "Group column",
        "characters": "Group by the first characters",
        "split": "Split column",
        "steps": "Steps",
        "instruction": "Instruction",
        "budget": "Time to spend",
    }
)
"""What the fields that are asked openly are called."""

TITLES: Mapping[str, str] = MappingProxyType(
    {"rows": "Rows to use", "test_rows": "Test rows", "max_length": "Maximum length"}
)
"""Where the name alone would not do."""
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "model": "the model that is tuned, and then held against itself as it was before",
        "rows": "how many rows of the file are used at most, drawn at random",
        "test_rows": "how many rows are put aside to judge by; nothing is learned from them",
        "preset": "one word for how thorough a run is (layers, epochs, test rows), in place of a time to spend",
        "epochs": "how often the model goes through all training rows, at most",
        "rank": "how much room there is for what is learned: the width of the small tables added to the model",
        "alpha": "how loudly what was learned speaks in the answers; it counts in proportion to the rank",
        "dropout": "the share of signals left out by chance while it learns, so that it leans on no single one",
        "learning_rate": "how far each step of learning goes: small ones are slow, large ones stumble. It is shorter "
        "at the beginning (warm-up) and towards the end",
        "weight_decay": "how strongly what is learned is pulled back towards nothing, against exaggeration",
        "layers": "how many of the model's layers learn, from the top: all, third, or a number; fewer are faster",
        "batch_size": "how many rows it looks at before each step of learning",
        "max_length": "the longest row that is read, in tokens (pieces of words, some four letters); the rest is cut",
        "margin": "how many points worse than before still count as not worse",
        "device": "the kind of processor that computes",
        "precision": "how many digits the model's numbers have: bfloat16 has fewer and takes half the memory",
        "seed": "the number that all drawing by chance begins with: which rows test, in which order rows are learned",
    }
)
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "model": "this one comes along with the app, so nothing has to be fetched",
        "rows": "empty: all there are, as more rows teach more",
        "test_rows": "empty: a fifth of the rows, 200 at most; more make the verdict surer and take time twice",
        "preset": "none: the time to spend decides; a preset goes with no limit",
        "epochs": "empty: three, or what there is time for; more do no harm, as what did best on the dev rows is kept",
        "rank": "16 is enough for one narrow task, and what is saved stays small",
        "alpha": "32, twice the rank, is usual and seldom worth changing",
        "dropout": "none: what did best on the dev rows is kept anyway, and dropout takes time and memory",
        "learning_rate": "high for a whole model, usual for what is added to one; lower it if the loss jumps",
        "weight_decay": "the usual small value; with so few numbers it decides little",
        "layers": "empty: all; where time is short the top third, which is quicker: rows are seen oftener",
        "batch_size": "8: many steps even of few rows; memory does not depend on it",
        "max_length": "512: most rows fit; longer ones take more time and memory",
        "margin": "empty: nothing counts as good enough; set it where keeping up is enough",
        "device": "auto: a graphics card (GPU) where there is one",
        "precision": "auto: bfloat16 where the processor is made for it, which is faster, else float32",
        "seed": "any number will do; with the same one and enough time, two runs are judged by the same rows",
    }
)
"""Why each default is what it is."""
_NAMED = re.compile(r"setting '(\w+)'")


def label_of(name: str) -> str:
    """What a setting's field in the form is called; of any other name, that name as words."""
    return BASIC_LABELS.get(name) or TITLES.get(name) or name.replace("_", " ").capitalize()


def in_words_of_form(message: str) -> str:
    """A refusal that names settings as the command line does, with the fields of the form in their place."""
    return _NAMED.sub(lambda found: f"'{label_of(found[1])}'", message)

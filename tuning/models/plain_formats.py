"""Text → token ids for models without a chat template, in one place for training and prediction.

A sentence encoder reads the input alone, and its "completion" is the number of a label; an encoder-decoder reads
instruction and input and writes the target. Knows the tokenizer; knows nothing of weights, batches or columns.
"""

from collections.abc import Sequence
from typing import Any

from tuning.errors import ModelError, SettingError
from tuning.models.prompts import EncodedRow

__all__ = ["SentenceFormat", "TextFormat"]

_LEAST_ROOM = 8
"""Tokens of the input: fewer would tell nothing."""


class _Frame:
    """A text between the tokens that this model puts around every text, cut at its end to fit `max_length`."""

    def __init__(self, tokenizer: Any, max_length: int, opening: str = "") -> None:
        self._tokenizer = tokenizer
        bare, whole = self.ids("a"), list(tokenizer("a")["input_ids"])
        starts = [start for start in range(len(whole)) if whole[start : start + len(bare)] == bare]
        if not starts:
            raise ModelError("the model's tokenizer changes a text when it marks its ends")
        self.tail = whole[starts[0] + len(bare) :]
        self._head = [*whole[: starts[0]], *(self.ids(opening) if opening else [])]
        self._room = max_length - len(self._head) - len(self.tail)
        if self._room < _LEAST_ROOM:
            raise SettingError(
                f"setting 'max_length' is {max_length}, but the instruction takes {len(self._head)} tokens; "
                f"set it to {max_length - self._room + _LEAST_ROOM} or more, or shorten the instruction"
            )

    def around(self, text: str) -> tuple[tuple[int, ...], bool]:
        """Token ids of a text as the model reads it, and whether it lost its end."""
        ids = self.ids(text)
        return (*self._head, *ids[: self._room], *self.tail), len(ids) > self._room

    def ids(self, text: str) -> list[int]:
        """Of a text by itself: nothing in it is taken for a special token."""
        return list(self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"])


class SentenceFormat:
    """Renders rows for a sentence encoder: its input as it is, its target as the number of a label."""

    end_ids: tuple[int, ...] = ()

    def __init__(self, tokenizer: Any, labels: Sequence[str], max_length: int) -> None:
        self.max_length = max_length
        self._frame = _Frame(tokenizer, max_length)
        self._numbers = {label: number for number, label in enumerate(labels)}

    def completion(self, target: str) -> list[int]:
        """The label's number; nothing for a target that is no label."""
        return [self._numbers[target]] if target in self._numbers else []

    def encode(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row; a long one is cut at the end of its input."""
        prompt, cut = self._frame.around(text)
        return EncodedRow(prompt, tuple(self.completion(target)) if target is not None else (), cut)

    encode_unseen = encode

    def decode(self, ids: Sequence[int]) -> str:
        """Never called: an encoder writes nothing, and a run that wants text is refused at its start."""
        raise ModelError(f"a sentence encoder writes no text, but was asked to ({len(ids)} tokens)")

    def answer_room(self, window: int) -> int:  # noqa: ARG002 - an answer takes none of it
        """A label's number."""
        return 1


class TextFormat:
    """Renders rows for an encoder-decoder: instruction and input are read, the target is written."""

    def __init__(self, tokenizer: Any, instruction: str, max_length: int) -> None:
        self.max_length = max_length
        self._tokenizer = tokenizer
        self._frame = _Frame(tokenizer, max_length, f"{instruction}\n\n" if instruction else "")
        if tokenizer.eos_token_id is None:
            raise ModelError("the model's tokenizer has no end of text, so nothing could teach it to stop")
        self.end_ids: tuple[int, ...] = (tokenizer.eos_token_id,)

    def completion(self, target: str) -> list[int]:
        """Token ids of a target and the end of text."""
        return [*(self._frame.ids(target) if target else []), *self.end_ids]

    def encode(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row; what is too long loses the end of its input and the start of its target."""
        prompt, cut = self._frame.around(text)
        completion = self.completion(target) if target is not None else []
        kept = completion[-self.max_length :]
        return EncodedRow(prompt, tuple(kept), cut, len(kept) < len(completion))

    def encode_unseen(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row to be answered, whose target is scored whole."""
        prompt, cut = self._frame.around(text)
        return EncodedRow(prompt, tuple(self.completion(target)) if target is not None else (), cut)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of written token ids, without marks of its end."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text

    def answer_room(self, window: int) -> int:
        """All of the window: what is written does not follow what was read."""
        return window

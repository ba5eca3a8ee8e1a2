"""Text → token ids, in one place for training and prediction: the model's own chat template around a row.

A prompt is `head + input + tail`: the head (template and instruction) is the same for every row, so rows share it as a
prefix on token ids; the user's text is tokenized apart from the template, so no cell can forge a turn marker.
Knows the tokenizer; knows nothing of weights, batches or columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tuning.errors import ModelError, SettingError

__all__ = ["EncodedRow", "PromptFormat"]

_USER_MARK = "\u2402user text\u2402"
_REPLY_MARK = "\u2402reply text\u2402"
_INPUT_FLOOR = 8
"""Tokens of the input that are kept even when the completion leaves no room: fewer would ask about nothing."""


@dataclass(frozen=True)
class EncodedRow:
    """Token ids of one row. `truncated` says that the input lost its end to fit the longest allowed length."""

    prompt: tuple[int, ...]
    completion: tuple[int, ...]
    """Target and end of turn; empty when the target is unknown."""
    truncated: bool = False

    def __len__(self) -> int:
        return len(self.prompt) + len(self.completion)


class PromptFormat:
    """Renders rows of one dataset for one model.

    `tokenizer` is a transformers tokenizer with a chat template; `instruction` begins every user turn;
    `max_length` bounds prompt plus completion in tokens. Raises `ModelError` when the template cannot be used and
    `SettingError` when the instruction alone is too long.
    """

    def __init__(self, tokenizer: Any, instruction: str, max_length: int) -> None:
        self._tokenizer = tokenizer
        self.max_length = max_length
        before, after = self._frame(self._render(_USER_MARK, None), _USER_MARK)
        reply_start, reply_end = self._frame(self._render(_USER_MARK, _REPLY_MARK), _REPLY_MARK)
        if not reply_start.startswith(before):
            raise ModelError("the model's chat template renders a question differently once it is answered")
        self._head = self._template_ids(before) + (self._text_ids(f"{instruction}\n\n") if instruction else [])
        self._tail = self._template_ids(after)
        self.end_of_turn = self._end_of_turn(reply_end)
        frame = len(self._head) + len(self._tail)
        if frame + 2 * _INPUT_FLOOR > max_length:
            raise SettingError(
                f"setting 'max_length' is {max_length}, but the instruction with its labels takes {frame} tokens; "
                f"set it to {frame + 8 * _INPUT_FLOOR} or more, or shorten the instruction"
            )

    def completion(self, target: str) -> list[int]:
        """Token ids of a target and its end of turn."""
        return self._text_ids(target) + self.end_of_turn

    def encode(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row; a long one is cut at the end of its input, then, for room, at the start of its target.

        The end of the completion is never cut, so that the model always learns to stop.
        """
        completion = self.completion(target) if target is not None else []
        frame = len(self._head) + len(self._tail)
        longest_completion = max(self.max_length - frame - _INPUT_FLOOR, len(self.end_of_turn) + 1)
        cut_completion = completion[-longest_completion:]
        room = max(self.max_length - frame - len(cut_completion), 0)
        ids = self._text_ids(text)
        prompt = (*self._head, *ids[:room], *self._tail)
        return EncodedRow(prompt, tuple(cut_completion), len(ids) > room or len(cut_completion) < len(completion))

    def encode_unseen(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row to be answered: the prompt must not depend on the target, which is scored whole."""
        prompt = self.encode(text, None)
        return EncodedRow(prompt.prompt, tuple(self.completion(target)) if target is not None else (), prompt.truncated)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of generated token ids, without turn markers."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text

    def _render(self, user: str, reply: str | None) -> str:
        turns = [{"role": "user", "content": user}]
        if reply is not None:
            turns.append({"role": "assistant", "content": reply})
        if not self._tokenizer.chat_template:
            raise ModelError("the model has no chat template, so it is no instruction-tuned model; choose one that is")
        text: str = self._tokenizer.apply_chat_template(
            turns, tokenize=False, add_generation_prompt=reply is None, enable_thinking=False
        )
        return text

    def _frame(self, text: str, mark: str) -> tuple[str, str]:
        before, found, after = text.partition(mark)
        if not found:
            raise ModelError("the model's chat template does not show the user's text as it is")
        return before, after

    def _template_ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _text_ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return ids

    def _end_of_turn(self, after_reply: str) -> list[int]:
        """What the template puts after a reply, up to its first special token; else the model's own end."""
        special = set(self._tokenizer.all_special_ids)
        ids = self._template_ids(after_reply)
        for position, token in enumerate(ids):
            if token in special:
                return ids[: position + 1]
        if self._tokenizer.eos_token_id is None:
            raise ModelError("the model's tokenizer has no end-of-turn token, so nothing could teach it to stop")
        return [self._tokenizer.eos_token_id]

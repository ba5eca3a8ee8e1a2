"""Text → token ids, in one place for training and prediction: the model's own chat template around a row.

A prompt is `head + input + tail`: the head (template and instruction) is the same for every row, so rows share it as a
prefix on token ids; the user's text is tokenized apart from the template, so no cell can forge a turn marker.
Examples shown in the prompt are earlier turns and part of the head. Knows the tokenizer; knows nothing of weights,
batches or columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tuning.errors import ModelError, SettingError

__all__ = ["PLAIN", "EncodedRow", "PromptFormat", "RowFormat", "Shot", "Wording"]

_USER_MARK = "\u2402user text\u2402"
_REPLY_MARK = "\u2402reply text\u2402"
_INPUT_FLOOR = 8
"""Tokens of the input that are kept even when the completion leaves no room: fewer would ask about nothing."""
_LEAST_ANSWER = 16


@dataclass(frozen=True)
class Wording:
    """What stands around the input in its turn."""

    before: str = ""
    after: str = ""


PLAIN = Wording()


@dataclass(frozen=True)
class Shot:
    """An example that is shown in the prompt, as a turn that was answered."""

    input: str
    target: str


@dataclass(frozen=True)
class EncodedRow:
    """Token ids of one row, cut to fit the longest allowed length."""

    prompt: tuple[int, ...]
    completion: tuple[int, ...]
    """Target and end of turn; empty when the target is unknown."""
    input_cut: bool = False
    """Whether the input lost its end."""
    target_cut: bool = False
    """Whether the target lost its start."""

    @property
    def truncated(self) -> bool:
        """Whether anything was lost."""
        return self.input_cut or self.target_cut

    def __len__(self) -> int:
        return len(self.prompt) + len(self.completion)


class RowFormat(Protocol):
    """Renders rows of one dataset for one model, whatever its family."""

    max_length: int
    """The most tokens a model reads of a row."""
    end_ids: tuple[int, ...]
    """Tokens that end an answer; none where nothing is written."""

    def completion(self, target: str) -> list[int]:
        """Token ids of a target and its end."""

    def encode(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row, cut to the longest length."""

    def encode_unseen(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row to be answered: the prompt must not depend on the target, which is scored whole."""

    def decode(self, ids: Sequence[int]) -> str:
        """Text of written token ids, without marks of its end."""

    def answer_room(self, window: int) -> int:
        """The most tokens of an answer that a model made for `window` tokens can give after the longest prompt."""


class PromptFormat:
    """Renders rows of one dataset for one model with a chat template.

    `tokenizer` is a transformers tokenizer with a chat template; `instruction` begins the first user turn;
    `max_length` bounds prompt plus completion in tokens, shots not counted. Raises `ModelError` when the template
    cannot be used and `SettingError` when the instruction alone is too long.
    """

    def __init__(
        self,
        tokenizer: Any,
        instruction: str,
        max_length: int,
        wording: Wording = PLAIN,
        shots: Sequence[Shot] = (),
    ) -> None:
        self._tokenizer = tokenizer
        reply_end = self._check_template()
        self.end_of_turn = self._end_of_turn(reply_end)
        # The template's end of turn, and the model's own end of text where that is another token.
        ends = (self.end_of_turn[-1], tokenizer.eos_token_id)
        self.end_ids: tuple[int, ...] = tuple(dict.fromkeys(end for end in ends if end is not None))
        opening = f"{instruction}\n\n" if instruction else ""
        self._head, self._tail = self._frame(opening, wording, shots)
        plain_head, _ = self._frame(opening, wording, ()) if shots else (self._head, self._tail)
        self.max_length = max_length + len(self._head) - len(plain_head)
        frame = len(self._head) + len(self._tail)
        if frame + 2 * _INPUT_FLOOR > self.max_length:
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
        return EncodedRow(prompt, tuple(cut_completion), len(ids) > room, len(cut_completion) < len(completion))

    def encode_unseen(self, text: str, target: str | None) -> EncodedRow:
        """Token ids of a row to be answered: the prompt must not depend on the target, which is scored whole."""
        prompt = self.encode(text, None)
        return EncodedRow(prompt.prompt, tuple(self.completion(target)) if target is not None else (), prompt.input_cut)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of generated token ids, without turn markers."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text

    def answer_room(self, window: int) -> int:
        """What prompts leave of the window."""
        return max(window - self.max_length, _LEAST_ANSWER)

    def _check_template(self) -> str:
        """What the template puts after a reply. Raises `ModelError` for a template that cannot be used."""
        if not self._tokenizer.chat_template:
            raise ModelError("the model has no chat template, so it is no instruction-tuned model; choose one that is")
        question, _ = _cut(self._render([_USER_MARK]), _USER_MARK)
        answered, reply_end = _cut(self._render([_USER_MARK, _REPLY_MARK]), _REPLY_MARK)
        if not answered.startswith(question):
            raise ModelError("the model's chat template renders a question differently once it is answered")
        return reply_end

    def _frame(self, opening: str, wording: Wording, shots: Sequence[Shot]) -> tuple[list[int], list[int]]:
        """Token ids before and after the input of the last turn."""
        texts = [text for shot in shots for text in (f"{wording.before}{shot.input}{wording.after}", shot.target)]
        marks = [f"{_USER_MARK if turn % 2 == 0 else _REPLY_MARK}{turn}\u2402" for turn in range(len(texts) + 1)]
        head: list[int] = []
        rest = self._render(marks)
        for turn, (mark, text) in enumerate(zip(marks, [*texts, wording.before], strict=True)):
            before, rest = _cut(rest, mark)
            head += self._template_ids(before) + self._text_ids(opening + text if turn == 0 else text)
        return head, self._text_ids(wording.after) + self._template_ids(rest)

    def _render(self, turns: Sequence[str]) -> str:
        """The template around turns of user and assistant; where the user has the last word, a reply is begun."""
        roles = ("user", "assistant")
        messages = [{"role": roles[number % 2], "content": text} for number, text in enumerate(turns)]
        text: str = self._tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=len(turns) % 2 == 1, enable_thinking=False
        )
        return text

    def _template_ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def _text_ids(self, text: str) -> list[int]:
        if not text:
            return []
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


def _cut(text: str, mark: str) -> tuple[str, str]:
    """What stands before and after `mark`."""
    before, found, after = text.partition(mark)
    if not found:
        raise ModelError("the model's chat template does not show the user's text as it is")
    return before, after

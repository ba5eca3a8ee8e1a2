"""Cells that hold a chat → what the model reads and what it should answer. Knows chats as JSON, nothing of tables.

OpenAI's `messages` (role, content) and ShareGPT's `conversations` (from, value). The last assistant turn is the target;
the turns before it are the context, and turns after it are left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Chat", "ChatStyle", "chat_style", "parse_chat", "transcript"]

ChatStyle = Literal["messages", "conversations"]

_SPEAKERS: Mapping[str, str] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
_TITLES: Mapping[str, str] = {"system": "System", "user": "User", "assistant": "Assistant"}


@dataclass(frozen=True)
class Turn:
    """Who says what."""

    speaker: str
    text: str


@dataclass(frozen=True)
class Chat:
    """One conversation up to the assistant's last turn."""

    system: str
    """What stands before the first turn; empty where nothing does."""
    context: tuple[Turn, ...]
    """Ends with the user."""
    reply: str


def chat_style(cell: str) -> ChatStyle | None:
    """How the turns in a cell are written; None if it holds no chat."""
    turns = _list_of_objects(cell)
    if not turns:
        return None
    if all("role" in turn and "content" in turn for turn in turns):
        return "messages"
    return "conversations" if all("from" in turn and "value" in turn for turn in turns) else None


def parse_chat(cell: str, *, answered: bool = True) -> Chat | None:
    """The chat in a cell; None where nothing is asked, nothing is answered, or a turn is not made of text alone.

    With `answered` false a chat may end with a question, which has an empty reply.
    """
    turns = [_turn(turn) for turn in _list_of_objects(cell)]
    known = [turn for turn in turns if turn is not None]
    if len(known) < len(turns):
        return None
    system = "\n\n".join(turn.text for turn in known if turn.speaker == "system")
    said = [turn for turn in known if turn.speaker != "system"]
    if not answered and said and said[-1].speaker == "user":
        return Chat(system.strip(), tuple(said), "")
    last = max((n for n, turn in enumerate(said) if turn.speaker == "assistant"), default=0)
    if last == 0 or said[last - 1].speaker != "user" or not said[last].text.strip():
        return None
    return Chat(system.strip(), tuple(said[:last]), said[last].text.strip())


def transcript(chat: Chat, *, with_system: bool) -> str:
    """The context as one text: a lone question as it is, several turns with who says them."""
    turns = list(chat.context)
    if with_system and chat.system:
        turns.insert(0, Turn("system", chat.system))
    if len(turns) == 1:
        return turns[0].text
    return "\n\n".join(f"{_TITLES[turn.speaker]}: {turn.text}" for turn in turns)


def _list_of_objects(cell: str) -> list[dict[str, Any]]:
    if not cell.lstrip().startswith("["):
        return []
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) else []


def _turn(turn: Mapping[str, Any]) -> Turn | None:
    speaker = _SPEAKERS.get(str(turn.get("role", turn.get("from"))).lower())
    text = _text(turn.get("content", turn.get("value")))
    return None if speaker is None or text is None else Turn(speaker, text)


def _text(content: object) -> str | None:
    """A turn's text, also where it is a list of parts; None if a part is a picture or anything else than text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        return None
    texts = [part.get("text") for part in content]
    return "".join(map(str, texts)) if texts and all(isinstance(text, str) for text in texts) else None

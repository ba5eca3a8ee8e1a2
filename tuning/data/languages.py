"""Which language a column is named after: by its English name, its own, or its code. Knows no files."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations
from types import MappingProxyType

__all__ = ["language_pairs", "spoken"]

_SPELLINGS = {
    "ar": "Arabic العربية",
    "bg": "Bulgarian български",
    "cs": "Czech čeština česky",
    "da": "Danish dansk",
    "de": "German deutsch",
    "el": "Greek ελληνικά",
    "en": "English",
    "es": "Spanish español castellano",
    "fa": "Persian farsi فارسی",
    "fi": "Finnish suomi",
    "fr": "French français",
    "he": "Hebrew עברית",
    "hi": "Hindi हिन्दी",
    "hu": "Hungarian magyar",
    "ind": "Indonesian",
    "it": "Italian italiano",
    "ja": "Japanese 日本語",
    "ko": "Korean 한국어",
    "la": "Latin latina",
    "nb": "Norwegian norsk bokmål",
    "nl": "Dutch nederlands",
    "pl": "Polish polski",
    "pt": "Portuguese português",
    "ro": "Romanian română",
    "ru": "Russian русский",
    "sv": "Swedish svenska",
    "th": "Thai ไทย",
    "tr": "Turkish türkçe",
    "uk": "Ukrainian українська",
    "vi": "Vietnamese",
    "zh": "Chinese mandarin 中文",
}
"""By ISO 639-1 code, but for Indonesian: columns named "id" hold something else, as those named "no" do."""
_ENGLISH: Mapping[str, str] = MappingProxyType({code: names.split()[0] for code, names in _SPELLINGS.items()})
_CODES: Mapping[str, str] = MappingProxyType(
    {code: code for code in _SPELLINGS}
    | {name.casefold(): code for code, names in _SPELLINGS.items() for name in names.split()}
)
_BESIDE = frozenset({"text", "sentence", "name", "source", "src", "input", "target", "tgt", "translation", "output"})
"""Words that say no more of such a column than that it holds texts."""
_TRANSLATED = frozenset({"target", "tgt", "translation", "output"})
_REGION = re.compile(r"(?<=^[a-z]{2})[-_][A-Z]{2}$")
_SPACE = re.compile(r"[\s_.-]+")


@dataclass(frozen=True)
class _Named:
    """A column named after a language."""

    column: str
    code: str
    word: str
    """As the column's name has it."""
    translated: bool
    """Whether the name says that it is what is to be written."""


def language_pairs(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of columns named after two languages, in the order of the columns, unless a name says which is written."""
    named = sorted((one for one in map(_named, columns) if one is not None), key=lambda one: one.translated)
    return [(one.column, other.column) for one, other in permutations(named, 2) if one.code != other.code]


def spoken(column: str) -> str:
    """The language a column is named after, in the name's own word, or in English where that is a code; else empty."""
    named = _named(column)
    if named is None:
        return ""
    return _ENGLISH[named.code] if named.word == named.code else named.word


def _named(column: str) -> _Named | None:
    words = [word for word in _SPACE.split(_REGION.sub("", column.strip())) if word]
    others = {word.casefold() for word in words} & _BESIDE
    language = [word for word in words if word.casefold() not in _BESIDE]
    code = _CODES.get(language[0].casefold()) if len(language) == 1 else None
    if code is None:
        return None
    word = language[0].casefold() if language[0].casefold() == code else language[0]
    return _Named(column, code, word, bool(others & _TRANSLATED))

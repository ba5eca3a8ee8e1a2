"""Whether it can be believed: the receipt, the noise floor, and how far each model's confidence can be trusted.

Knows a comparison; no run and no layout.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tuning.report.markup import Column, escape, fold, section, table
from tuning.scoring.comparison import Check, Comparison, Noise, Reliability
from tuning.scoring.wording import points

__all__ = ["WHY", "receipt", "reliability", "trust"]

_RESULTS = {"pass": "✓ passed", "warn": "! warning", "fail": "✗ failed"}
_WORST_FIRST = ("fail", "warn", "pass")
_ABOUT = "whether both were treated alike; what was learned, the verdict says"
WHY: Mapping[str, str] = MappingProxyType(
    {
        "same rows": "so that neither is asked anything easier",
        "same prompts": "so that both read the same, to the letter",
        "same decoding and precision": "so that both answer in the same way",
        "base is a trained model": "so that no untrained part makes base look bad",
        "rows fit the model": "so that nothing of them is lost",
        "adapter off gives the base answers": "so that what was tuned is the adapter and nothing else",
        "adapter changes logits": "so that the adapter, switched on, does something",
        "stock attention agrees": "so that our faster way of computing gives what the library's own gives",
        "saved adapter gives the tuned answers": "so that what you take away is what was judged",
        "tuned answers differ from base": "so that there is an effect to judge",
        "test rows unseen in training": "so that rows learned by heart do not count as skill",
        "answers can be read": "so that what is freely written says something",
        "base agrees with itself": "so that rounding is not taken for a difference",
        "test split seldom looked at": "so that it is not the luckiest of many tries",
    }
)
"""What each check is for, by its name; true whether it passed or not."""
_SIDE = 200
_EDGE = 26


def trust(comparison: Comparison) -> str:
    """The receipt with the noise floor."""
    return section("Can it be believed?", _ABOUT, receipt(comparison.receipt), _noise(comparison.noise))


def receipt(checks: Sequence[Check]) -> str:
    """What was checked, how it went, and the evidence; what did not pass comes first."""
    if not checks:
        return ""
    counted = {status: sum(check.status == status for check in checks) for status in _WORST_FIRST}
    warned = f"{counted['warn']} warning{'' if counted['warn'] == 1 else 's'}"
    passed = f"{counted['pass']} of {len(checks)} checks of the comparison passed"
    parts = [passed, *([warned] if counted["warn"] else [])]
    parts += [f"{counted['fail']} failed"] if counted["fail"] else []
    rows = [
        (
            _named(check.check),
            f'<span class="to-{check.status}">{_RESULTS[check.status]}</span>',
            escape(check.detail),
        )
        for check in sorted(checks, key=lambda check: _WORST_FIRST.index(check.status))
    ]
    columns = (Column("Check"), Column("Result", "to-result"), Column("Evidence", "to-evidence"))
    return f'<p class="to-sum">{", ".join(parts)}.</p>{table("Receipt", columns, rows, "to-receipt")}'


def _named(check: str) -> str:
    """A check by its name, with what it is good for."""
    why = f" <small>{WHY[check]}</small>" if check in WHY else ""
    return f"{escape(check[:1].upper() + check[1:])}{why}"


def _noise(noise: Noise | None) -> str:
    """What rounding alone moves."""
    if noise is None:
        return ""
    again = f"Noise floor: base answered {noise.rows:,} rows again at another batch size"
    if not noise.changed and not noise.delta:
        return f'<p class="to-note">{again} and gave the same answers: rounding moves nothing here.</p>'
    changed = f"{noise.changed:,} answer{'' if noise.changed == 1 else 's'} changed"
    if not noise.delta:
        return f'<p class="to-note">{again}; {changed}, its score on them did not.</p>'
    moved = points(abs(noise.delta)).removeprefix("+")
    return (
        f'<p class="to-note">{again}; {changed}, and its score on them moved by {moved} points. On as many rows, a '
        "smaller difference than that says nothing.</p>"
    )


def reliability(comparison: Comparison) -> str:
    """Both reliability curves; nothing where there are none."""
    pair = comparison.reliability
    found = [(name, curve) for name, curve in (("Base", pair.base), ("Tuned", pair.tuned)) if curve is not None]
    if not found:
        return ""
    drawn = "".join(_curve(name, curve) for name, curve in found)
    hint = "of answers held to be 80 % sure, 80 % should be right: on the dashed line, confidence is earned"
    return section("How far its confidence can be trusted", hint, f'<div class="to-curves">{drawn}</div>')


def _curve(name: str, curve: Reliability) -> str:
    columns = (Column("Rows"), Column("Confidence", "to-figure"), Column("Right", "to-figure"))
    rows = [(f"{bin_.rows:,}", f"{100 * bin_.confidence:.0f} %", f"{100 * bin_.accuracy:.0f} %") for bin_ in curve.bins]
    listed = fold(f"{name} in figures", table(f"Reliability of {name.lower()}", columns, rows, "to-three-columns"))
    return (
        f'<figure class="to-curve to-{name.lower()}"><figcaption>{name}: off by {100 * curve.error:.1f} points on '
        f"average</figcaption>{_drawing(curve)}{listed}</figure>"
    )


def _drawing(curve: Reliability) -> str:
    places = [(_EDGE + bin_.confidence * _SIDE, 4 + (1 - bin_.accuracy) * _SIDE) for bin_ in curve.bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>' for x, y in places)
    right, bottom = _EDGE + _SIDE, 4 + _SIDE
    marks = "".join(
        f'<text x="{_EDGE + share * _SIDE / 100}" y="{bottom + 15}" text-anchor="middle">{share}</text>'
        f'<text x="{_EDGE - 5}" y="{bottom - share * _SIDE / 100 + 4}" text-anchor="end">{share}</text>'
        for share in (0, 50, 100)
    )
    return (
        f'<svg viewBox="0 -8 {right + 14} {bottom + 42}" aria-hidden="true">'
        f'<rect x="{_EDGE}" y="4" width="{_SIDE}" height="{_SIDE}"/>'
        f'<path d="M{_EDGE} {bottom}L{right} 4"/><polyline points="{line}"/>{dots}{marks}'
        f'<text x="{_EDGE + _SIDE / 2}" y="{bottom + 30}" text-anchor="middle">confidence, %</text>'
        f'<text x="{_EDGE + 6}" y="18">right, %</text></svg>'
    )

"""Two models' answers side by side, as escaped HTML: text or bars of labels, and how fast. Knows replies; no layout."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuning.prediction import Prediction
from tuning.report.differences import mark, plain
from tuning.report.markup import attribute, escape
from tuning.report.metric_words import certainty
from tuning.runs.exchange import Reply, Side
from tuning.scoring.row_scores import GRADED, row_scores
from tuning.ui.blind import Order

__all__ = ["Shown", "draw_replies"]

_LABELS = 6
_ALONE = "A row asked by itself is rounded otherwise than among many: words can differ from those under Compare."
_ASKED = 100
"""Characters of a prompt that stand above its answers."""
_CHARACTERS = 20_000


@dataclass(frozen=True)
class Shown:
    """Two answers, and what may be said about them."""

    run: str
    """Id of the run."""
    reply: Reply
    target: str | None = None
    """What should have been answered, where that is known."""
    order: Order | None = None
    """Of a blind mode."""
    voted: bool = False
    prompt: str = ""
    """What was asked."""
    primary: str = "chrf"
    """The metric that the run was judged by."""

    @property
    def alike(self) -> bool:
        """Whether both answers are whole and one and the same."""
        base, tuned = self.reply.base, self.reply.tuned
        return base.over and tuned.over and bool(base.text) and base.text == tuned.text

    @property
    def sealed(self) -> bool:
        """Whether it must not be seen which answer is whose."""
        return self.order is not None and not self.voted and not self.alike


def draw_replies(shown: Shown) -> str:
    """Both answers as cards: base first, or in the order that was drawn."""
    sides = [("base", shown.reply.base), ("tuned", shown.reply.tuned)]
    if shown.order is not None and shown.order.tuned_first:
        sides.reverse()
    labels = _likeliest([side for _, side in sides], shown.target)
    cards = [
        _card(_title(shown, letter, name), "" if shown.sealed else name, side, _body(shown, side, labels), shown)
        for letter, (name, side) in zip("AB", sides, strict=True)
    ]
    asked = " ".join(shown.prompt.split())
    cut = asked if len(asked) <= _ASKED else f"{asked[:_ASKED]}…"
    to = f'<p class="to-note">Answers to: {escape(cut)}</p>' if cut else ""
    return f'{to}<div class="to-replies">{"".join(cards)}</div>{_notes(shown, "".join(cards))}'


def _notes(shown: Shown, drawn: str) -> str:
    """What is to be known of both."""
    said = _alike(shown)
    if "<del" in drawn or "<ins" in drawn:
        said.append("Struck out: not in the target. Underlined: in the target, but missing.")
    if 'class="to-likely"' in drawn:
        said.append("The labels stand in one order on both sides: first those that either model finds likeliest.")
    if shown.target is not None and not shown.sealed and shown.reply.base.over and shown.reply.base.text:
        said += [_ALONE] if shown.reply.base.probabilities is None else []
    if shown.reply.prompt_cut:
        said.append("The prompt was too long for this run’s models: both were asked without its end.")
    return "".join(f'<p class="to-note">{one}</p>' for one in said)


def _alike(shown: Shown) -> list[str]:
    """Whether both answers are one and the same, once both are there."""
    if not shown.alike:
        return []
    base, tuned = shown.reply.base, shown.reply.tuned
    surer = ", though not equally sure" if base.probabilities != tuned.probabilities else ""
    return [f"Both answers are the same{surer}."]


def _title(shown: Shown, letter: str, name: str) -> str:
    if shown.order is None:
        return name.capitalize()
    return letter if shown.sealed else f"{letter} was the {name} model"


def _card(title: str, kind: str, side: Side, body: str, shown: Shown) -> str:
    ending = "" if side.over else " to-going"
    tag = _agreement(side, shown)
    pace = "" if shown.sealed else f'<p class="to-pace">{_pace(side)}</p>'
    return (
        f'<section class="to-reply to-{kind or "sealed"}{ending}" aria-label="{title}: answer">'
        f"<header><h3>{title}</h3>{tag}</header>{body}{pace}</section>"
    )


def _agreement(side: Side, shown: Shown) -> str:
    """Whether the answer is its target: said once that cannot sway a vote."""
    if shown.target is None or not side.over or shown.sealed:
        return ""
    if side.text == shown.target.strip():
        return '<span class="to-better">✓ as the target</span>'
    if side.probabilities is not None:
        return '<span class="to-worse">✗ differs from the target</span>'
    metric = shown.primary if shown.primary in GRADED else "chrf"
    (score,) = row_scores(metric, [Prediction(row=1, input="", target=shown.target, output=side.text)])
    of_what = "of its fields right" if metric == "field_exactness" else "like the target"
    return f'<span class="to-even">{attribute(certainty(score))} {of_what}</span>'


def _body(shown: Shown, side: Side, labels: Sequence[str]) -> str:
    if labels:
        return _bars(shown, side, labels)
    if not side.text:
        return f'<p class="to-said to-none">{"nothing: it ended at once" if side.over else "…"}</p>'
    compared = shown.target is not None and side.over and not shown.sealed
    text = mark(side.text, shown.target or "").draw(_CHARACTERS) if compared else plain(side.text, _CHARACTERS)
    cut = "<small>cut off at the most new tokens</small>" if side.hit_limit else ""
    return f'<p class="to-said">{text}</p>{cut}'


def _likeliest(sides: Sequence[Side], target: str | None) -> list[str]:
    """The labels that either model finds likely, most likely first, and the target in any case."""
    best: dict[str, float] = {}
    for side in sides:
        for label, share in (side.probabilities or {}).items():
            best[label] = max(share, best.get(label, 0.0))
    ranked = sorted(best, key=lambda label: -best[label])
    if len(ranked) == _LABELS + 1:  # saying that there is one more takes its place
        return ranked
    shown = ranked[:_LABELS]
    return [*shown[:-1], target] if target in ranked[_LABELS:] and target is not None else shown


def _bars(shown: Shown, side: Side, labels: Sequence[str]) -> str:
    """The same labels in the same order on both sides, so that the eye can compare."""
    if side.probabilities is None:
        return '<p class="to-said to-none">…</p>'
    lines = []
    for label in labels:
        share = side.probabilities.get(label, 0.0)
        is_target = shown.target is not None and label == shown.target and not shown.sealed
        tag = ' <em class="to-tag">target</em>' if is_target else ""
        chosen = ' class="to-chosen"' if label == side.text else ""
        lines.append(
            f"<li{chosen}><span>{escape(label)}{tag}</span><b>{_percent(share)}</b>"
            f'<i style="--share:{share:.4f}" aria-hidden="true"></i></li>'
        )
    more = len(side.probabilities) - len(labels)
    rest = f'<p class="to-note">and {more} more labels</p>' if more > 0 else ""
    return f'<ul class="to-likely">{"".join(lines)}</ul>{rest}'


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if 0.999 < share < 1 else f"{100 * share:.1f} %"


def _pace(side: Side) -> str:
    """Tokens and times of this model's own computing."""
    if side.first_s is None:
        return ""
    if side.probabilities is not None:
        return f"{len(side.probabilities)} labels scored in {side.seconds:.2f} s"
    said = [f"{side.tokens} token{'' if side.tokens == 1 else 's'}", f"first after {side.first_s:.2f} s"]
    if side.tokens_per_s is not None:
        said.append(f"then {side.tokens_per_s:.1f} tokens/s")
    return " · ".join(said)

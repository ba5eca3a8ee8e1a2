"""What is seen of a run on its way, as escaped HTML: where it stands, and below it what it learns. Knows a `WatchPage`.

Both fragments are drawn anew in the browser whenever something happens: see `tuning.ui.watch_script`.
"""

from collections.abc import Sequence

from tuning.report import markup
from tuning.report.markup import attribute, escape, note, section
from tuning.ui.loss_chart import loss_chart
from tuning.ui.watch import PARTS, Clock, WatchPage
from tuning.ui.watched import watched_rows

__all__ = ["access_part", "clock_words", "learning_part", "now_part"]

_DID = "What this run did"
_LATE = 1.15
"""Times the budget: from here on the time that was too much is explained."""
_SLOWER = "the machine became slower than it was when the run was planned; no answer was left out for it"


def now_part(page: WatchPage) -> str:
    """Where the run stands; names the run, and what is seen of it here, while there is something to follow."""
    shown = markup.notice(page.kind, page.title, page.body) + _clock(page.clock)
    if page.phase is not None:
        shown += markup.steps(PARTS, page.phase)
        shown += markup.bar(page.share) if page.phase < len(PARTS) else ""
    followed = f' data-run="{attribute(page.run)}" data-seen="{page.seen}" data-stage="{page.stage}"'
    return f'<div class="to-standing"{followed if page.active else ""}>{shown}</div>'


def learning_part(page: WatchPage) -> str:
    """The watched rows, the losses with what they say, and what the run did."""
    drawn = loss_chart(page.loss, page.total_steps, page.kept) + note(page.fit) if page.loss is not None else ""
    return (
        watched_rows(page.looks, page.kept)
        + section("Loss", "how unlikely the right answers seem to it, in nats; lower is better", drawn)
        + section(_DID, "", _listed(page.notes))
    )


def access_part(page: WatchPage, *, own: bool) -> str:
    """The secret link, or for whoever came by it, why there is nothing to cancel."""
    if not page.run:
        return ""
    if own:
        return markup.secret_link(page.run)
    return (
        '<p class="to-caption">You opened this run by its secret link: you can look at everything, but only '
        "whoever started it can cancel or delete it.</p>"
    )


def clock_words(seconds: float) -> str:
    """A length of time as a clock shows it: 0:07, 12:30, 1:02:03."""
    whole = max(int(seconds), 0)
    minutes = f"{whole // 3600}:{whole // 60 % 60:02}" if whole >= 3600 else str(whole // 60)
    return f"{minutes}:{whole % 60:02}"


def _clock(clock: Clock | None) -> str:
    if clock is None:
        return ""
    elapsed, of = clock_words(clock.elapsed), f" of {clock_words(clock.budget)}" if clock.budget is not None else ""
    if not clock.running:
        late = clock.budget is not None and clock.elapsed > _LATE * clock.budget
        why = f"<span>{_SLOWER}</span>" if late else ""
        return f'<p class="to-clock">Took <b>{elapsed}</b>{of}{why}</p>'
    left = f"<span>{escape(clock.left)}</span>" if clock.left else ""
    return f'<p class="to-clock"><b data-elapsed="{clock.elapsed:.0f}">{elapsed}</b>{of or " so far"}{left}</p>'


def _listed(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f'<ul class="to-did" aria-label="{_DID}">{items}</ul>' if items else ""

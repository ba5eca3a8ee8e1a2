"""Which model is recommended for the rows at hand, as a line on the page. Knows not how one is chosen."""

from tuning.data.inspecting import Inspection
from tuning.report import markup
from tuning.runs.expecting import Expected
from tuning.runs.recommending import Job, Recommendation, recommend

__all__ = ["advice", "other_model"]


def advice(found: Inspection, expected: Expected | None = None) -> str:
    """What is recommended, and what is chosen where that is another; empty where it is not known what to learn."""
    best = _recommended(found, expected)
    if best is None:
        return ""
    if best.model == found.spec.model:
        return f'<p class="to-note">Recommended, and chosen: {markup.escape(f"{best.model}. {best.reason}")}</p>'
    title = f"Recommended is {best.model}, chosen is {found.spec.model}"
    return markup.notice("warning", title, best.reason)


def other_model(found: Inspection, expected: Expected | None = None) -> str | None:
    """The model that is recommended, where another one is chosen."""
    best = _recommended(found, expected)
    return best.model if best is not None and best.model != found.spec.model else None


def _recommended(found: Inspection, expected: Expected | None) -> Recommendation | None:
    job = Job.of(found, expected.language_model if expected else None)
    return recommend(job) if job is not None else None

"""Which model is recommended for the rows at hand, as a line on the page. Knows not how one is chosen."""

from tuning.data.inspecting import Inspection
from tuning.report import markup
from tuning.runs.recommending import Job, recommend

__all__ = ["advice"]


def advice(found: Inspection) -> str:
    """The line; empty where it is not known what is to be learned."""
    job = Job.of(found)
    if job is None:
        return ""
    best = recommend(job)
    return f'<p class="to-note">Recommended: {markup.escape(f"{best.model}. {best.reason}")}</p>'

"""What becomes of a file that is dropped here, in sentences: where it goes, who can see it, when it is deleted.

Says what `tuning.runs.sweeping`, `tuning.ui.context` and `tuning.ui.visitor` do; does none of it.
"""

__all__ = ["KEPT_UPLOADS_S", "privacy"]

KEPT_UPLOADS_S = 86_400.0
"""Seconds after which what was uploaded is deleted."""


def privacy(keep_days: float, *, on_space: bool) -> str:
    """For whoever is about to drop a file; a run is kept so many days after its end."""
    place = "the machine of this Space" if on_space else "the machine that runs this app"
    keeper = "the owner of this Space, and Hugging Face, which hosts it" if on_space else "whoever runs this machine"
    days = "a day" if keep_days == 1 else f"{keep_days:g} days"
    return (
        f"Your file goes to {place} and nowhere else; the upload is deleted after a day. A run keeps the rows it used "
        f"until you delete it under Runs, at most {days} after its end. Other visitors see neither file nor runs, "
        f"unless you give them a run's secret link; {keeper} could."
    )

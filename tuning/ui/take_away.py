"""What a person takes away from a comparison, made when asked for. Knows a run's folder and where files may lie."""

import secrets
import zipfile
from pathlib import Path
from typing import Any

import gradio as gr

from tuning.errors import InputError
from tuning.report import markup
from tuning.runs.store import Run

__all__ = ["TakeAway", "pack_run"]

_PACKED = ("run.json", "spec.json", "dataset.json", "comparison.json", "predictions", "adapter")


def pack_run(run: Run, folder: Path) -> Path:
    """Adapter, predictions and comparison as a zip below `folder`, at a path that nobody can guess."""
    if run.comparison() is None:
        raise InputError("There is nothing to download: this run has no comparison.")
    target = folder / secrets.token_urlsafe(24) / f"tune-off-{run.id[:8]}.zip"
    target.parent.mkdir(parents=True, mode=0o700)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in _PACKED:
            path = run.path / name
            for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
                if file.is_file() and not file.is_symlink():
                    archive.write(file, str(file.relative_to(run.path)))
    return target


class TakeAway:
    """The layout of the part, and what of it changes."""

    def __init__(self) -> None:
        gr.HTML(markup.heading("", "Take it away", "adapter in PEFT's format, predictions, comparison"))
        with gr.Row():
            self.pack = gr.Button("Prepare the download", min_width=240, scale=0)
            self.file = gr.File(label="Your download", visible=False, interactive=False, height=90)

    @property
    def outputs(self) -> list[Any]:
        """Every component that `show` and `show_nothing` change."""
        return [self.file]

    def show(self, packed: Path) -> dict[Any, Any]:
        """The changes that offer a file."""
        return {self.file: gr.File(str(packed), visible=True)}

    def show_nothing(self) -> dict[Any, Any]:
        """The changes that take back what was offered of another run."""
        return {self.file: gr.File(None, visible=False)}

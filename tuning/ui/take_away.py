"""What a person takes away from a comparison: a button for each file, which is made and saved at once. Knows no run.

A browser may hold back a download that begins some seconds after the click, so the file is offered on the page too.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gradio as gr

from tuning.data.step_names import step_name
from tuning.report import markup
from tuning.report.packing import Take
from tuning.scoring.wording import row_count
from tuning.spec import CleaningStep

__all__ = ["SAVE", "TakeAway"]

SAVE = """(file) => {
  if (!file) return;
  const link = Object.assign(document.createElement("a"), {href: file.url, download: file.orig_name || ""});
  document.body.append(link);
  link.click();
  link.remove();
}"""
"""The browser's part: save the file that was made, if it was."""
_LABELS: Mapping[Take, str] = MappingProxyType(
    {
        "report": "Report (HTML)",
        "adapter": "Adapter (zip)",
        "predictions": "Predictions (CSV)",
        "samples": "Samples (JSONL)",
        "charts": "Charts (SVG, PNG)",
    }
)
_CONTENTS: Mapping[Take, str] = MappingProxyType(
    {
        "report": "One file that opens without a network and prints well, with some test rows as they are.",
        "adapter": "What tuning added, in the format of the library PEFT; the base model is not in it. README.md says "
        "how to load it, and load_adapter.py answers as the tuned model did; a text that it writes can differ in "
        "places, as one row is rounded otherwise than many. An adapter can repeat what it was tuned on.",
        "predictions": "Every test row, with the file's other columns, for a spreadsheet: a cell that it would take "
        "for a formula begins with an apostrophe. Likeness is how many of a row's words it has in common with the "
        "training row nearest to it, from 0 to 1.",
        "samples": "The same for programs, one JSON object a line, every text as it was.",
        "charts": "What is drawn on this page, for light and for dark slides.",
    }
)
_HELP = (
    '<dl class="to-words to-files">'
    + "".join(f"<div><dt>{_LABELS[take]}</dt><dd>{said}</dd></div>" for take, said in _CONTENTS.items())
    + '</dl><p class="to-note">Should your browser hold a file back, it is offered here too.</p>'
)
_PERSONAL = (
    "The report, the predictions and the samples show those that are test rows, and the adapter can repeat those it "
    f"was tuned on. To pass them on without, start again with “{step_name(CleaningStep.REDACT)}” among the cleaning "
    "steps."
)


class TakeAway:
    """The layout of the part, and what of it changes."""

    def __init__(self) -> None:
        gr.HTML(markup.heading("", "Take it away", "a button makes its file and saves it"), elem_id="away")
        self.personal = gr.HTML(visible=False)
        with gr.Row():
            self.buttons = {take: gr.Button(label, size="md", min_width=150) for take, label in _LABELS.items()}
        self.problem = gr.HTML(visible=False)
        self.file = gr.File(label="Your download", visible=False, interactive=False, height=90)
        gr.HTML(_HELP)

    @property
    def outputs(self) -> list[Any]:
        """Every component that anything here changes."""
        return [self.personal, self.problem, self.file]

    def show(self, take: Take, packed: Path) -> dict[Any, Any]:
        """The changes that offer a file."""
        offered = gr.File(str(packed), label=f"Your download: {_LABELS[take]}", visible=True)
        return {self.problem: gr.HTML(visible=False), self.file: offered}

    def show_problem(self, message: str) -> dict[Any, Any]:
        """The changes that say why there is no such file."""
        said = markup.notice("error", "There is no such file", message)
        return {**self.show_nothing(), self.problem: gr.HTML(said, visible=True)}

    def show_personal(self, rows: int) -> dict[Any, Any]:
        """The changes that say in how many rows of the data personal data was found."""
        hold = f"{row_count(rows, 'row')} of the data {'holds' if rows == 1 else 'hold'}"
        said = markup.notice("info", f"{hold} personal data or keys", _PERSONAL)
        return {self.personal: gr.HTML(said, visible=rows > 0)}

    def show_nothing(self) -> dict[Any, Any]:
        """The changes that take back what was offered of another run."""
        return {self.problem: gr.HTML(visible=False), self.file: gr.File(None, visible=False)}

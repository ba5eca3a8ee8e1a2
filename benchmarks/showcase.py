"""Computes the run that the app opens on, and puts it into `assets/showcase/`: `make showcase`.

The bundled diagnoses, the embedded model, its top third of layers with a small adapter; some minutes on two cores.
Kept is what the page, the report and Try need; the rows are public domain.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.common import processor
from tuning.cli.parser import flag
from tuning.data.bundled import bundled_examples
from tuning.runs.store import RunStore
from tuning.ui.showcase import SHOWCASE, ShowcaseLabel

KEY = "icd10"
SETTINGS = {"layers": "third", "rank": 8, "alpha": 16}
KEPT = ("run.json", "spec.json", "dataset.json", "events.jsonl", "asking.json", "comparison.json", "DONE")
FOLDERS = ("data", "predictions", "adapter")


def main() -> None:
    """Compute it, then replace the one there is."""
    example = next(example for example in bundled_examples() if example.key == KEY)
    settings = {**example.spec_values, **SETTINGS}
    flags = [word for name, value in settings.items() for word in (flag(name), str(value))]
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "tuning", "tune", str(example.path), *flags]
        subprocess.run(command, check=True, env={**os.environ, "TUNEOFF_HOME": home})
        run = RunStore(Path(home)).list()[0]
        keep(run.path, SHOWCASE / run.id)
    label = ShowcaseLabel(machine=f"{processor()}, {os.cpu_count()} cores, no GPU")
    (SHOWCASE / "label.json").write_text(label.model_dump_json(indent=2) + "\n", encoding="utf-8")


def keep(source: Path, target: Path) -> None:
    """Copy what is shipped of a run, in place of whatever was shipped before."""
    shutil.rmtree(target.parent, ignore_errors=True)
    target.mkdir(parents=True)
    for name in KEPT:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    for name in FOLDERS:
        shutil.copytree(source / name, target / name)
    record = json.loads((target / "run.json").read_text(encoding="utf-8"))
    (target / "run.json").write_text(json.dumps(record | {"owner": "nobody"}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

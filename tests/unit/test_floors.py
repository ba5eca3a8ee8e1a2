"""The floors of `tuning/`: modules import from their own folder or lower ones, and heavy libraries stay at home."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {"": 0, "data": 1, "models": 2, "engine": 3, "scoring": 3, "runs": 4, "report": 5, "cli": 6, "ui": 6, "app": 7}
FLOOR_0 = {"__init__", "durations", "errors", "events", "prediction", "presets", "spec"}

# Where a library may be imported at all, by folder.
HOMES = {
    "gradio": {"ui", "app"},
    "torch": {"models", "engine", "runs"},
    "transformers": {"models", "engine", "runs"},
    "peft": {"models", "engine"},
    "accelerate": {"engine"},
    "datasets": {"data", "engine", "scoring"},
    "pyarrow": {"data"},
    "evaluate": {"scoring"},
    "sklearn": {"scoring"},
    "scipy": {"scoring"},
    "sacrebleu": {"scoring"},
    "huggingface_hub": {"models"},
    "rich": {"cli"},
    "altair": {"report"},
    "vl_convert": {"report"},
}
# Even there only inside functions: a command must answer, and a page open, without them.
LAZY = {"data": {"datasets"}, "runs": {"torch", "transformers"}, "report": {"altair", "vl_convert"}}
# `evaluate` cannot be subclassed inside a function, so the one module that does it is itself imported inside functions.
METRICS = "tuning.scoring.metrics"


@dataclass(frozen=True)
class Import:
    """One import statement: in which file, of what, and whether it runs when the module is imported."""

    file: str
    line: int
    folder: str
    module: str
    eager: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def folder_of(module: str) -> str:
    """`tuning.data.reading` and `tuning.data` → `data`; a module of floor 0 → the empty name."""
    parts = module.split(".")
    if parts[0] == "app":
        return "app"
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""


def imports_of(path: Path) -> Iterator[Import]:
    name = path.relative_to(ROOT)
    folder = folder_of(".".join(name.with_suffix("").parts))
    if name.name == "__main__.py":
        folder = "cli"  # `python -m tuning` is the command line
    tree = ast.parse(path.read_text(encoding="utf-8"), str(name))
    lazy = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(outer, ast.If) and ast.unparse(outer.test).endswith("TYPE_CHECKING"))
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno} imports relatively"
            # `from tuning import data` names a folder as much as `from tuning.data import x` does.
            modules = (
                [f"tuning.{alias.name}" for alias in node.names] if node.module == "tuning" else [str(node.module)]
            )
        else:
            continue
        for module in modules:
            yield Import(str(name), node.lineno, folder, module, id(node) not in lazy)


def all_imports() -> list[Import]:
    files = sorted((ROOT / "tuning").rglob("*.py")) + [path for path in [ROOT / "app.py"] if path.exists()]
    return [found for path in files for found in imports_of(path)]


IMPORTS = all_imports()


def test_there_is_something_to_judge():
    assert len(IMPORTS) > 50
    assert {found.folder for found in IMPORTS} >= {"", "data", "models", "scoring", "runs", "cli", "ui"}


def test_modules_lie_on_a_known_floor():
    tops = {path.name for path in (ROOT / "tuning").iterdir() if (path / "__init__.py").exists()}
    assert tops <= set(FLOORS)
    assert {path.stem for path in (ROOT / "tuning").glob("*.py")} <= FLOOR_0 | {"__main__"}


def test_imports_point_down():
    wrong = [
        str(found)
        for found in IMPORTS
        if found.module.split(".")[0] == "tuning"
        and (target := folder_of(found.module)) != found.folder
        and FLOORS[target] >= FLOORS[found.folder]
    ]
    assert wrong == []


def test_scoring_knows_nothing_of_models():
    wrong = [
        str(f) for f in IMPORTS if f.folder == "scoring" and folder_of(f.module) == "models" and "tuning" in f.module
    ]
    assert wrong == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_only_at_home(library):
    wrong = [str(f) for f in IMPORTS if f.module.split(".")[0] == library and f.folder not in HOMES[library]]
    assert wrong == []


def test_heavy_libraries_wait_until_they_are_needed():
    wrong = [str(f) for f in IMPORTS if f.eager and f.module.split(".")[0] in LAZY.get(f.folder, set())]
    assert wrong == []


def test_metrics_alone_knows_evaluate_and_is_itself_imported_late():
    home = str(Path(*METRICS.split(".")).with_suffix(".py"))
    users = {f.file for f in IMPORTS if f.folder == "scoring" and f.module.split(".")[0] in {"evaluate", "datasets"}}
    assert users <= {home}
    assert [str(found) for found in IMPORTS if found.module == METRICS and found.eager] == []


def modules_of(*folders: str) -> list[str]:
    """Every module of these folders of `tuning`, as imported."""
    files = [path for folder in folders for path in sorted((ROOT / "tuning" / folder).glob("*.py"))]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in files]


@pytest.mark.parametrize(
    "modules",
    [
        [f"tuning.{name}" for name in sorted(FLOOR_0 - {"__init__"})],
        modules_of("data"),
        [name for name in modules_of("scoring") if name != METRICS],
        ["tuning.models.catalog", "tuning.models.cache", "tuning.models.fetching"],
        [f"tuning.runs.{name}" for name in ("store", "queue", "local", "submission", "limits", "worker")],
        modules_of("report"),
        modules_of("cli"),
        [*modules_of("ui"), *(["app"] if (ROOT / "app.py").exists() else [])],
    ],
    ids=["root", "data", "scoring", "models", "runs", "report", "cli", "ui"],
)
def test_importing_loads_nothing_heavy(modules):
    heavy = ["torch", "transformers", "peft", "evaluate", "datasets"]
    code = f"import sys, {', '.join(modules)}; print(*(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr

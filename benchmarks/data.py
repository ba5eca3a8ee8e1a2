"""Processor time and memory to read, profile, audit and split files of 10,000 to 1,000,000 rows.

    python -m benchmarks.data [--rows 10000 100000 1000000] [--out benchmarks/results/data.md]

Every size is measured in a process of its own, and `pandas.read_csv` on the same file in another, for comparison.
"""

import argparse
import csv
import itertools
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main", "write_rows"]

_SIZES = (10_000, 100_000, 1_000_000)
_WORDS = 30  # In an input: about 200 bytes a row, so that a million rows are 200 MB.
_LABELS = ("billing", "delivery", "returns", "account", "other")


def main() -> None:
    """Measure and print a table; with --out, keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=list(_SIZES))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--measure", choices=["inspect", "pandas"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(_inspect(args.file) if args.measure == "inspect" else _pandas(args.file)))
        return
    lines = _table(args.rows)
    if args.out is not None:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_rows(path: Path, count: int, seed: int = 0) -> None:
    """A CSV of that many rows of made-up sentences, of which a few repeat, are misspelt or hold a card number."""
    rng = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = ["".join(rng.choices(letters, k=rng.randint(2, 10))) for _ in range(20_000)]
    cumulative = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(vocabulary))))
    text = "nothing"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "customer"])
        for number in range(count):
            chance = rng.random()
            if chance < 0.02:
                text = text.replace(text[5], "", 1)  # A slip in the last row's text.
            elif chance > 0.04:
                text = " ".join(rng.choices(vocabulary, cum_weights=cumulative, k=_WORDS))
            elif chance > 0.039:
                text += " 4111 1111 1111 1111"
            writer.writerow([text, rng.choice(_LABELS), f"c{number}"])


def _cpu_seconds() -> float:
    """Of this process and of those it waited for: what a busy machine does not change."""
    return sum(os.times()[:4])


def _inspect(path: Path) -> dict[str, float]:
    from tuning.data.inspecting import inspect_tables
    from tuning.data.planning import Source
    from tuning.data.reading import read_table
    from tuning.spec import RunSpec

    begun = _cpu_seconds()
    table = read_table(path)
    read = _cpu_seconds()
    found = inspect_tables(Source(table), RunSpec())
    done = _cpu_seconds()
    assert found.problem is None
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"read_s": read - begun, "audit_s": done - read, "peak_mb": peak / 1024, "child_mb": children / 1024}


def _pandas(path: Path) -> dict[str, float]:
    import pandas as pd

    begun = _cpu_seconds()
    pd.read_csv(path)
    return {"read_s": _cpu_seconds() - begun, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _table(sizes: list[int]) -> list[str]:
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores; 30 words, a label and an id a row; CPU seconds.",
        "",
        "| rows | MB | read | audit, split | rows/s | peak MB | reader's MB | pandas | its MB |",
        "|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    print("\n".join(lines), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for count in sizes:
            path = Path(folder) / f"{count}.csv"
            write_rows(path, count)
            ours, pandas = _measured("inspect", path), _measured("pandas", path)
            seconds = ours["read_s"] + ours["audit_s"]
            lines.append(
                f"| {count:,} | {path.stat().st_size / 1e6:.0f} | {ours['read_s']:.1f} | {ours['audit_s']:.1f} "
                f"| {count / seconds:,.0f} | {ours['peak_mb']:,.0f} | {ours['child_mb']:,.0f} "
                f"| {pandas['read_s']:.1f} | {pandas['peak_mb']:,.0f} |"
            )
            print(lines[-1], flush=True)
            path.unlink()
    return lines


def _measured(what: str, path: Path) -> dict[str, float]:
    call = [sys.executable, "-m", "benchmarks.data", "--measure", what, "--file", str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"measuring {what} failed: {done.stderr}")
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()

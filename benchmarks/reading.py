"""How fast, and in how much memory, a CSV is read here and by plain pandas, in turns on the same files.

`python benchmarks/reading.py` writes files of 10,000, 100,000 and 1,000,000 rows (200 bytes each) into a temporary
folder, reads each of them with both in fresh processes, one after the other, and prints a table; it is kept as
`benchmarks/results/reading.md`. "Reader" is the process that parses, "caller" the one that holds the table afterwards.
"""

import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results" / "reading.md"
SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 2
ROW_BYTES = 200
WORDS = ("the", "quick", "brown", "fox,", "who", "was", "late,", "jumped", "over", "a", "lazy", "dog", "and", "left")
HEAD = """# Reading a CSV

Written by `python benchmarks/reading.py` on {machine}. Every file has {row_bytes} bytes a row: an id, a label and a
text with commas, quoted. Each is read in turns by `read_table` and by
`pandas.read_csv(dtype=str, keep_default_na=False)`, in fresh processes; of {rounds} rounds the faster counts. Peak
memory is that of whole processes, Python and libraries included.

| rows | MB | Tune-Off s | rows/s | caller MB | reader MB | pandas s | rows/s | MB |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


@dataclass(frozen=True)
class Measured:
    """One reading of one file."""

    seconds: float
    rows: int
    caller_mb: float
    reader_mb: float
    """Of the process that parses; 0 where it is the same one."""


def write_csv(path: Path, rows: int) -> None:
    """A table of that many rows, `ROW_BYTES` each on average; the same at every call."""
    chance = random.Random(7)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label", "text"])
        for number in range(rows):
            words = " ".join(chance.choices(WORDS, k=60))
            writer.writerow([number, chance.choice(("good", "bad", "so so")), words[: ROW_BYTES - 20]])


def measure(reader: str, path: Path) -> Measured:
    """Read the file in this process, which must be a fresh one."""
    sys.path.insert(0, str(ROOT))
    if reader == "pandas":
        import pandas as pd

        start = time.perf_counter()
        rows = len(pd.read_csv(path, dtype=str, keep_default_na=False))
    else:
        from tuning.data.reading import read_table

        start = time.perf_counter()
        rows = len(read_table(path))
    seconds = time.perf_counter() - start
    kilobytes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Measured(seconds, rows, *(value / 1000 for value in kilobytes))


def measured_apart(reader: str, path: Path) -> Measured:
    """`measure` in a fresh process."""
    command = [sys.executable, __file__, reader, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Measured(**json.loads(done.stdout))


def main() -> None:
    """Measure, print, keep."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    report = HEAD.format(machine=machine, row_bytes=ROW_BYTES, rounds=ROUNDS)
    print(report, end="", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for rows in SIZES:
            path = Path(folder) / f"{rows}.csv"
            write_csv(path, rows)
            pairs = [(measured_apart("tune-off", path), measured_apart("pandas", path)) for _ in range(ROUNDS)]
            ours, theirs = (min(one, key=lambda found: found.seconds) for one in zip(*pairs, strict=True))
            line = (
                f"| {rows:,} | {path.stat().st_size / 1e6:,.0f} "
                f"| {ours.seconds:.1f} | {ours.rows / ours.seconds:,.0f} | {ours.caller_mb:,.0f} "
                f"| {ours.reader_mb:,.0f} "
                f"| {theirs.seconds:.1f} | {theirs.rows / theirs.seconds:,.0f} | {theirs.caller_mb:,.0f} |\n"
            )
            print(line, end="", flush=True)
            report += line
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(asdict(measure(sys.argv[1], Path(sys.argv[2])))))
    else:
        main()

"""All layers or the top third, in the same time: what the default depth should be.

`python -m benchmarks.depth [--quick] [addresses] [icd10]`. Runs of the command line, `tune FILE --budget TIME --layers
... --seed ...`, on both bundled examples or on one; the budget covers everything, and the splits follow the seed, the
same for both depths.
"""

import statistics
import sys
from collections.abc import Iterator

from benchmarks.budget import METRICS, Outcome, ours
from benchmarks.common import Table
from benchmarks.training_step import FASTEST

BUDGETS = {"addresses": "2m", "icd10": "1m"} if FASTEST == "bfloat16" else {"addresses": "4m", "icd10": "2m"}
"""Long enough on two cores that something is learned; half of it with bf16 instructions."""
DEPTHS = ("third", "all")


def runs(key: str, seeds: int) -> Iterator[dict[str, Outcome]]:
    """Both depths for one seed after the other."""
    for seed in range(seeds):
        flags = ("--seed", str(seed))
        found = {depth: ours(key, BUDGETS[key], *flags, "--layers", depth) for depth in DEPTHS}
        for depth, outcome in found.items():
            print(key, "seed", seed, depth, outcome, flush=True)
        yield found


def main() -> None:
    """Print and keep the table."""
    quick = "--quick" in sys.argv
    seeds = 1 if quick else 3
    table = Table(
        name="depth",
        title="Depth",
        columns=["rows", "budget", "layers", "metric", *(f"seed {seed}" for seed in range(seeds)), "median"],
        about=f"{__doc__}\nTuned scores on the test rows that there was time for.",
    )
    for key in [key for key in METRICS if key in sys.argv] or METRICS:
        found = list(runs(key, seeds))
        for depth in DEPTHS:
            for place, metric in enumerate(METRICS[key]):
                scores = [outcomes[depth].scores[place] for outcomes in found]
                cells = [f"{score:.3f}" for score in (*scores, statistics.median(scores))]
                table.add(key, BUDGETS[key], depth, metric, *cells)
    table.save()


if __name__ == "__main__":
    main()

"""One process of its own: importing evaluate loads torch, which no other unit test of scoring does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuning.scoring import measures

ROOT = Path(__file__).resolve().parents[3]
OUTPUTS, TARGETS = ["a", " b ", "привет мир", "c"], ["a", "b", "привет", "b"]
LABELS = ["a", "b", "c"]
NLL, TOKENS = [1.5, 2.5], [2, 3]

COMPUTE = """
import json, sys
# Its evaluator, which is not ours to test, would load all of this: ten seconds of nothing.
sys.modules["transformers.pipelines"] = None
import evaluate
from tuning.scoring import metrics
outputs, targets, labels, nll, tokens = json.loads(sys.argv[1])
texts = {"predictions": outputs, "references": targets}
results = {}
for make in (metrics.Accuracy, metrics.ExactMatch, metrics.ChrF, metrics.RougeL):
    results |= make().compute(**texts)
for make in (metrics.MacroF1, metrics.ClassF1, metrics.ConfusionMatrix):
    results |= make().compute(**texts, labels=labels)
results |= metrics.Perplexity().compute(nll=nll, tokens=tokens)
results["combined"] = evaluate.combine([metrics.Accuracy(), metrics.ChrF()]).compute(**texts)
by_batch = metrics.ExactMatch()
for output, target in zip(outputs, targets):
    by_batch.add(prediction=output, reference=target)
results["by_batch"] = by_batch.compute()["exact_match"]
results["subclasses"] = all(issubclass(getattr(metrics, name), evaluate.Metric) for name in metrics.__all__)
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """What the classes compute in an offline process with a home of its own, and every file that left there."""
    home = tmp_path_factory.mktemp("home")
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "XDG_"))}
    env |= {"HOME": str(home), "USERPROFILE": str(home), "HF_HOME": str(home / "hf"), "HF_HUB_OFFLINE": "1"}
    values = json.dumps([OUTPUTS, TARGETS, LABELS, NLL, TOKENS])
    command = [sys.executable, "-c", COMPUTE, values]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), sorted(str(path.relative_to(home)) for path in home.rglob("*"))


def test_classes_agree_with_the_functions(computed):
    results, _ = computed
    assert results["accuracy"] == measures.accuracy(OUTPUTS, TARGETS) == 0.5
    assert results["exact_match"] == results["by_batch"] == measures.exact_match(OUTPUTS, TARGETS)
    assert results["chrf"] == pytest.approx(measures.chrf(OUTPUTS, TARGETS), abs=1e-12)
    assert results["rouge_l"] == pytest.approx(measures.rouge_l(OUTPUTS, TARGETS), abs=1e-12)
    assert results["macro_f1"] == pytest.approx(measures.macro_f1(OUTPUTS, TARGETS, LABELS), abs=1e-12)
    assert results["f1"] == pytest.approx(measures.f1_by_class(OUTPUTS, TARGETS, LABELS), abs=1e-12)
    assert results["confusion"] == measures.confusion_matrix(OUTPUTS, TARGETS, LABELS)
    assert results["perplexity"] == measures.perplexity(NLL, TOKENS)


def test_classes_are_metrics_of_evaluate_that_combine(computed):
    results, _ = computed
    assert results["subclasses"]
    assert results["combined"] == {"accuracy": results["accuracy"], "chrf": results["chrf"]}


def test_nothing_is_written(computed):
    _, files = computed
    assert files == []

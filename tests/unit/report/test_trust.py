"""The receipt in words, the noise floor, the reliability curves."""

from tests.unit.scoring.builders import pair_with
from tests.unit.ui.builders import HOSTILE
from tests.unit.ui.fragments import Names, cells, text_of
from tuning.report.trust import receipt, reliability, trust
from tuning.scoring.comparison import CalibrationBin, Check, Comparison, Noise, Reliability, ReliabilityPair, compare
from tuning.spec import Task

CHECKS = [
    Check(check="same rows", status="pass", detail="all 100"),
    Check(check="rows fit", status="warn", detail=HOSTILE),
    Check(check="adapter off", status="fail", detail="row 3"),
]
CURVE = Reliability(
    bins=[
        CalibrationBin(rows=50, confidence=0.6, accuracy=0.5),
        CalibrationBin(rows=50, confidence=0.9, accuracy=0.95),
    ],
    error=0.075,
)


def comparison(**parts: object) -> Comparison:
    plain = compare(*pair_with(fixed=60, broken=4, right=20, wrong=16), Task.CLASSIFY)
    return plain.model_copy(update=parts)


def test_results_are_words_and_what_did_not_pass_comes_first():
    shown = receipt(CHECKS)
    assert "1 of 3 checks of the comparison passed, 1 warning, 1 failed." in shown
    assert [row[:2] for row in cells(shown)[1:]] == [
        ["Adapter off", "✗ failed"],
        ["Rows fit", "! warning"],
        ["Same rows so that neither is asked anything easier", "✓ passed"],
    ]
    assert not Names(shown).tags & {"script", "img"}


def test_the_noise_floor_stands_below_the_receipt():
    noise = Noise(rows=50, changed=2, delta=-0.02)
    shown = text_of(trust(comparison(receipt=CHECKS, noise=noise)))
    assert (
        "answered 50 rows again at another batch size; 2 answers changed, and its score on them moved by 2.0 points"
        in shown
    )
    still = text_of(trust(comparison(receipt=CHECKS, noise=Noise(rows=8, changed=1, delta=0.0))))
    assert "1 answer changed, its score on them did not." in still
    assert "Noise floor" not in trust(comparison(receipt=CHECKS, noise=None))


def test_without_checks_there_is_no_receipt():
    assert trust(comparison(receipt=[], noise=None)) == ""


def test_a_curve_is_drawn_and_written():
    shown = reliability(comparison(reliability=ReliabilityPair(tuned=CURVE)))
    assert "Tuned: off by 7.5 points on average" in shown
    assert "Base" not in shown
    assert '<circle cx="146.0" cy="104.0" r="4.5"/>' in shown
    assert cells(shown)[1:] == [["50", "60 %", "50 %"], ["50", "90 %", "95 %"]]


def test_without_probabilities_there_is_no_curve():
    assert reliability(comparison(reliability=ReliabilityPair())) == ""

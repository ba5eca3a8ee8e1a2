"""One answer token by token: greedily that of `generate`, drawn as its settings say, two streams in turn."""

from itertools import islice

import pytest
import torch

from tests.integration.test_engine import adapted, ids, loaded  # noqa: F401 - fixtures
from tuning.engine.generation import Stops, generate, stream
from tuning.engine.sampling import Sampling
from tuning.models.adapter import adapter_off

PROMPT = ids(20, 4)
FREE = Stops((), 12)


def test_greedily_it_gives_the_tokens_that_generate_gives(adapted):  # noqa: F811
    (free,) = generate(adapted, [PROMPT], FREE, lambda _: None)
    assert tuple(stream(adapted, PROMPT, FREE)) == free.ids
    assert len(free.ids) == 12
    ending = Stops((free.ids[5],), 12)
    (ended,) = generate(adapted, [PROMPT], ending, lambda _: None)
    assert tuple(stream(adapted, PROMPT, ending)) == ended.ids
    assert not ended.hit_limit


def test_base_and_tuned_in_turn_do_not_hear_each_other(adapted):  # noqa: F811
    tuned_alone = list(stream(adapted, PROMPT, FREE))
    with adapter_off(adapted):
        base_alone = list(stream(adapted, PROMPT, FREE))
    tuned, base = stream(adapted, PROMPT, FREE), stream(adapted, PROMPT, FREE)
    pairs = []
    for _ in range(12):
        with adapter_off(adapted):
            left = next(base)
        pairs.append((left, next(tuned)))
    assert [list(side) for side in zip(*pairs, strict=True)] == [base_alone, tuned_alone]
    assert base_alone != tuned_alone


def test_a_token_is_computed_only_when_it_is_asked_for(adapted):  # noqa: F811
    passes: list[int] = []
    hook = adapted.get_decoder().layers[0].register_forward_pre_hook(lambda _, x: passes.append(x[0].shape[1]))
    list(islice(stream(adapted, PROMPT, FREE), 3))
    hook.remove()
    assert passes == [len(PROMPT), 1, 1]


def test_the_seed_decides_what_is_drawn(adapted):  # noqa: F811
    def drawn(**settings: float) -> list[int]:
        return list(stream(adapted, PROMPT, FREE, Sampling.model_validate({"temperature": 1.5, **settings})))

    assert drawn(seed=1) == drawn(seed=1)
    assert drawn(seed=1) != drawn(seed=2)
    greedy = list(stream(adapted, PROMPT, FREE))
    assert drawn(seed=1) != greedy
    assert drawn(seed=1, temperature=1e-4) == greedy


def test_nothing_outside_the_nucleus_is_drawn(adapted):  # noqa: F811
    with torch.inference_mode():
        likely = adapted(input_ids=torch.tensor([PROMPT])).logits[0, -1].softmax(-1).sort(descending=True)
    nucleus = int((likely.values.cumsum(0) < 0.3).sum()) + 1
    one = Stops((), 1)
    drawn = [next(stream(adapted, PROMPT, one, Sampling(temperature=1, top_p=0.3, seed=seed))) for seed in range(60)]
    assert set(drawn) <= set(likely.indices[:nucleus].tolist())
    everything = [next(stream(adapted, PROMPT, one, Sampling(temperature=1, seed=seed))) for seed in range(60)]
    assert set(everything) - set(likely.indices[:nucleus].tolist())


@pytest.mark.parametrize("settings", [{"temperature": 2.1}, {"top_p": 0}, {"seed": -1}, {"temperature": float("nan")}])
def test_settings_out_of_bounds_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Sampling.model_validate(settings)

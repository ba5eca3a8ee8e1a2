"""Labels as branches after a prompt: tokens they share are there once, and a branch sees its own way alone."""

from hypothesis import given
from hypothesis import strategies as st

from tuning.engine.labels import LabelTree, label_batch

LABELS = ((7, 9), (7, 8, 9), (6, 9))


def test_labels_branch_after_each_prompt_and_share_their_first_tokens():
    batch = label_batch([(1, 2, 3), (1, 4)], LabelTree(LABELS), prefix=1)
    # prefix 1 | row 0: 2 3, nodes 6, 7, 7 8 | row 1: 4, the same nodes
    assert batch.input_ids.tolist() == [[1, 2, 3, 6, 7, 8, 4, 6, 7, 8]]
    assert batch.position_ids.tolist() == [[0, 1, 2, 3, 3, 4, 1, 2, 2, 3]]
    assert batch.predicted.tolist() == [7, 9, 7, 8, 9, 6, 9] * 2
    assert batch.predicted_at.tolist() == [2, 4, 2, 4, 5, 2, 3, 6, 8, 6, 8, 9, 6, 7]
    assert batch.lengths == (5, 4)


def test_a_label_sees_its_prompt_and_its_own_way_alone():
    (block,) = label_batch([(1, 2, 3), (1, 4)], LabelTree(LABELS), prefix=1).layout.blocks
    long, short = block.mask[:, 0, :, 1:].int().tolist()
    assert block.mask[..., 0].all(), "the prefix is seen by all"
    assert long == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 1, 0, 1, 1]]
    assert short[:4] == [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 0, 1, 0, 0], [1, 0, 1, 1, 0]]
    assert block.places.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_other_labels_make_other_keys():
    prompts = [(1, 2), (1, 3)]
    batches = [label_batch(prompts, LabelTree(labels), 1) for labels in (LABELS, LABELS[:2], ((7, 9), (8, 9)))]
    assert len({key for batch in batches for key in batch.keys}) == 6


completions = st.lists(st.integers(0, 2), min_size=1, max_size=4).map(tuple)


@given(labels=st.lists(completions, min_size=1, max_size=6, unique=True).map(tuple))
def test_every_token_of_every_label_follows_the_way_that_leads_to_it(labels):
    tree = LabelTree(labels)
    assert len(set(tree.paths)) == len(tree.paths) <= sum(len(label) - 1 for label in labels)
    places = iter(tree.predicted_at)
    for label in labels:
        for end in range(len(label)):
            node = next(places)
            assert (tree.paths[node] if node >= 0 else ()) == label[:end]
            seen = [tree.tokens[other] for other in range(len(tree.tokens)) if node >= 0 and tree.mask[node, other]]
            assert seen == list(label[:end])
    assert tree.predicted == [token for label in labels for token in label]

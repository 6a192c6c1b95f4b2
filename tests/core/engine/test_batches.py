"""Batch order: every row as often as it counts, equal seeds equal batches, padding without weight."""

import pytest
import torch

from core.engine import batches
from core.engine.batches import ALIGNED, BatchOrder, Feed
from core.engine.block import BLOCK_NUMBERS, cut_in_runs


def make_feed(pools, seeds, batch_size, n=12, versions=1):
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(versions, n, 3, generator=generator)
    version_of_member = torch.arange(len(seeds)) % versions
    order = BatchOrder([torch.tensor(pool) for pool in pools], seeds, batch_size)
    return Feed(X, torch.arange(n).float()[:, None], version_of_member, order)


def epoch_of(feed):
    return feed.batches(feed.order.shuffle())


@pytest.mark.parametrize("batch_size", [1, 4, 5, 12, None])
def test_an_epoch_holds_each_row_as_often_as_it_counts(batch_size):
    pool = [0, 2, 2, 5, 7, 7, 7, 11]
    for _ in range(3):
        batches = list(epoch_of(make_feed([pool], [1], batch_size)))
        rows = torch.cat([b.targets[0, 0][b.weight.expand(1, 1, len(b.targets[0, 0]))[0, 0] > 0] for b in batches])
        assert sorted(rows.int().tolist()) == pool
        assert batches[0].X.shape[1] == min(batch_size or 8, 8)


def test_equal_seeds_see_equal_batches_and_other_seeds_others():
    feed = make_feed([range(12)] * 3, [1, 1, 2], 4)
    batch = next(epoch_of(feed))
    assert feed.stream_of_member.tolist() == [0, 0, 1] and len(batch.X) == 2  # equal members share what they see
    assert not torch.equal(batch.X[0], batch.X[1])
    assert len(batch.of(feed.stream_of_member).X) == 3
    assert len(next(epoch_of(make_feed([range(12)] * 3, [1, 1, 1], 4))).X) == 1  # shared by all members


def test_every_member_gets_its_own_copy_of_the_inputs():
    feed = make_feed([range(12)] * 2, [1, 1], 4, versions=2)
    for batch in epoch_of(feed):
        rows = batch.targets[0, 0].long()
        assert torch.equal(batch.X, feed.X[:, rows])


def test_padding_has_no_weight_and_weights_sum_to_one():
    feed = make_feed([range(10), range(7)], [1, 1], 4)
    weights = [batch.weight for batch in epoch_of(feed)]
    assert [w.shape[2] for w in weights] == [ALIGNED] * 3
    assert [w[1].count_nonzero().item() for w in weights] == [4, 3, 0]
    assert torch.allclose(torch.stack([w.sum(2).squeeze(1) for w in weights]), torch.tensor([[1.0, 1], [1, 1], [1, 0]]))


def test_padding_repeats_a_row_of_its_own_and_is_left_out_where_nothing_needs_it():
    (batch,) = epoch_of(make_feed([[3, 5, 9]] * 2, [1, 1], None))
    assert batch.X.shape == (1, ALIGNED, 3) and batch.weight.shape == (1, 1, ALIGNED)
    assert set(batch.targets[0, 0].tolist()) == {3.0, 5.0, 9.0} and batch.weight.count_nonzero() == 3
    assert make_feed([range(16)] * 2, [1, 2], 8, n=16).order.shuffle().weight is None


def test_gathering_ahead_changes_nothing(monkeypatch):
    whole = list(epoch_of(make_feed([range(12)] * 2, [1, 2], 5)))
    monkeypatch.setattr(batches, "GATHER_LIMIT", 1)
    single = list(epoch_of(make_feed([range(12)] * 2, [1, 2], 5)))
    for a, b in zip(whole, single, strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def test_members_of_one_stream_are_found_and_make_blocks_of_their_own():
    feed = make_feed([range(12)] * 4, [1, 1, 2, 2], 4)
    assert feed.streams_of(slice(0, 2)) == slice(0, 1) and feed.streams_of(slice(2, 4)) == slice(1, 2)
    assert feed.streams_of(slice(1, 3)).tolist() == [0, 1]
    folds = [0] * 20 + [1] * 20
    assert cut_in_runs(folds, 1) == [slice(0, 20), slice(20, 40)]
    assert cut_in_runs(folds, BLOCK_NUMBERS // 10) == [slice(0, 10), slice(10, 20), slice(20, 30), slice(30, 40)]
    assert cut_in_runs([0, 1] * 20, 1) == [slice(0, 40)]  # short runs stay together


@pytest.mark.parametrize(("sizes", "has_skips"), [((10, 7), True), ((10, 9), False), ((8, 8), False), ((9, 8), True)])
def test_skips_are_there_where_a_member_has_no_row_in_the_last_batch(sizes, has_skips):
    assert make_feed([range(n) for n in sizes], [1, 1], 4).order.has_skips is has_skips


@pytest.mark.parametrize("n_done", [1, 2])
def test_an_epoch_goes_on_after_the_batches_that_were_trained_on(n_done):
    feed = make_feed([range(12), range(11)], [1, 2], 5)
    rows = feed.order.shuffle()
    whole, rest = list(feed.batches(rows)), list(feed.batches(rows, n_done))
    assert len(rest) == len(whole) - n_done
    for a, b in zip(whole[n_done:], rest, strict=True):
        assert all(torch.equal(x, y) for x, y in zip(a, b, strict=True))

"""Laws of the training loop: blocks, counted rows, augmentation, strengths that change on the way, scores."""

from dataclasses import replace

import pytest
import torch

from core.engine import Members, Rows, Trainer, block
from core.engine.activations import ACTIVATIONS
from core.engine.losses import is_correct
from core.engine.trainer import Pool
from core.settings.experiment import NetworkConfig, RegularizationConfig, TrainingConfig

F64 = torch.float64
L1 = [0.0, 0.001, 0.01, 0.1, 0.003]


def make_pool(n_members, n=24, counts=None, loss="cross_entropy"):
    generator = torch.Generator().manual_seed(1)
    X = torch.randn(1, n, 4, generator=generator, dtype=F64)
    classes = torch.randint(0, 3, (n,), generator=generator)
    targets = {
        "mse": X[0, :, :1].sin(), "binary_cross_entropy": (X[0, :, :1] + 0.5 * X[0, :, 1:2] > 0).double(),
        "cross_entropy": torch.nn.functional.one_hot(classes, 3).double(),
    }[loss]  # fmt: skip
    is_train = (torch.arange(n) < 18).double().expand(n_members, -1) if counts is None else counts
    is_val = (torch.arange(n) >= 18).double().expand(n_members, -1)
    return Pool(X, targets, is_train, is_val, torch.zeros(n_members, dtype=torch.long), loss, loss != "mse")


def make_trainer(pool, augment=None, seeds=None, regularization=None, training=None, activation="tanh", **strengths):
    regularization = RegularizationConfig(**(regularization or {}))
    training = TrainingConfig(**{"batch_size": 5, "n_epochs": 50, **(training or {})})
    members = Members.from_configs(regularization, training, F64, len(pool.is_train), **strengths)
    members.seeds = tuple(seeds or members.seeds)
    return Trainer(
        NetworkConfig(hidden_sizes=(6,), activation=activation), regularization, training, pool, members, augment
    )


@pytest.mark.parametrize(
    "regularization, training",
    [({"dropout_rate": 0.2, "activity_l2": 0.01}, {}), ({}, {"optimizer": "sgd", "momentum": 0.9})],
)
def test_blocks_change_nothing(monkeypatch, regularization, training):
    counts = (torch.arange(24) < torch.tensor([18, 18, 17, 13, 18])[:, None]).double()  # some members skip a step
    pool, seeds = make_pool(5, counts=counts), [0, 1, 0, 2, 3]
    whole = make_trainer(pool, None, seeds, regularization, training, l1=L1)
    monkeypatch.setattr(block, "BLOCK_NUMBERS", 1)
    cut = make_trainer(pool, None, seeds, regularization, training, l1=L1)
    assert (len(whole.blocks), len(cut.blocks)) == (1, 5)
    for _ in range(50):
        whole.run_epoch()
        cut.run_epoch()
    assert torch.allclose(whole.stack.parameters, cut.stack.parameters, rtol=0, atol=1e-9)
    one, other = whole.measure(), cut.measure()
    for name in ("train_loss", "val_loss", "train_score", "val_score", "penalty"):
        assert torch.allclose(getattr(one, name), getattr(other, name), rtol=0, atol=1e-9)


def test_blocks_cover_all_members_evenly():
    parts = block.cut(165, 4810 + 32 * 138)
    assert [p.start for p in parts[1:]] == [p.stop for p in parts[:-1]] and (parts[0].start, parts[-1].stop) == (0, 165)
    sizes = [p.stop - p.start for p in parts]
    assert max(sizes) - min(sizes) <= 1 and max(sizes) * (4810 + 32 * 138) <= block.BLOCK_NUMBERS
    assert block.cut(1, 10**9) == [slice(0, 1)]


def test_a_row_that_counts_twice_is_that_row_twice():
    counts = torch.zeros(1, 24, dtype=F64)
    counts[0, :6] = torch.tensor([1.0, 2.0, 0.0, 3.0, 1.0, 2.0])
    pool = make_pool(1, counts=counts)
    repeated = torch.arange(24).repeat_interleave(counts[0].long())
    ours = make_trainer(pool, training={"batch_size": None})
    ours.compute_gradient(ours.order.shuffle())
    by_hand = make_trainer(make_pool(1))
    by_hand.compute_gradient(Rows(repeated[None], None))
    assert ours.order.n_rows == 9
    assert torch.allclose(ours.stack.gradient, by_hand.stack.gradient, atol=1e-14)
    losses = make_trainer(Pool(pool.X[:, repeated], pool.targets[repeated], torch.ones(1, 9, dtype=F64),
                               torch.zeros(1, 9, dtype=F64), pool.version_of_member, pool.loss, True))  # fmt: skip
    assert torch.allclose(ours.measure().train_loss, losses.measure().train_loss, atol=1e-14)
    assert torch.allclose(ours.measure().train_score, losses.measure().train_score, atol=1e-14)


def test_augmentation_meets_training_batches_only_and_repeats_with_the_seed():
    shapes = []

    def jitter(X, generator):
        shapes.append(tuple(X.shape))
        return X + 0.5 * torch.randn(X.shape, generator=generator, dtype=X.dtype)

    runs = [make_trainer(make_pool(2), jitter, [seed] * 2) for seed in (0, 0, 1)]
    before = runs[0].measure()
    assert shapes == [] and torch.equal(before.train_loss, make_trainer(make_pool(2)).measure().train_loss)
    for run in runs:
        run.run_epoch()
    assert shapes[:4] == [(1, 8, 4)] * 4  # 18 rows in batches of 5, padded
    assert torch.equal(runs[0].stack.parameters, runs[1].stack.parameters)
    plain = make_trainer(make_pool(2))
    plain.run_epoch()
    assert not torch.allclose(runs[0].stack.parameters, plain.stack.parameters, atol=1e-4)
    n_calls = len(shapes)
    runs[0].measure()
    assert len(shapes) == n_calls


def test_augmentation_may_give_each_member_its_own_inputs():
    def scale(X, generator):
        return X * torch.tensor([1.0, 0.0], dtype=X.dtype)[:, None, None]

    trainer, plain = make_trainer(make_pool(2), scale), make_trainer(make_pool(2))
    start = trainer.stack.weights[0].clone()
    trainer.run_epoch()
    plain.run_epoch()
    assert torch.equal(trainer.stack.parameters[0], plain.stack.parameters[0])
    assert torch.equal(trainer.stack.weights[0][1], start[1])  # inputs of zero: no gradient for the first layer


@pytest.mark.parametrize("name", ["l1", "l2", "activity_l2", "dropout_rate", "learning_rate"])
def test_a_strength_changed_in_place_or_exchanged_counts_from_the_next_step(name):
    fixed = make_trainer(make_pool(2), **{name: [0.05, 0.05]})
    filled, exchanged, untouched = (make_trainer(make_pool(2)) for _ in range(3))
    for trainer in (filled, exchanged, untouched):
        trainer._read_strengths()
    with torch.inference_mode():
        filled.members[name].fill_(0.05)
    exchanged.members.strengths[name] = torch.full((2, 1), 0.05, dtype=F64)
    for trainer in (fixed, filled, exchanged, untouched):
        trainer.run_epoch()
    assert torch.equal(filled.stack.parameters, fixed.stack.parameters)
    assert torch.equal(exchanged.stack.parameters, fixed.stack.parameters)
    assert not torch.equal(untouched.stack.parameters, fixed.stack.parameters)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_members_bits_do_not_depend_on_its_neighbours_strengths(optimizer):
    shared = make_trainer(make_pool(2), training={"optimizer": optimizer}, l1=[0.01, 0.01])
    mixed = make_trainer(make_pool(2), training={"optimizer": optimizer}, l1=[0.01, 0.3], l2=[0.0, 0.1])
    rates = make_trainer(make_pool(2), training={"optimizer": optimizer}, l1=[0.01, 0.3], learning_rate=[0.01, 0.3])
    for trainer in (shared, mixed, rates):
        for _ in range(5):
            trainer.run_epoch()
    assert torch.equal(shared.stack.parameters[0], mixed.stack.parameters[0])
    # Adam's fused kernel is for one learning rate; the formula written out rounds elsewhere.
    torch.testing.assert_close(shared.stack.parameters[0], rates.stack.parameters[0], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("n_steps", [1, 2, 3, 100])
def test_in_how_many_calls_steps_are_made_changes_no_bit(n_steps):
    whole, cut = make_trainer(make_pool(2)), make_trainer(make_pool(2))
    for _ in range(3):
        whole.run_epoch()
    made = []
    while cut.n_epochs_done < 3:
        made.append(cut.advance(n_steps))
    assert torch.equal(whole.stack.parameters, cut.stack.parameters)
    assert cut.n_steps_done == whole.n_steps_done == sum(made)
    assert max(made) == min(n_steps, cut.order.n_batches)  # never past the end of an epoch


def test_the_l1_method_is_a_members_own():
    trainer = make_trainer(make_pool(2), l1=[0.1, 0.1], l1_is_proximal=[1.0, 0.0])
    for method, member in (("proximal", 0), ("subgradient", 1)):
        alone = make_trainer(make_pool(2), regularization={"l1_method": method, "l1": 0.1})
        fresh = make_trainer(make_pool(2), l1=[0.1, 0.1], l1_is_proximal=[1.0, 0.0])
        for run in (alone, fresh):
            for _ in range(50):
                run.run_epoch()
        assert torch.allclose(fresh.stack.parameters[member], alone.stack.parameters[member], atol=1e-10)
        trainer = fresh
    zeros = (trainer.stack.parameters[:, : trainer.stack.n_weights] == 0).sum(1)
    assert zeros[0] > 0 and zeros[1] == 0


def test_the_cosine_begins_anew_where_a_run_goes_on_as_torchs_warm_restarts_do():
    trainer = make_trainer(make_pool(1), training={"learning_rate_schedule": "cosine", "n_epochs": 3})
    n_steps = 3 * trainer.order.n_batches
    rate = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(rate, T_0=n_steps)
    for _ in range(3 * n_steps - 2):  # twice past the end, and not quite to a third
        assert trainer._schedule(trainer.n_steps_done) == pytest.approx(rate.param_groups[0]["lr"], abs=1e-12)
        trainer.step()
        rate.step()
        theirs.step()


def test_training_past_the_end_of_a_cosine_trains():
    trainer = make_trainer(make_pool(1), training={"learning_rate_schedule": "cosine", "n_epochs": 3})
    for _ in range(3):
        trainer.run_epoch()
    end = trainer.stack.parameters.clone()
    trainer.run_epoch()
    assert not torch.allclose(trainer.stack.parameters, end, atol=1e-3)


def drawn_in(trainer, n_epochs):
    """Return what dropout draws in every step, as bytes; stepping only counts, nothing is trained."""
    draws = []
    trainer._take = lambda batch, factor: draws.append(trainer._draw_dropout(2)[0].numpy().tobytes())
    for _ in range(n_epochs):
        trainer.run_epoch()
    return draws


def test_dropout_never_draws_the_same_mask_twice_however_many_batches_an_epoch_has():
    n = 5000  # batches of one row: more than 4,096 of them
    counts = torch.ones(1, n, dtype=F64)
    pool = Pool(torch.zeros(1, n, 1, dtype=F64), torch.zeros(n, 1, dtype=F64), counts, 1 - counts,
                torch.zeros(1, dtype=torch.long), "mse", False)  # fmt: skip
    dropout = {"regularization": {"dropout_rate": 0.5}, "training": {"batch_size": 1}}
    trainer = make_trainer(pool, **dropout)
    trainer._read_strengths()
    draws = drawn_in(trainer, 2)
    assert len(draws) == len(set(draws)) == 2 * n
    again = make_trainer(pool, **dropout)
    again._read_strengths()
    assert drawn_in(again, 1) == draws[:n]


def test_a_member_with_fewer_batches_draws_what_it_would_draw_alone():
    n = 5000
    counts = (torch.arange(n) < torch.tensor([n, 4500])[:, None]).double()
    pool = Pool(torch.zeros(1, n, 1, dtype=F64), torch.zeros(n, 1, dtype=F64), counts, 1 - counts,
                torch.zeros(2, dtype=torch.long), "mse", False)  # fmt: skip
    alone = Pool(pool.X, pool.targets, counts[1:], 1 - counts[1:], pool.version_of_member[1:], "mse", False)
    dropout = {"regularization": {"dropout_rate": 0.5}, "training": {"batch_size": 1}}
    both, one = make_trainer(pool, **dropout), make_trainer(alone, **dropout)
    for trainer in (both, one):
        trainer._read_strengths()
        trainer.n_epochs_done, trainer._n_batches_left = 1, trainer.order.n_batches - 7  # its eighth batch comes
    assert torch.equal(both._draw_dropout(2)[0][-1], one._draw_dropout(2)[0][-1])


def test_right_classes_are_those_with_the_largest_output():
    generator = torch.Generator().manual_seed(0)
    outputs = torch.randn(2, 50, 4, generator=generator)
    labels = torch.randint(0, 4, (50,), generator=generator)
    targets = torch.nn.functional.one_hot(labels, 4).float()
    assert torch.equal(is_correct("cross_entropy", outputs, targets), (outputs.argmax(-1) == labels).float())
    assert torch.equal(is_correct("mse", outputs, targets), (outputs.argmax(-1) == labels).float())
    assert is_correct("cross_entropy", torch.zeros(1, 1, 4), targets[:1]).item() == 0  # a tie is not right
    signs = torch.tensor([[[1.0], [-1.0], [2.0]]])
    assert is_correct("mse", signs, torch.tensor([[1.0], [-1.0], [-1.0]])).tolist() == [[1, 1, 0]]
    assert is_correct("binary_cross_entropy", signs, torch.tensor([[1.0], [0.0], [0.0]])).tolist() == [[1, 1, 0]]


def test_r2_by_hand():
    trainer = make_trainer(make_pool(1, loss="mse"))
    y, outputs = trainer.pool.targets[:18, 0], trainer.stack.forward(trainer.pool.X).outputs[0, :18, 0]
    expected = 1 - ((y - outputs) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    assert trainer.measure().train_score.item() == pytest.approx(expected.item(), abs=1e-12)


@pytest.mark.parametrize("n_members", [2, 5])
@pytest.mark.parametrize(
    "optimizer, loss", [("adam", "cross_entropy"), ("adam", "binary_cross_entropy"), ("sgd", "mse")]
)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_equal_members_stay_equal_to_the_last_bit_wherever_they_stand(n_members, optimizer, loss, activation):
    pool = make_pool(n_members, loss=loss)
    single = replace(pool, X=pool.X.float(), targets=pool.targets.float())
    training = {"optimizer": optimizer, "learning_rate": 0.03}
    trainer = make_trainer(single, training=training, activation=activation, l1=[1e-4] * n_members)
    for _ in range(50):
        trainer.run_epoch()
    measured, parameters = trainer.measure(), trainer.stack.parameters
    assert parameters.dtype == torch.float32 and (parameters == parameters[0]).all()
    assert len(measured.val_loss.unique()) == len(measured.train_loss.unique()) == 1

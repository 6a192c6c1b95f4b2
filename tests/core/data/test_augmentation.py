"""Augmentation against moves done by hand; per-member strengths; fresh draws; what must never change."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core import Split, load_table
from core.data import load_split
from core.data.augmentation import Jitter, make_augment, move_images
from core.settings.experiment import DataConfig

PICTURE = torch.arange(1.0, 17.0).view(1, 16)  # rows 1-4, 5-8, 9-12, 13-16


def moved(angle: float, right: float = 0.0, down: float = 0.0) -> np.ndarray:
    return move_images(PICTURE, torch.tensor([angle]), torch.tensor([[right, down]])).view(4, 4).numpy()


def test_a_shift_by_whole_pixels_is_a_shift_of_the_rows_by_hand() -> None:
    np.testing.assert_allclose(moved(0, 1, 0), [[0, 1, 2, 3], [0, 5, 6, 7], [0, 9, 10, 11], [0, 13, 14, 15]], atol=1e-5)
    np.testing.assert_allclose(moved(0, 0, 1), [[0] * 4, [1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]], atol=1e-5)


def test_half_a_pixel_is_the_mean_of_two() -> None:
    np.testing.assert_allclose(moved(0, 0.5, 0)[0], [0.5, 1.5, 2.5, 3.5], atol=1e-5)


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_quarter_turns_are_numpys(quarter: int) -> None:
    expected = np.rot90(PICTURE.view(4, 4).numpy(), quarter)
    np.testing.assert_allclose(moved(quarter * math.pi / 2), expected, atol=1e-4)


def test_first_turned_then_shifted() -> None:
    turned = np.rot90(PICTURE.view(4, 4).numpy(), 1)
    expected = np.hstack([np.zeros((4, 1)), turned[:, :3]])
    np.testing.assert_allclose(moved(math.pi / 2, 1, 0), expected, atol=1e-4)


def test_no_move_leaves_the_image() -> None:
    np.testing.assert_allclose(moved(0), PICTURE.view(4, 4), atol=1e-5)


def test_jitter_has_the_members_own_strength_and_leaves_zero_alone() -> None:
    X = torch.randn(1, 4000, 2, generator=torch.Generator().manual_seed(1))
    varied = Jitter(torch.tensor([0.0, 0.1, 0.3]))(X, torch.Generator().manual_seed(0))
    assert varied.shape == (3, 4000, 2)
    assert torch.equal(varied[0], X[0])
    noise = varied - X
    assert noise[1].std().item() == pytest.approx(0.1, rel=0.05)
    torch.testing.assert_close(noise[2], 3 * noise[1], atol=1e-5, rtol=1e-3)  # same draws, other strength


@pytest.mark.parametrize("name", ["moons", "digits"])
def test_every_call_draws_anew_and_equal_generators_draw_alike(name: str) -> None:
    split = load_split(DataConfig(name=name, n_train=20))  # type: ignore[arg-type]
    X = torch.as_tensor(split.X_train)[None]
    before = X.clone()
    augment = make_augment(split, torch.tensor([0.0, 1.0]))
    generator = torch.Generator().manual_seed(3)
    first, second = augment(X, generator), augment(X, generator)
    assert torch.equal(X, before)  # the rows themselves stay as they are
    assert torch.equal(first[0], X[0]) and torch.equal(second[0], X[0])
    assert not torch.equal(first[1], second[1])
    assert torch.equal(augment(X, torch.Generator().manual_seed(3)), first)
    assert first.shape == (2, *X.shape[1:])


def test_a_member_is_augmented_as_if_it_were_alone() -> None:
    split = load_split(DataConfig(name="digits", n_train=20))
    X = torch.as_tensor(split.X_train)[None].expand(3, -1, -1)
    together = make_augment(split, torch.tensor([0.0, 0.5, 1.0]))(X, torch.Generator().manual_seed(7))
    alone = make_augment(split, torch.tensor([1.0]))(X[:1], torch.Generator().manual_seed(7))
    torch.testing.assert_close(together[2], alone[0])


def test_images_stay_images_near_the_old_ones() -> None:
    split = load_split(DataConfig(name="digits", n_train=60))
    X = torch.as_tensor(split.X_train)[None]
    varied = make_augment(split, torch.tensor([0.25]))(X, torch.Generator().manual_seed(0))
    assert (varied[0] >= X[0].amin(0)).all() and (varied[0] <= X[0].amax(0)).all()  # no pixel blown up
    ink = [(rows * split.x_scale + split.x_mean).sum(1).mean() for rows in (X[0].numpy(), varied[0].numpy())]
    assert ink[1] == pytest.approx(ink[0], rel=0.15)
    nearest = torch.cdist(varied[0], X[0]).argmin(1)
    assert (nearest == torch.arange(60)).float().mean() > 0.9  # each is still most like the image it came from


def test_inputs_that_stand_for_words_are_not_jittered():
    rows = "x,c,y\n" + "".join(f"{i * 7 % 31},{'uvw'[i % 3]},{i * i % 97}\n" for i in range(120))
    split = Split.from_table(load_table(rows))
    X = torch.as_tensor(split.X_train)[None]
    moved = make_augment(split, torch.tensor([0.5]))(X, torch.Generator().manual_seed(0)) - X
    assert 0.4 < float(moved[0, :, 0].std()) < 0.6 and not moved[0, :, 1:].any()

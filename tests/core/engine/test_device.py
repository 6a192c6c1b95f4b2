import numpy as np
import pytest
import torch

from core import Experiment, cross_validate, sweep, train
from core.engine.device import CPU, device_of, on_host

HAS_GPU = torch.cuda.is_available()


def test_the_processor_is_a_device():
    assert device_of("cpu") == CPU


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "CUDA", "", "mps", 0, None, torch.device("cpu")])
def test_another_name_is_refused_with_those_that_are_known(name):
    with pytest.raises(ValueError, match="device: expected 'cpu', 'cuda' or 'cuda:0', received"):
        device_of(name)


@pytest.mark.skipif(HAS_GPU, reason="this machine has a GPU")
@pytest.mark.parametrize(
    "study",
    [
        lambda e: train(e, progress=False, device="cuda"),
        lambda e: sweep(e, "l1", [0.01], progress=False, device="cuda"),
        lambda e: cross_validate(e, "l1", [0.01], progress=False, device="cuda:0"),
    ],
)
def test_where_there_is_no_gpu_every_study_says_so(study):
    with pytest.raises(
        ValueError, match=r"device: expected a GPU that torch can use, received 'cuda.*none.*use device='cpu'"
    ):
        study(Experiment())


@pytest.mark.skipif(not HAS_GPU, reason="needs a GPU")
def test_a_gpu_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match="received 'cuda:99' where torch finds"):
        device_of("cuda:99")


def test_a_tensor_on_the_host_is_an_array():
    np.testing.assert_array_equal(on_host(torch.arange(3)), [0, 1, 2])

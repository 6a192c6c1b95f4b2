import json

import numpy as np
import pytest

from core.stream.snapshot import Snapshot, decode, encode


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "uint8"])
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3), (5, 1, 7)])
def test_round_trip_keeps_type_shape_and_values(dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    result = decode(encode("snapshot", 7, {"state": "running"}, {"first": np.ones(1, np.uint8), "a": array}))
    assert (result.kind, result.version, result.meta) == ("snapshot", 7, {"state": "running"})
    assert result.arrays["a"].dtype == dtype and result.arrays["a"].shape == shape
    np.testing.assert_array_equal(result.arrays["a"], array)


def test_nan_stays_in_arrays_and_becomes_null_in_meta() -> None:
    meta = {"a": float("nan"), "b": [np.float32("inf"), 1], "c": {"d": np.int64(3)}, "e": np.array([1.0, np.nan])}
    result = decode(encode("snapshot", 1, meta, {"y": np.array([np.nan, np.inf, 1.0])}))
    assert result.meta == {"a": None, "b": [None, 1], "c": {"d": 3}, "e": [1.0, None]}
    np.testing.assert_array_equal(result.arrays["y"], [np.nan, np.inf, 1.0])


def test_buffers_start_at_multiples_of_eight() -> None:
    message = encode("snapshot", 1, {"λ": "é"}, {"a": np.zeros(3, np.uint8), "b": np.zeros(1, np.float64)})
    length = int.from_bytes(message[:4], "little")
    entries = json.loads(message[4 : 4 + length])["arrays"]
    assert [entry["offset"] for entry in entries] == [0, 8]
    assert len(message) == 4 + length + -(4 + length) % 8 + 16


def test_other_number_types_travel_as_the_nearest_known_one() -> None:
    arrays = {"i": np.arange(3), "b": np.array([True]), "t": np.zeros((2, 3), np.float32).T, "big": np.ones(2, ">f8")}
    result = decode(encode("snapshot", 1, {}, arrays)).arrays
    assert [a.dtype.name for a in result.values()] == ["int32", "uint8", "float32", "float64"]
    np.testing.assert_array_equal(result["big"], [1, 1])
    assert result["t"].shape == (3, 2)


def test_a_picture_travels_in_half_the_bytes_and_losses_keep_their_digits() -> None:
    picture = np.array([[0.1234567, -1.0, np.nan], [0.0, 1e-20, -1e-20]], np.float32)
    loss = np.array([0.1234567], np.float32)
    shown = decode(encode("snapshot", 1, {}, {"matrices": picture, "val_loss": loss})).arrays
    assert shown["matrices"].dtype == np.float16 and shown["val_loss"].dtype == np.float32
    np.testing.assert_allclose(shown["matrices"][0], picture[0], rtol=5e-4)
    np.testing.assert_array_equal(np.sign(shown["matrices"][1]), [0, 1, -1])  # tiny is not gone
    assert shown["val_loss"] == loss


def test_text_arrays_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="names"):
        encode("snapshot", 1, {}, {"names": np.array(["a"])})


def test_a_snapshot_is_encoded_once() -> None:
    snapshot = Snapshot(1, {}, {})
    assert snapshot.encoded is snapshot.encoded

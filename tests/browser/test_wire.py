"""What Python encodes is what the browser decodes."""

import numpy as np

from core.stream.snapshot import encode
from tests.browser.conftest import OpenPage

DECODE = """async (bytes) => {
  const { decode } = await import(document.querySelector('link[href*="/stream.js"]').href);
  const { arrays } = decode(Uint8Array.from(bytes).buffer);
  return [...arrays.matrices.data].map(String).concat([...arrays.loss.data].map(String));
}"""


def test_all_float16_numbers_and_a_loss_arrive_as_they_were_sent(address: str, open_page: OpenPage) -> None:
    every = np.arange(65_536, dtype=np.uint16).view(np.float16)
    loss = np.array([0.1234567], np.float32)
    message = encode("snapshot", 1, {}, {"odd": np.zeros(3, np.uint8), "matrices": every, "loss": loss})
    shown = np.array(open_page(address).evaluate(DECODE, list(message)), np.float64)
    np.testing.assert_array_equal(shown[:-1], every.astype(np.float64))
    assert shown[-1] == np.float64(loss[0])

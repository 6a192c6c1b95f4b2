"""What is drawn on the screen is what is: pictures against the answers of the same network, trained here."""

from urllib.parse import urlencode

import numpy as np
import pytest

from core import Experiment, train
from core.data import load_split
from tests.browser.conftest import LAPTOP, OpenPage, figure, press, wait_for

WIDE = {"width": 1920, "height": 1080}
# The colour under each point (x, y): how much more blue than orange it is, read from the picture where Plotly put it.
BLUENESS = """async ([selector, points]) => {
  const plot = document.querySelector(selector);
  const {xaxis, yaxis} = plot._fullLayout;
  const element = plot.querySelector('.layer-below image, .imagelayer image, image');
  const box = element.getBoundingClientRect(), home = plot.getBoundingClientRect();
  const picture = new Image();
  picture.src = element.getAttribute('xlink:href') ?? element.getAttribute('href');
  await picture.decode();
  const canvas = Object.assign(document.createElement('canvas'), {width: picture.width, height: picture.height});
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  return points.map(([x, y]) => {
    const across = (home.left + xaxis._offset + xaxis.d2p(x) - box.left) / box.width;
    const down = (home.top + yaxis._offset + yaxis.d2p(y) - box.top) / box.height;
    const at = (share, n) => Math.min(n - 1, Math.max(0, Math.floor(share * n)));
    const [red, green, blue] = context.getImageData(at(across, canvas.width), at(down, canvas.height), 1, 1).data;
    return blue - red;
  });
}"""


@pytest.mark.parametrize(("name", "viewport"), [("circle", LAPTOP), ("xor", WIDE)])
def test_on_the_screen_points_lie_on_the_colour_that_the_network_predicts(
    address: str, open_page: OpenPage, name: str, viewport: dict[str, int]
) -> None:
    experiment = Experiment(
        data={"name": name, "n_train": 100, "noise_std": 0.3}, network={"hidden_sizes": [8]}, training={"n_epochs": 20}
    )
    page = open_page(f"{address}/?{urlencode(experiment.to_query())}", viewport)
    press(page, "Run")
    page.get_by_role("button", name="Run on").wait_for()
    wait_for(page, "overfitLab.shownEpoch === 20 && !overfitLab.isBehind()")
    split = load_split(experiment.data)
    predicted = train(experiment, progress=False).predict(split.X_val)[:, 1] > 0.5
    blueness = page.evaluate(BLUENESS, ["[data-figure=fit] .lab-plot", split.points_val.tolist()])
    assert np.mean((np.array(blueness) > 0) != predicted) < 0.03  # a cell on the border itself has one colour only
    x, y = page.evaluate(
        f"['xaxis', 'yaxis'].map((a) => {figure('fit')}._fullLayout[a]).map((a) => a._length / (a.range[1] - a.range[0]))"
    )
    assert abs(x / y - 1) < 0.01  # a circle is round at every width

"""A recording in the browser: each of its moments is a snapshot as if it were live, with curves up to its epoch."""

import pytest

from tests.browser.conftest import OpenPage, figure, pause, press, wait_for

LOOK = """async () => {
  const { loadRecording } = await import(new URL("./lab/assets/0/recording.js", document.baseURI));
  const one = await loadRecording("memorise");
  const at = (i) => {
    const { meta, arrays } = one.at(i);
    return { epoch: meta.epoch, state: meta.state, said: meta.readouts.epoch,
      last: arrays.epoch.data.at(-1), n: arrays.epoch.shape[0],
      losses: arrays.val_loss.data.length, best: arrays.best_epoch.data[0], lowest: arrays.best_val_loss.data[0],
      least: Math.min(...arrays.val_loss.data), floor: arrays.floor_x.data[1] };
  };
  return { length: one.length, none: await loadRecording("bees") ?? null, moments: [0, 20, one.length - 1].map(at),
    shown: [0, 0.99, 1.01, 4, 8, 99].map((s) => one.epoch(one.indexAt(s, 8))), own: one.epoch(one.indexAt(1.001)) };
}"""


def test_its_moments_are_snapshots_with_curves_up_to_their_epoch(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    open_page.is_lenient = True  # type: ignore[attr-defined]  # the browser notes the recording that there is none of
    found = page.evaluate(LOOK)
    assert found["none"] is None and found["length"] > 50
    first, middle, last = found["moments"]
    assert (first["epoch"], first["n"], first["state"], last["epoch"], last["state"]) == (
        0,
        1,
        "running",
        1000,
        "finished",
    )
    for one in found["moments"]:
        assert one["last"] <= one["epoch"] and one["losses"] == one["n"] and one["said"] == f"{one['epoch']:,}"
        assert one["lowest"] == one["least"] and one["best"] <= one["epoch"] and one["floor"] == max(1, one["epoch"])
    assert first["n"] < middle["n"] < last["n"] and last["best"] < last["epoch"]
    assert found["shown"][0] <= 1 and found["shown"][-2:] == [1000, 1000] and found["own"] == 10
    assert found["shown"] == sorted(found["shown"]) and 20 < found["shown"][3] < 60


SOURCE = figure("matrices") + ".layout.images[0].source"
IMAGES = figure("matrices") + ".layout.meta.images"
FETCHED = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/memorise/later')).length"
TABLE = "document.querySelector('[data-figure=matrices] .lab-table')"
# The pictures of some moments, drawn of the arrays as they are sent: at the epoch on screen, at the start, at the end.
PICTURES = """async (images) => {
  const get = async (part) => (await fetch(new URL(`./lab/recordings/memorise/${part}`, document.baseURI))).arrayBuffer();
  const { decode, row } = await import(new URL("./lab/assets/0/stream.js", document.baseURI));
  const { paint } = await import(new URL("./lab/assets/0/images.js", document.baseURI));
  const [frames, later] = [decode(await get("frames")), decode(await get("later"))];
  const epochs = frames.meta.frames.map(({ epoch }) => epoch);
  const of = (i) => paint(row(later.arrays.matrices, i), images[0]);
  return [epochs.indexOf(overfitLab.shownEpoch), 0, epochs.length - 1].map(of);
}"""


@pytest.mark.parametrize("is_paused", [True, False], ids=["paused on the way", "at the end"])
def test_the_matrices_are_fetched_when_they_come_near_and_are_those_of_the_moment(
    address: str, open_page: OpenPage, is_paused: bool
) -> None:
    motion = "no-preference" if is_paused else "reduce"
    page = open_page(address, ready="window.overfitLab && overfitLab.shownEpoch > 0", reduced_motion=motion)
    if is_paused:
        pause(page)
    wait_for(page, "!overfitLab.isBehind()")
    page.evaluate("[...document.querySelectorAll('[data-figure=matrices] .lab-toggle')].at(-1).click()")  # its table
    assert page.evaluate(FETCHED) == 0, "they are out of view"
    assert page.evaluate(SOURCE) == "", "nothing rather than the picture of another moment"
    assert page.evaluate(f"{TABLE}.childElementCount") == 0
    page.locator("[data-figure=matrices]").scroll_into_view_if_needed()
    wait_for(page, f"{SOURCE} !== ''")
    shown, (then, start, end) = page.evaluate(SOURCE), page.evaluate(PICTURES, page.evaluate(IMAGES))
    assert shown == then != start and (then == end) is not is_paused
    wait_for(page, f"{TABLE}.querySelectorAll('td').length > 100")
    state = page.get_by_role("button", name="Run", exact=True)
    assert state.is_visible() is is_paused, "the moment stands as it stood"
    assert page.evaluate(FETCHED) <= 2, "once for the page, and here for the comparison"


def test_who_goes_on_live_has_the_matrices_of_the_run_itself(address: str, open_page: OpenPage) -> None:
    page = open_page(address, ready="window.overfitLab && overfitLab.shownEpoch > 0")
    pause(page)
    begun = page.evaluate("overfitLab.shownEpoch")
    press(page, "Run")
    wait_for(page, f"overfitLab.lastEpoch > {begun}")
    pause(page)
    wait_for(page, f"!overfitLab.isBehind() && {SOURCE} !== ''")
    assert page.evaluate(FETCHED) == 0, "they are the run's own"

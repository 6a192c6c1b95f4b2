"""A recording in the browser: each of its moments is a snapshot as if it were live, with curves up to its epoch."""

from tests.browser.conftest import OpenPage

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

"""The stage's modules one by one, imported from the real server: numbers in, numbers out, at their edges too."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from core.data import load_split
from core.readings.drawn import drawn_arrays
from core.settings.experiment import DataConfig
from core.settings.points import Point, pack
from core.stream.snapshot import encode
from pages.shared.stage_words import STAGE_WORDS
from tests.browser.conftest import TIMEOUT_MS

Run = Callable[..., Any]
INF, NAN = float("inf"), float("nan")


@pytest.fixture(scope="module")
def page(address: str, browser: Browser) -> Iterator[Page]:
    """A page of the server without a stage: it only imports."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(f"{address}/lab/assets/0/stage.css")
    yield page
    context.close()


@pytest.fixture
def js(page: Page) -> Run:
    """A function that runs the body of a JavaScript function of (module, argument) with one module of the stage, which has
    learned its words."""
    words = f"(await import('/lab/assets/0/words.js')).learn({json.dumps(STAGE_WORDS)});"

    def run(module: str, body: str, argument: Any = None) -> Any:
        code = f"async (argument) => {{ {words} const module = await import('/lab/assets/0/{module}.js'); {body} }}"
        return page.evaluate(code, argument)

    return run


# --- axes.js ---

FIT = "return module.fitRange(...argument) ?? null;"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([None, [[0, 10]]], [-0.6, 10.6]),  # 6 % of air on both sides
        ([None, [[0, 10]], [0]], [0, 10.6]),  # none below a number the axis stands on
        ([None, [[2, 10]], [0]], [0, 10.6]),  # which it has to reach
        ([None, [[0]], [0]], [0, 1.06]),  # a lonely 0 it stands on reaches 1 further
        ([None, [[3, 3]]], [2.82, 3.18]),  # a constant gets 6 % of itself
        ([None, [[-4]]], [-4.24, -3.76]),
        ([None, [[]]], None),  # nothing to show
        ([[1, 2], [[]]], [1, 2]),
        ([None, [[NAN, INF, -INF]]], None),
        ([None, [[1, NAN, 3], [INF, 2]]], [0.88, 3.12]),
        ([[0, 10], [[1, 9]]], [0, 10]),  # it stays while the data fill it well
        ([[0, 10], [[1, 6]]], [0, 10]),
        ([[0, 10], [[1, 5]]], [0.76, 5.24]),  # and shrinks when they fill less than half
        ([[0, 10], [[0, 12]]], [-0.72, 15]),  # outgrown: a quarter more, so that it need not grow at once again
        ([None, [[1, 100]], [], True], [-0.12, 2.12]),  # in decades
        ([None, [[0, -5, 10, 1000]], [], True], [0.88, 3.12]),  # without what has no logarithm
        ([None, [[0, -1]], [], True], None),
        ([None, [[0.5]], [], True], [np.log10(0.5) - 0.168, np.log10(0.5) + 0.168]),  # never below .3 of a decade
        ([None, [[1, 100]], [0], True], [-0.12, 2.12]),  # a logarithmic axis cannot stand on 0
        ([None, [[1, 4]], [], False, True], [1, 4]),  # tight
        ([[1, 4], [[2, 4]], [], False, True], [2, 4]),
        ([None, [[0, 0.001]], [0], False, False, 1], [0, 1.06]),  # never shorter than `least`
        ([None, [[0, 0.99]], [0], False, False, 0, 1], [0, 1]),  # never beyond `most` …
        ([None, [[0, 1.5]], [0], False, False, 0, 1], [0, 1.5]),  # … but for what is there
    ],
)
def test_ranges_of_axes(js: Run, arguments: list[Any], expected: list[float] | None) -> None:
    found = js("axes", FIT, arguments)
    assert found == (pytest.approx(expected) if expected else expected)


PLOT = """
const heard = {};
const plot = { on: (name, hear) => { heard[name] = hear; },
  _fullLayout: { xaxis: { type: 'linear', range: [0, 1] }, yaxis: { type: 'log', range: [-2, 1] } } };
const axes = new module.Axes(plot, { xaxis: { range: [0, 1] }, yaxis: {}, xanchor: 'left' });
"""


def test_a_readers_zoom_stays_until_it_is_taken_back(js: Run) -> None:
    body = """
    const auto = { yaxis: { arrays: ['a'], include: [] } }, first = axes.fit(auto, () => [1, 100]);
    heard.plotly_relayout({ 'yaxis.range[0]': -1, 'yaxis.range[1]': 0, 'xaxis.range': [3, 4] });
    const zoomed = axes.fit(auto, () => [1, 1e6]);
    return [first, zoomed, axes.home(), axes.fit(auto, () => [1, 1e6]), axes.home()];"""
    first, zoomed, home, after, nothing = js("axes", PLOT + body)
    assert first == {"yaxis.range": pytest.approx([-0.12, 2.12])} and zoomed == {}
    assert home == first  # what was fitted last
    assert after == {"yaxis.range": pytest.approx([-0.36, 7.5])} and nothing == {}


def test_an_axis_that_only_grows_begins_anew_with_another_run(js: Run) -> None:
    body = """
    const auto = { xaxis: { arrays: ['a'], include: [], is_tight: true, grows: true } };
    const seen = [[-5, 5], [-1, 1], [-1, 7]].map((values) => axes.fit(auto, () => values));
    axes.begin();
    return [...seen, axes.fit(auto, () => [-1, 1])];"""
    wide, narrow, grown, anew = js("axes", PLOT + body)
    assert wide == {"xaxis.range": [-5, 5]} and narrow == {}
    assert grown == {"xaxis.range": [-5, 7]} and anew == {"xaxis.range": [-1, 1]}


def test_the_span_of_an_axis_is_in_its_own_numbers(js: Run) -> None:
    assert js("axes", PLOT + "return [axes.span('x', {}), axes.span('y', {}), axes.span('y', {'yaxis.range': [0, 2]})];") == [
        [0, 1], pytest.approx([0.01, 10]), [1, 100],
    ]  # fmt: skip


# --- stream.js ---

DECODE = """
const bytes = Uint8Array.from(atob(argument), (letter) => letter.charCodeAt(0));
const { arrays, ...rest } = module.decode(bytes.buffer);
const plain = Object.entries(arrays).map(([name, { data, shape }]) =>
  [name, { type: data.constructor.name, shape, data: Array.from(data, String) }]);
return { ...rest, arrays: Object.fromEntries(plain) };
"""


def decoded(js: Run, arrays: dict[str, np.ndarray], meta: dict[str, Any]) -> dict[str, Any]:
    message = encode("snapshot", 7, meta, arrays)
    return js("stream", DECODE, base64.b64encode(message).decode())  # type: ignore[no-any-return]


def test_a_snapshot_comes_out_as_it_went_in(js: Run) -> None:
    arrays = {
        "single": np.array([1.5, NAN, -INF], dtype=np.float32), "double": np.array([[1 / 3], [1e-300]]),
        "whole": np.array([-(2**31), 2**31 - 1], dtype=np.int64), "byte": np.array([True, False]),
        "half": np.array([1 / 3, 6e-8, 65504, -0.0, NAN], dtype=np.float16), "none": np.zeros((0, 3)), "one": np.array(2.5),
    }  # fmt: skip
    for text in ("", "λ", "λ₂ → 0,003 …"):  # whatever the length of the header, arrays begin at a multiple of 8
        found = decoded(js, arrays, {"text": text, "loss": NAN})
        assert (found["kind"], found["version"], found["meta"]) == ("snapshot", 7, {"text": text, "loss": None})
        types = {name: array["type"] for name, array in found["arrays"].items()}
        assert types == {
            "single": "Float32Array", "double": "Float64Array", "whole": "Int32Array", "byte": "Uint8Array",
            "half": "Float32Array", "none": "Float64Array", "one": "Float64Array",
        }  # fmt: skip
        for name, array in arrays.items():
            assert found["arrays"][name]["shape"] == list(array.shape)
            numbers = [float(one.replace("Infinity", "inf")) for one in found["arrays"][name]["data"]]
            np.testing.assert_array_equal(numbers, array.ravel().astype(float), err_msg=name)


def test_every_half_is_numpys(js: Run) -> None:
    """All 65,536 of them: subnormal, infinite and none of the numbers among them."""
    bits = np.arange(2**16, dtype=np.uint16)
    text = js("stream", "return Array.from({length: 65536}, (_, bits) => String(module.valueOfHalf(bits))).join(' ');")
    found = np.array([float(one.replace("Infinity", "inf")) for one in text.split()])
    np.testing.assert_array_equal(found, bits.view(np.float16).astype(float))


def test_rows_are_views_along_the_leading_axis(js: Run) -> None:
    body = """const cube = { data: Float32Array.from({ length: 24 }, (_, i) => i), shape: [2, 3, 4] };
    const one = module.row(cube, 1), two = module.row(one, 2);
    return [one.shape, Array.from(one.data), two.shape, Array.from(two.data), two.data.buffer === cube.data.buffer];"""
    rows = np.arange(24.0).reshape(2, 3, 4)
    assert js("stream", body) == [[3, 4], rows[1].ravel().tolist(), [4], rows[1, 2].tolist(), True]


# --- bindings.js ---


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ("loss", [1, 2, 3]), ("rows[1]", [4, 5]), ("rows[@lambda]", [4, 5]), ("rows", [[2, 3], [4, 5]]),
        ("cube[@lambda][0]", [5, 6]), ("rows[2]", None), ("rows[@nothing]", None), ("misspelt", None),
        ("label:names", ["a", "b"]), ("label:misspelt", None), ("at:lambda", [0.5, 0.5]), ("at:misspelt", None),
        ("at:moment", []), ("span:y2", ["y2"]), ("ghost:loss", [9]), ("ghost:rows", []),
    ],
)  # fmt: skip
def test_what_a_binding_names(js: Run, binding: str, expected: Any) -> None:
    body = """
    const of = (shape, ...data) => ({ data: Float32Array.from(data), shape });
    const arrays = { loss: of([3], 1, 2, 3), rows: of([2, 2], 2, 3, 4, 5), cube: of([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8) };
    const view = { arrays, meta: { labels: { names: ['a', 'b'] } },
      scrubs: { lambda: { index: 1, place: 0.5 } }, ghost: { loss: of([1], 9) } };
    const plain = (value) => (value === undefined ? null : Array.from(value,
      (one) => (one?.length >= 0 && typeof one !== 'string' ? Array.from(one) : one)));
    return plain(module.valueOf(argument, view, (axis) => [axis]));"""
    assert js("bindings", body, binding) == expected


def test_two_values_show_the_same_if_their_numbers_do(js: Run) -> None:
    body = """const f = (...numbers) => Float32Array.from(numbers);
    return [[f(1, NaN), f(1, NaN)], [f(1, 2), [1, 2]], [[f(1), f(2)], [f(1), f(2)]], [undefined, undefined], [[], []],
            [f(1), f(1, 2)], [f(1), f(2)], [f(NaN), f(0)], [[f(1)], [f(2)]], [f(1), undefined]]
      .map((pair) => module.isSame(...pair));"""
    assert js("bindings", body) == [True] * 5 + [False] * 5


def test_the_facts_of_the_member_picked_are_put_over_those_of_all(js: Run) -> None:
    meta = {
        "readouts": {"epoch": "3", "loss": "all"}, "verdict": {"kind": "fits"}, "members_axis": "lambda",
        "members": [{"readouts": {"loss": "0.1"}}, {"readouts": {"loss": "0.2"}, "verdict": {"kind": "overfits"}}],
    }  # fmt: skip
    found = js("bindings", "return [0, 1, 2].map((index) => module.factsOf(argument, { lambda: { index } }));", meta)
    assert [one["readouts"] for one in found] == [{"epoch": "3", "loss": loss} for loss in ("0.1", "0.2", "all")]
    assert [one["verdict"]["kind"] for one in found] == ["fits", "overfits", "fits"]


# --- controls.js ---

SLIDER = """
const told = [], said = [];
const control = { key: 'l2', name: 'l2', label: 'L2', value: argument.value, ...argument };
const slider = new module.Slider(control, 'id', (_, value) => told.push(value),
  (key, value) => told.push([key, value]), (text) => said.push(text));
"""


@pytest.mark.parametrize(
    ("control", "places"),
    [
        ({"scale": "linear", "min": -1, "max": 3}, {0: -1, 250: 0, 1000: 3}),
        ({"scale": "log", "min": 1e-4, "max": 1}, {0: 1e-4, 500: 1e-2, 1000: 1}),
        ({"scale": "log0", "min": 0, "max": 1}, {0: 0, 1: 1e-5 * 10**0.005, 200: 1e-4, 1000: 1}),  # from 1e-5 on
        ({"scale": "log0", "min": 1e-3, "max": 10}, {0: 0, 500: 0.1, 1000: 10}),
    ],
)
def test_the_scale_of_a_slider_and_back(js: Run, control: dict[str, Any], places: dict[int, float]) -> None:
    body = (
        SLIDER
        + "return argument.places.map((p) => [slider.scale.value(p), slider.scale.position(slider.scale.value(p))]);"
    )
    found = js("controls", body, {**control, "value": control["max"], "places": list(places)})
    assert [value for value, _ in found] == pytest.approx(list(places.values()))
    assert [place for _, place in found] == pytest.approx(list(places))


@pytest.mark.parametrize(
    ("value", "position", "text"),
    [
        (0, "0", "0"),
        (1e-9, "1", "1e-9"),
        (1e-4, "200", "1e-4"),
        (0.0012345, "418", "0.00123"),
        (1, "1000", "1"),
        (50, "1000", "50"),
    ],
)
def test_where_a_slider_from_0_stands_and_what_it_says(js: Run, value: float, position: str, text: str) -> None:
    body = SLIDER + "return [slider.range.value, slider.field.value, slider.range.getAttribute('aria-valuetext')];"
    found = js("controls", body, {"scale": "log0", "min": 0, "max": 1, "value": value})
    assert found == [position, text, text]  # what is not 0 never stands at 0


@pytest.mark.parametrize(
    ("typed", "taken", "said"),
    [("0.25", 0.25, False), ("", 0.5, False), ("7", 1, True), ("-1", 0, True), ("1e-7", 1e-7, False)],
)
def test_a_typed_number_is_told_once_and_kept_within_bounds(js: Run, typed: str, taken: float, said: bool) -> None:
    body = (
        SLIDER
        + """
    slider.field.value = argument.typed;
    slider.field.dispatchEvent(new Event('input'));
    slider.follow(0.125); // what the server says meanwhile waits
    slider.field.dispatchEvent(new Event('change'));
    return [told, slider.value, said];"""
    )
    told, value, sentences = js(
        "controls", body, {"scale": "log0", "min": 1e-5, "max": 1, "value": 0.5, "typed": typed}
    )
    assert told == [taken, ["l2", taken]] and value == taken
    assert len(sentences) == said and all("expected 0 to 1" in one for one in sentences)


def test_the_number_of_a_gesture_always_grows(js: Run) -> None:
    found = js("controls", "return Array.from({length: 50}, () => module.nextGesture());")
    assert all(a < b for a, b in itertools.pairwise(found))


# --- scrub.js ---

REWIND = """
const rewind = new module.Rewind('id', { ask() {}, onMove() {}, onRest() {}, onLive() {} });
const moments = (...epochs) => epochs.map((epoch) => ({ number: epoch, meta: { epoch } }));
const epochs = () => rewind.frames.map((one) => one.meta.epoch);
const go = (place) => { rewind.range.value = place; rewind.range.dispatchEvent(new Event('input')); };
"""


def test_moments_stand_in_order_each_epoch_once_however_they_come(js: Run) -> None:
    body = """rewind.add(1, moments(5, 0, 3)); rewind.add(2, moments(3, 9, 1));
    return [epochs(), rewind.range.max, rewind.range.value, rewind.version];"""
    assert js("scrub", REWIND + body) == [[0, 1, 3, 5, 9], "5", "5", 2]  # the present stands behind the last


def test_the_moment_that_is_shown_stays_when_others_come_or_go(js: Run) -> None:
    body = """rewind.add(1, moments(0, 2, 4, 6)); go(1);
    const shown = [rewind.frame.meta.epoch];
    rewind.add(2, moments(1, 8), [0, 1, 4, 8]); // 2 and 6 were thinned out, 2 is shown
    shown.push(rewind.frame.meta.epoch);
    const left = epochs();
    rewind.rest();
    rewind.add(3, moments(10), [0, 8, 10]);
    return [shown, left, rewind.frame ?? null, epochs(), rewind.range.value];"""
    assert js("scrub", REWIND + body) == [[2, 2], [0, 1, 2, 4, 8], None, [0, 8, 10], "3"]


def test_nothing_is_rewound_where_there_is_nothing(js: Run) -> None:
    body = """rewind.add(4, [], []);
    const empty = [rewind.frame ?? null, rewind.range.value];
    rewind.add(5, moments(0));
    rewind.forget();
    return [...empty, epochs(), rewind.version];"""
    assert js("scrub", REWIND + body) == [None, "200", [], -1]


@pytest.mark.parametrize(("index", "stands"), [(0, 0), (2, 2), (-3, 0), (9, 2)])
def test_a_slider_over_stops_stays_among_them(js: Run, index: int, stands: int) -> None:
    axis = {"name": "lambda", "label": "λ", "values": [0, 0.1, 1], "texts": ["0", "0.1", "1"], "index": index}
    body = "const one = new module.Scrub(argument, 'id', () => {}, () => {}); return [one.index, one.place, one.text.textContent];"
    assert js("scrub", body, axis) == [stands, axis["values"][stands], axis["texts"][stands]]
    placed = js("scrub", body, {**axis, "positions": [0.01, 0.1, 1]})
    assert placed[1] == [0.01, 0.1, 1][stands]


# --- facts.js ---

FACTS = """
const sent = [];
const facts = new module.Facts((commands) => sent.push(commands));
facts.update({}, { readouts: [{ name: 'loss', label: 'Loss', help: 'h' }, { name: 'gap', label: 'Gap' }],
  verdicts: { fits: { icon: '✓', tone: 'good' } } });
const look = () => [facts.values.loss.textContent, facts.values.gap.textContent, facts.icon.textContent, facts.sentence.textContent,
  facts.verdict.dataset.tone, facts.verdict.hasAttribute('data-banner'), facts.remedy.hidden, facts.remedy.textContent];
"""


@pytest.mark.parametrize(
    ("meta", "seen"),
    [
        ({}, ["–", "–", "", "", "plain", False, True, ""]),
        ({"readouts": {"loss": "0.1"}, "verdict": {"kind": "fits", "text": "Good."}},
         ["0.1", "–", "✓", "Good.", "good", False, True, ""]),
        ({"verdict": {"kind": "unheard", "text": "So."}}, ["–", "–", "", "So.", "plain", False, True, ""]),
        (
            {"verdict": {"kind": "fits", "text": "Good."},
             "banner": {"kind": "failed", "text": "No.", "remedy": {"label": "Mend", "commands": [1]}}},
            ["–", "–", "⚠", "No.", "bad", True, False, "Mend"],
        ),
    ],
)  # fmt: skip
def test_what_is_said(js: Run, meta: dict[str, Any], seen: list[Any]) -> None:
    assert js("facts", FACTS + "facts.show(argument); return look();", meta) == seen


def test_a_remedy_is_sent_as_the_banner_of_now_has_it(js: Run) -> None:
    body = (
        FACTS
        + """
    const banner = (commands) => ({ banner: { kind: 'failed', text: 'No.', remedy: { label: 'Mend', commands } } });
    facts.show(banner(['old']));
    facts.show(banner(['new', 'then']));
    facts.remedy.click();
    facts.show({});
    return [sent, facts.remedy.hidden, facts.verdict.hasAttribute('data-banner')];"""
    )
    assert js("facts", body) == [[["new", "then"]], True, False]


# --- swift.js ---

CHART = """
await (await import('/lab/assets/0/load.js')).loadPlotly('/');
const holder = document.body.appendChild(Object.assign(document.createElement('div'), { style: 'width: 400px; height: 300px' }));
const bind = { bind: { y: 'a' } };
const { traces, layout, change, more } = argument;
await Plotly.newPlot(holder, traces.map((trace) => ({ meta: bind, ...trace })), { width: 400, height: 300, ...layout });
const changes = new Map(Object.entries(change).map(([i, values]) => [Number(i), values]));
"""
FIXED = {"xaxis": {"range": [0, 4]}, "yaxis": {"range": [0, 10]}}
LINE = {"type": "scatter", "mode": "lines+markers", "x": [0, 1, 2], "y": [1, 5, 2]}


@pytest.mark.parametrize(
    ("traces", "layout", "change", "expected"),
    [
        ([LINE], FIXED, {0: {"y": [3, 2, 1]}}, True),
        ([LINE], FIXED, {}, True),
        ([{**LINE, "type": "bar"}], FIXED, {0: {"y": [3, 2, 1], "text": ["a", "b", "c"]}}, True),
        ([LINE], {}, {0: {"y": [3, 2, 1]}}, False),  # the axes have to follow
        ([LINE], FIXED, {0: {"marker.color": "red"}}, False),
        ([{**LINE, "stackgroup": "one"}], FIXED, {0: {"y": [3, 2, 1]}}, False),
        ([{**LINE, "x": ["a", "b", "c"]}], FIXED, {0: {"y": [3, 2, 1]}}, False),  # categories
        ([{"type": "heatmap", "z": [[1, 2]]}], FIXED, {0: {"z": [[2, 1]]}}, False),
        ([{**LINE, "visible": False}], {}, {0: {"y": [3, 2, 1]}}, True),  # nothing to draw
    ],
)
def test_what_can_be_drawn_swiftly(js: Run, traces: Any, layout: Any, change: Any, expected: bool) -> None:
    argument = {"traces": traces, "layout": layout, "change": {str(i): values for i, values in change.items()}}
    assert (
        js("swift", CHART + "const is = module.isSwift(holder, changes); holder.remove(); return is;", argument)
        is expected
    )


@pytest.mark.parametrize(
    ("traces", "change"),
    [
        ([LINE], {"y": [4, 3, 9]}),
        ([LINE], {"x": [0, 1, 2, 3, 3.5], "y": [4, 3, 9, 0, 1]}),  # more points than before
        ([LINE], {"x": [1], "y": [4]}),
        ([LINE], {"y": [4, NAN, 9]}),
        ([LINE, {**LINE, "y": [2, 6, 3], "fill": "tonexty"}], {"y": [4, 3, 9]}),
        ([{**LINE, "type": "bar"}, {**LINE, "type": "bar", "y": [1, 1, 1]}], {"y": [4, 3, 1]}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [{}, {"yaxis.range": [0, 20]}], ids=["", "range"])
def test_what_is_drawn_swiftly_is_what_plotly_draws(js: Run, traces: Any, change: Any, more: Any) -> None:
    body = (
        CHART
        + """
    const read = () => JSON.stringify([...holder.querySelectorAll('.scatterlayer path, .barlayer path')]
      .map((path) => [path.getAttribute('d'), path.getAttribute('transform')]));
    const before = read();
    module.drawSwiftly(holder, changes, more);
    const swift = read();
    await Plotly.redraw(holder);
    const plain = read();
    holder.remove();
    return [before !== swift, swift === plain, swift, plain];"""
    )
    is_new, is_same, swift, plain = js(
        "swift", body, {"traces": traces, "layout": FIXED, "change": {"0": change}, "more": more}
    )
    assert is_new and is_same, (json.loads(swift), json.loads(plain))


# --- words.js ---


def test_a_sentence_has_its_numbers_put_in_and_numbers_are_those_of_the_language(js: Run) -> None:
    words = {"locale": "de", "outside": "{label}: {low} bis {high}"}
    body = "module.learn(argument); const said = module.say('outside', { label: 'L2', low: 0 });"
    body += "return [said, module.say('none'), module.number(1234.5)];"
    assert js("words", body, words) == ["L2: 0 bis {high}", "none", "1.234,5"]


# --- points.js ---


def test_drawn_points_are_read_and_written_as_in_python(js: Run) -> None:
    rng = np.random.default_rng(2)
    points = [
        Point(float(x), float(y), int(rng.integers(4)), bool(rng.integers(2)))
        for x, y in np.round(rng.uniform(-32.767, 32.767, (60, 2)), 3)
    ]
    body = """const points = module.unpack(argument);
      const rows = points.map(({ x, y, label, isVal }) => [x, y, label, isVal]);
      return { points: rows, text: module.pack(points), none: module.pack([]) };"""
    found = js("points", body, pack(points))
    assert [Point(*one) for one in found["points"]] == points
    assert (found["text"], found["none"]) == (pack(points), "")
    assert js("points", "return module.unpack(argument)", None) == []


@pytest.mark.parametrize("name", ["my_curve", "my_plane"])
def test_the_arrays_of_drawn_points_are_those_of_the_run(js: Run, name: str) -> None:
    text = pack([(0.1, 0.2), (-0.3, 0.4, 1, True), (0.5, 0.6, 2), (0.7, -0.8, 1)])
    split = load_split(DataConfig(name=name, points=text, n_point_classes=3))
    body = """const arrays = module.arraysOf(module.unpack(argument[0]), argument[1]);
      return Object.fromEntries(Object.entries(arrays).map(([name, { data, shape }]) => [name, [[...data], shape]]));"""
    found = js("points", body, [text, split.n_classes])
    expected = drawn_arrays(split)
    assert set(found) == set(expected)
    for key, (data, shape) in found.items():
        assert shape == [len(expected[key])]
        np.testing.assert_array_equal(np.float32(data), expected[key])

"""The table twin of every figure tells the arrays it was made from, with their units, never places on the paper."""

import json
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from core.figures.path.page import in_levels
from core.readings.path.page import to_levels
from core.readings.strengths import flat_lines
from tests.browser.conftest import FLAGS, LONG, READY, TIMEOUT_MS, OpenPage, wait_for  # noqa: F401
from tests.core.figures import test_figures as single
from tests.core.figures.compare import test_page as side
from tests.core.figures.path import test_figures as path

# Draw one figure by itself as the stage does, open its table, and read it: [{caption, heads, rows}].
READ = """async ([figure, arrays, labels]) => {
  const address = performance.getEntriesByType('resource').find((one) => one.name.endsWith('/chart.js')).name;
  const {Chart} = await import(address);
  const wrapped = Object.fromEntries(Object.entries(arrays).map(([name, {data, shape}]) =>
    [name, {data: Float64Array.from(data, (one) => one ?? NaN), shape}]));
  const chart = new Chart(figure, {}, () => {});
  document.querySelector('.lab-grid').append(chart.card);
  await chart.build();
  chart.draw({arrays: wrapped, meta: {labels, epoch: 3}, scrubs: {lambda: {index: 1, place: 0}}});
  [...chart.card.querySelectorAll('button')].find((one) => one.textContent === 'table').click();
  const text = (cells) => [...cells].map((cell) => cell.textContent);
  const tables = [...chart.table.querySelectorAll('table')].map((one) => ({
    caption: one.caption.textContent, heads: text(one.tHead.querySelectorAll('th')),
    rows: [...one.tBodies[0].rows].map((row) => text(row.cells)),
  }));
  chart.card.remove();
  chart.destroy();
  return tables;
}"""
TEXTS = {"rank_name": single.NAMES, "changes": ["λ₂ → 0.003"]}


@pytest.fixture(scope="module")
def page(address: str, browser: Browser) -> Any:
    """One page for all figures: it only lends its modules."""
    context = browser.new_context(bypass_csp=True)
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    page.goto(address + LONG)
    wait_for(page, READY)
    yield page
    context.close()


def wire(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the arrays as the page gets them, nan as nothing."""
    return {
        name: {
            "data": [float(one) if np.isfinite(one) else None for one in np.ravel(array)],
            "shape": list(np.shape(array)),
        }
        for name, array in arrays.items()
    }


def read(page: Page, figure: Any, arrays: dict[str, np.ndarray]) -> list[dict[str, Any]]:
    return page.evaluate(READ, [json.loads(figure.to_json()), wire(arrays), TEXTS])  # type: ignore[no-any-return]


def numbers(cells: list[str]) -> list[float]:
    """Return cells as numbers, "–" as nan, per cent as a share."""
    return [
        np.nan if cell == "–" else float(cell.removesuffix(" %")) / (100 if cell.endswith(" %") else 1)
        for cell in cells
    ]


def column_of(table: dict[str, Any], head: str) -> list[str]:
    place = table["heads"].index(head)
    return [row[place] for row in table["rows"]]


def find(tables: list[dict[str, Any]], caption: str) -> dict[str, Any]:
    found = [table for table in tables if table["caption"] == caption]
    assert len(found) == 1, [table["caption"] for table in tables]
    return found[0]


def check(page: Page, figure: Any, arrays: dict[str, np.ndarray], caption: str, expected: dict[str, Any]) -> None:
    """Assert that the table of this caption has just these columns, numbers to four digits, texts as they are."""
    table = find(read(page, figure, arrays), caption)
    assert table["heads"] == list(expected)
    for head, values in expected.items():
        cells = column_of(table, head)
        if isinstance(values[0], str):
            assert cells == list(values), head
        else:
            np.testing.assert_allclose(numbers(cells), np.asarray(values, dtype=float), rtol=6e-4, err_msg=head)


LAYERS = ["layer 1", "output"]


def single_cases() -> dict[str, Any]:
    a = single.make_arrays()
    losses = {"epoch": a["epoch"], "training": a["train_loss"], "validation": a["val_loss"]}
    points = single.BINARY
    names = [str(points["class_names"][c]) for c in points["target_train"]]
    return {
        "losses": ("Loss – loss (mean per row)", losses),
        "curve": (
            "The fit – y",
            {"x": single.CURVE["grid_x"], "true function": single.CURVE["truth"], "network": a["fit_y"]},
        ),
        "binary": (
            "Training points",
            {
                "point": [1, 2, 3],
                "x": points["points_train"][:, 0],
                "y": points["points_train"][:, 1],
                "class": names,
            },
        ),
        "ranking": ("Inputs by use", {"input": single.NAMES, "Σ|w| over its links": a["rank_value"]}),
        "predicted": (
            "Predicted against true: training",
            {"true y": single.PLANE["target_train"], "predicted y": a["pred_train"]},
        ),
        "histograms": (
            "Number of weights from each edge to the next; the outermost hold all beyond",
            {"weight from": a["hist_x"][:-1], "layer 1": a["hist_count"][0], "output": a["hist_count"][1]},
        ),
        "histograms zero": (
            "Weights that are exactly zero",
            {"layer": LAYERS, "share of the layer": a["zero_share"]},
        ),
        "sparsity": (
            "Number of weights",
            {
                "layer": LAYERS,
                "exactly zero": a["n_zero"],
                "|w| < 0.001": a["n_small"],
                "the rest": a["n_rest"],
            },
        ),
    }


def test_single_network(page: Page) -> None:
    arrays = single.make_arrays()
    for name, (caption, expected) in single_cases().items():
        figure = single.PLOTS[name.split()[0]](arrays)
        if name == "losses":
            table = next(t for t in read(page, figure, arrays) if len(t["rows"]) == 5)
            assert table["caption"] == caption and table["heads"] == list(expected)
            for head, values in expected.items():
                np.testing.assert_allclose(numbers(column_of(table, head)), values, rtol=6e-4)
            continue
        check(page, figure, arrays, caption, expected)


def test_links_and_matrices_tell_weights(page: Page) -> None:
    arrays = single.make_arrays()
    table = find(read(page, single.PLOTS["diagram"](arrays), arrays), "Weights of the links")
    np.testing.assert_allclose(
        numbers(column_of(table, "weight")), np.concatenate([w.ravel() for w in single.WEIGHTS]), rtol=6e-4
    )
    assert table["rows"][1][0] == "input 1 → layer 1, unit 2"
    assert table["rows"][-1][0] == "layer 1, unit 4 → layer 2, unit 1"
    [picture] = read(page, single.PLOTS["matrices"](arrays), arrays)
    assert picture["heads"][1:] == [*(f"layer 1, unit {i}" for i in range(1, 5)), "layer 2, unit 1"]
    np.testing.assert_allclose(numbers(picture["rows"][0][1:5]), single.WEIGHTS[0][0], rtol=6e-4)
    assert [row[0] for row in picture["rows"]] == [f"unit {i}" for i in range(1, 5)]
    np.testing.assert_allclose(numbers(column_of(picture, "layer 2, unit 1")), single.WEIGHTS[1][:, 0], rtol=6e-4)


def test_pictures_tell_values_at_places(page: Page) -> None:
    arrays = single.make_arrays()
    arrays["map"] = np.arange(36.0).reshape(6, 6) / 36
    [*_, picture] = read(page, single.PLOTS["binary"](arrays), arrays)
    assert picture["caption"] == "The decision map: probability of c1" and picture["heads"][0] == "y \\ x"
    np.testing.assert_allclose(numbers(picture["heads"][1:]), np.linspace(-1, 1, 6), atol=1e-3)
    np.testing.assert_allclose(numbers([row[0] for row in picture["rows"]]), np.linspace(1, -1, 6), atol=1e-3)
    np.testing.assert_allclose(numbers(picture["rows"][0][1:]), arrays["map"][-1], rtol=1e-3)
    arrays["map"] = np.full((6, 6), 1 + 0.999 * 0.4)  # the second of three classes, 40 % of the way from 1/3 to sure
    [*_, picture] = read(page, single.PLOTS["three"](arrays), arrays)
    assert set(picture["rows"][2][1:]) == {"c1 60 %"}


def test_a_map_in_colours_tells_values(page: Page) -> None:
    arrays = single.make_arrays()
    figure = single.PLOTS["binary"](arrays)
    figure.layout.meta = {
        **figure.layout.meta,
        "images": [in_levels(image) for image in figure.layout.meta["images"]],
    }
    arrays["map"] = to_levels(np.full((6, 6), 0.7), (0.0, 1.0))
    [*_, picture] = read(page, figure, arrays)
    assert float(picture["rows"][0][1]) == pytest.approx(0.7, abs=1 / 255)


def test_fields_tell_their_own_numbers(page: Page) -> None:
    arrays = single.make_arrays()
    [table] = read(page, single.PLOTS["confusion"](arrays), arrays)
    assert table["heads"] == ["true \\ predicted", "a", "b"] and table["rows"] == [["a", "3", "1"], ["b", "0", "4"]]
    assert "number of rows" in table["caption"]
    [table] = read(page, single.PLOTS["pixels"](arrays), arrays)
    assert "sum of |w|" in table["caption"] and numbers(table["rows"][3][1:]) == np.eye(8)[3].tolist()
    arrays = path.make_arrays()
    [table] = read(page, path.PLOTS["grid"](arrays), arrays)
    assert table["heads"] == ["learning rate \\ λ", *path.TEXTS] and "validation loss" in table["caption"]
    np.testing.assert_allclose([numbers(row[1:]) for row in table["rows"]], arrays["grid_val"], rtol=6e-4)
    arrays = side.make_arrays()
    contour = read(page, side.PLOTS["geometry"](arrays), arrays)[0]
    assert contour["heads"][0] == "second weight \\ first weight" and "training loss" in contour["caption"]
    np.testing.assert_allclose([numbers(row[1:]) for row in contour["rows"]], arrays["geometry_loss"], rtol=6e-4)


def test_path_figures(page: Page) -> None:
    a = path.make_arrays()
    tables = read(page, path.PLOTS["losses"](a), a)
    main = tables[0]
    assert main["heads"][1:] == ["training", "validation", "overfits", "fits", "underfits", "non-zero weights"]
    assert column_of(main, main["heads"][0]) == path.TEXTS
    np.testing.assert_allclose(numbers(column_of(main, "validation")), a["path_val"], rtol=6e-4)
    assert column_of(main, "overfits") == ["yes", "yes", "", "", ""]
    assert column_of(main, "underfits") == ["", "", "", "yes", ""]
    np.testing.assert_allclose(numbers(column_of(main, "non-zero weights")), a["path_top"])
    assert find(tables, "Loss against λ: diverged")["rows"] == [["1", "yes"]]
    [table] = read(page, path.PLOTS["weights"](a), a)[:1]
    curves = np.arange(45.0).reshape(9, 5)
    for layer, of in (("layer 1", curves[:6]), ("output", curves[6:])):
        for i, curve in enumerate(of):
            np.testing.assert_allclose(numbers(column_of(table, f"{layer} {i + 1}")), curve)
    assert "weight" in table["caption"]
    [table] = read(page, path.PLOTS["inputs"](a), a)
    np.testing.assert_allclose(numbers(column_of(table, "age")), a["path_inputs"][0])
    [table] = read(page, path.PLOTS["sparsity"](a), a)
    np.testing.assert_allclose(numbers(column_of(table, "layer 1")), a["path_nonzero"][0])
    assert "weights that are not zero" in table["caption"]


def test_cross_validation_figures(page: Page) -> None:
    a = path.make_arrays()
    tables = read(page, path.PLOTS["cv"](a), a)
    main = tables[0]
    assert main["heads"][1:] == ["mean", "standard error", "non-zero weights", "single folds 1", "single folds 2"]
    np.testing.assert_allclose(numbers(column_of(main, "mean")), a["cv_mean"], rtol=6e-4)
    np.testing.assert_allclose(numbers(column_of(main, "standard error")), a["cv_se"], rtol=6e-4)
    np.testing.assert_allclose(numbers(column_of(main, "single folds 2")), path.FOLDS[:, 1])
    lost = find(tables, "Cross-validated loss against λ: folds that diverged")
    assert lost["rows"] == [["0.1", "1"], ["1", "2"]]
    [table] = read(page, path.PLOTS["folds"](a), a)
    assert table["heads"] == ["row", "held out in fold", "class"]
    assert table["rows"] == [["1", "1", "a"], ["2", "2", "a"], ["3", "1", "b"], ["4", "2", "b"]]
    [table] = read(page, path.PLOTS["test"](a), a)
    assert table["heads"][1:] == ["training loss", "test loss", "standard error"]
    assert [row[0] for row in table["rows"]] == ["chosen λ = 0.1", "no penalty λ = 0"]
    np.testing.assert_allclose(numbers(column_of(table, "test loss")), path.TEST["test_loss"])
    tables = read(page, path.PLOTS["fold_curves"](a), a)
    np.testing.assert_allclose(numbers(column_of(tables[0], "validation")), a["fold_val"][1])
    assert flat_lines(path.CURVES[1] + 1).size == a["fold_lines"].shape[1]
    np.testing.assert_allclose(numbers(column_of(tables[0], "single folds 1")), path.CURVES[1, 0] + 1)
    [table] = read(page, path.PLOTS["refit"](a), a)
    np.testing.assert_allclose(numbers(column_of(table, "chosen")), a["refit_loss"][0])


def test_side_by_side_figures(page: Page) -> None:
    a = side.make_arrays()
    labels = [label for _, label in side.V]
    for name, array in (("val_loss", "val_loss"), ("gap", "gap"), ("norm", "weight_norm")):
        table = next(t for t in read(page, side.PLOTS[name](a), a) if len(t["rows"]) == 4)
        assert table["heads"][0] == "epoch" and set(labels) <= set(table["heads"])
        for v, label in enumerate(labels):
            np.testing.assert_allclose(numbers(column_of(table, label)), a[array][v], rtol=6e-4)
    marks = next(t for t in read(page, side.PLOTS["val_loss"](a), a) if "λ₂ → 0.003" in t["rows"][0])
    assert marks["rows"] == [["2", "0.5", "λ₂ → 0.003"]]
    caption = "Share of the weights from each edge to the next; the outermost hold all beyond"
    shares = {label: a["overlay_share"][v][:-1] for v, label in enumerate(labels)}
    check(page, side.PLOTS["overlay"](a), a, caption, {"weight from": a["overlay_x"][0][:-1], **shares})
    check(
        page, side.PLOTS["overlay"](a), a, "Weights that are exactly zero",
        {"penalty": labels, "share of the weights": a["overlay_zero"]},
    )  # fmt: skip


def test_remedies_and_features(page: Page) -> None:
    a = side.make_arrays()
    remedies = [label for _, label in side.R]
    medians = {part: a[f"ablation_{part}_median"] for part in ("val", "test")}
    check(
        page, side.PLOTS["ablation"](a), a, "Median over the starts, mean loss per row",
        {"remedy": remedies, "validation loss": medians["val"], "test loss": medians["test"]},
    )  # fmt: skip
    starts = [f"{label}, start {k}" for label in remedies for k in range(1, 5)]
    check(
        page, side.PLOTS["ablation"](a), a, "Every start, mean loss per row",
        {"remedy": starts, "validation loss": a["ablation_val_x"], "test loss": a["ablation_test_x"]},
    )  # fmt: skip
    table = read(page, side.PLOTS["noise_loss"](a), a)[0]
    assert table["heads"][0] == "wrong training labels (%)" and column_of(table, table["heads"][0]) == ["0", "50"]
    np.testing.assert_allclose(numbers(column_of(table, "Both")), a["noise_val_loss"][2], rtol=6e-4)
    check(
        page, side.PLOTS["inputs"](a), a, "Inputs in use",
        {"input": side.NAMES, "role": side.ROLES, "Σ|w| over its links (0: out)": a["input_strength"][1]},
    )  # fmt: skip
    check(
        page, side.PLOTS["unknown"](a), a, "Inputs in use",
        {"input": side.NAMES, "Σ|w| over its links (0: out)": a["input_strength"][1]},
    )  # fmt: skip
    tables = read(page, side.PLOTS["scores"](a), a)
    np.testing.assert_allclose(numbers(column_of(tables[0], "L1 recall")), a["score_l1_recall"])
    assert any(t["caption"].endswith("diverged") and t["rows"] == [["0.1", "yes"]] for t in tables)
    for name, array in (("in_use", "in_use_l2"), ("twins", "twin_l2")):
        np.testing.assert_allclose(numbers(column_of(read(page, side.PLOTS[name](a), a)[0], "L2")), a[array])


def test_every_figure_has_a_table_and_no_place_on_the_paper_in_it(page: Page) -> None:
    for module in (single, path, side):
        arrays = module.make_arrays()
        for name, plot in module.PLOTS.items():
            tables = read(page, plot(arrays), arrays)
            assert tables and all(table["rows"] for table in tables), name
            said = " ".join(head for table in tables for head in table["heads"])
            assert not any(word in said for word in ("baseline", "share (%)", "you are here", "regions", "corner")), (
                name
            )

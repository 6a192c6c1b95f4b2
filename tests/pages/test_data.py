"""Own data: from a file to a run on every page, each decision overruled, and nothing of it anywhere but in this session."""

import gc
import weakref

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.data.own import OWN
from core.stream.commands import Run
from pages.parts.data.columns import bins_of, end_in_words
from pages.parts.data.ways import OFFERED, preview
from pages.shared import tables
from tests.pages.app import close, job, now, open_link, run, said
from tests.pages.shared.test_say import UNESCAPED

ROWS = "x,c,note,y\n" + "".join(f"{i * 7 % 31},{'uvw'[i % 3]},n{i},{'ab'[i * i % 5 % 2]}\n" for i in range(120))
PAGES = ("playground.py", "path.py", "cv.py", "compare.py", "remedies.py", "features.py", "bias_variance.py")
SMALL = {
    "n_epochs": 3,
    "hidden_sizes": (4,),
    "values": (0.0, 0.1),
    "n_splits": 3,
    "n_train": 20,
    "n_remedy_starts": 1,
    "n_sets": 3,
    "n_set_starts": 2,
}


def opened(name: str = "shelter.csv", **link: str) -> AppTest:
    """Open the page with a sample."""
    page = open_link("data.py", link)
    page.button(key=f"data.open.{name}").click()
    return run(page)


def pasted(text: str, **link: str) -> AppTest:
    """Open the page with pasted rows."""
    page = open_link("data.py", link)
    page.text_area(key="data.text.0").set_value(text)
    run(page)
    page.button(key="data.paste").click()
    return run(page)


def trained_on(page: AppTest) -> AppTest:
    """Press "Train on this": another page is shown, with the table for its data."""
    page.button(key="data.train").click()
    run(page)
    assert now(page).data.name == OWN
    return page


def table_of(page: AppTest):
    return page.session_state["data.opened"].table


def sentences(page: AppTest) -> str:
    elements = [*page.markdown, *page.caption, *page.warning, *page.error, *page.info]
    return " ".join(said(element) for element in elements)


@pytest.mark.parametrize("name", OFFERED)
def test_a_sample_is_understood_and_says_so(name):
    page = opened(name)
    table = table_of(page)
    assert not table.problem and not page.error
    for sentence in (*table.decisions, *table.warnings):
        assert sentence in sentences(page)
    for column in table.columns:
        assert column.name in sentences(page)
    assert "never written to a disk" in sentences(page)
    trained_on(page)
    close(page)


def test_each_decision_has_its_widget():
    page = pasted(ROWS)
    assert [c.kind for c in table_of(page).columns] == ["number", "category", "text", "category"]
    page.selectbox(key="data.kind.0").set_value("category")
    assert table_of(run(page)).columns[0].kind == "category"
    page.checkbox(key="data.input.1").uncheck()
    assert not table_of(run(page)).columns[1].is_input
    page.selectbox(key="data.target").set_value(0)
    assert table_of(run(page)).target_name == "x"
    assert page.error[0].value.startswith("target")  # 31 different words are too many classes
    assert page.button(key="data.train").disabled
    page.selectbox(key="data.target").set_value(3)
    assert table_of(run(page)).target_name == "y" and not page.error
    page.checkbox(key="data.header").uncheck()
    assert table_of(run(page)).columns[0].name == "column 1"


def test_what_cannot_be_chosen_is_said_and_changes_nothing():
    page = pasted(ROWS)
    before = table_of(page)
    page.selectbox(key="data.kind.2").set_value("number")
    run(page)
    assert said(page.error[0]) == "kinds: expected numbers in 'note', received texts such as 'n0'"
    assert table_of(page) is before
    assert next(box.value for box in page.selectbox if box.key.startswith("data.kind.2")) == "text"


def test_rows_are_divided_by_groups_and_by_time():
    page = opened("sleep_groups.csv")
    page.selectbox(key="data.division").set_value("by whole groups")
    assert table_of(run(page)).groups and "no group is on two sides" in sentences(page)
    page.selectbox(key="data.division").set_value("by time")
    assert table_of(run(page)).days is not None and "Rows are divided by time" in sentences(page)
    trained_on(page)
    assert now(page).data.reading == "time-2"
    close(page)


@pytest.mark.parametrize("script", PAGES)
@pytest.mark.parametrize("name", ["shelter.csv", "concrete.csv"])
def test_every_page_trains_on_it(script, name):
    page = trained_on(opened(name))
    page.session_state["lab.experiment"] = now(page).replace(**SMALL)
    page.switch_page(script)
    page.query_params.clear()
    run(page)
    assert not page.error and now(page).data.name == OWN
    slot = "run" if script == "playground.py" else "study"
    found = job(page, slot)
    found.send(Run())
    snapshot = found.wait(-1, 60)
    while snapshot.meta["state"] != "finished":
        snapshot = found.wait(snapshot.version, 60)
        assert snapshot is not None and not found.error
    run(page)
    assert not page.error
    close(page)


CURVE = "size,price\n" + "".join(f"{i * 7 % 101},{i * i % 97}\n" for i in range(120))
PLANE = "size,age,kind\n" + "".join(f"{i * 7 % 101},{i * 3 % 29},{'abc'[i * i % 7 % 3]}\n" for i in range(120))


@pytest.mark.parametrize("script", PAGES)
@pytest.mark.parametrize("rows", [CURVE, PLANE], ids=["curve", "map"])
def test_every_page_draws_one_or_two_numbers(script, rows):
    page = trained_on(pasted(rows))
    page.session_state["lab.experiment"] = now(page).replace(**SMALL)
    page.switch_page(script)
    page.query_params.clear()
    run(page)
    found = job(page, "run" if script == "playground.py" else "study")
    assert not page.error and found is not None and not found.error
    last = found.latest or found.wait(-1, 60)
    found.send(Run())
    while last.meta["state"] != "finished":
        last = found.wait(last.version, 60)
        assert last is not None and not found.error
    close(page)


@pytest.mark.parametrize("script", ["double_descent.py", "peeking.py"])
def test_pages_of_their_own_data_open_beside_it(script):
    page = trained_on(opened("shelter.csv"))
    page.switch_page(script)
    page.query_params.clear()
    run(page)
    assert not page.error
    close(page)


@pytest.mark.parametrize("divided", ["by whole groups", "by time"])
def test_a_cross_validation_keeps_groups_and_time(divided):
    page = opened("sleep_groups.csv")
    page.selectbox(key="data.division").set_value(divided)
    page = trained_on(run(page))
    page.session_state["lab.experiment"] = now(page).replace(**SMALL)
    page.switch_page("cv.py")
    page.query_params.clear()
    run(page)
    assert job(page).latest is not None and not page.error
    assert ("no group is on both sides" if divided == "by whole groups" else "folds run forward") in sentences(page)
    close(page)


def test_a_link_asks_for_the_file_and_knows_it():
    first = pasted(ROWS)
    first.selectbox(key="data.kind.0").set_value("category")
    trained_on(run(first))
    link = now(first).to_query()
    elsewhere = open_link("playground.py", link)  # while the first session still has it open
    assert f"of hash {link['table']}, that is not open in this browser tab" in sentences(elsewhere)
    assert job(elsewhere, "run") is None
    page = open_link("data.py", link)
    assert f"about a file of hash {link['table']}: open the same file here" in sentences(page)
    other = opened("concrete.csv", **link)
    assert "This is another file than that of the link" in sentences(other)
    same = pasted(ROWS, **link)
    assert "This is the file of the link" in sentences(same)
    assert table_of(same).columns[0].kind == "category"
    trained_on(same)
    assert now(same).data.reading == link["reading"] and job(same, "run") is not None
    for each in (first, same):
        close(each)


def test_a_file_is_uploaded_and_what_was_sent_is_dropped():
    page = open_link("data.py", {})
    page.file_uploader[0].set_value(("own.csv", ROWS.encode(), "text/csv"))
    run(page)
    assert table_of(page).name == "own.csv" and not page.file_uploader


def test_a_file_that_is_no_table_gets_its_sentence_and_the_ways_in_stay():
    page = open_link("data.py", {})
    page.file_uploader[0].set_value(("own.csv", b"PK\x03\x04" + b"0" * 99, "text/csv"))
    run(page)
    assert said(page.error[0]).startswith("file: expected a table of text (CSV), received an Excel or zip file")
    assert len(page.file_uploader) == 1 and not run(page).error


HOSTILE = [
    "![i](http://evil.test/i.png)",
    "<script>evil</script>",
    "$evil^2$",
    ":red[evil]",
    "=evil|",
    "evil &lt;b&gt; _evil_",
]


def test_names_and_words_of_a_file_are_text_everywhere():
    head = ",".join(HOSTILE) + ",y\n"
    body = "".join(",".join(str(i * k % 13 + 0.5) for k in range(1, 7)) + f",{HOSTILE[i % 2]}\n" for i in range(80))
    page = pasted(head + body)
    assert not page.error and len(table_of(page).columns) == 7
    shown = [element.value for element in (*page.markdown, *page.caption, *page.warning) if "evil" in element.value]
    assert len(shown) >= 7
    for text in shown:
        assert not UNESCAPED.search(text.replace("**", "").replace("\n- ", " ")), text
    for html in page.get("html"):
        assert "<script" not in html.proto.body and "<b>evil" not in html.proto.body
    trained_on(page)
    close(page)


def test_the_preview_shows_every_text_as_a_text_and_no_cell_at_length():
    html = preview(["<b>evil", "עברית"], [["1", "x" * 1_000_000], [None, "<script>"]])
    assert (
        "&lt;b&gt;evil</th>" in html and "&lt;script&gt;</td>" in html and "<b>" not in html and "<script" not in html
    )
    assert html.count("<tr>") == 3 and html.count('scope="col" dir="auto"') == 2 and len(html) < 3000


def test_a_file_is_opened_while_a_run_trains_and_the_run_goes_on():
    page = trained_on(pasted(ROWS))
    found = job(page, "run")
    found.send(Run())
    while found.latest is None or found.latest.meta["epoch"] < 1:
        found.wait(found.latest.version if found.latest else -1, 60)
    page.switch_page("data.py")
    run(page)
    page.button(key="data.close").click()
    run(page)
    page.button(key="data.open.concrete.csv").click()
    run(page)
    assert table_of(page).name == "concrete.csv" and job(page, "run") is found and not found.error
    page.switch_page("playground.py")
    assert job(run(page), "run") is found  # until the new table is trained on
    close(page)


def test_a_changed_file_is_another_table_and_a_new_run():
    page = trained_on(pasted(ROWS))
    first = job(page, "run")
    page.switch_page("data.py")
    run(page)
    page.button(key="data.close").click()
    run(page)
    page.text_area[0].set_value(ROWS + "3,u,m,a\n")
    run(page)
    page.button(key="data.paste").click()
    trained_on(run(page))
    assert job(page, "run") is not first
    close(page)


def test_a_session_keeps_a_few_tables_and_they_go_with_it():
    page = trained_on(pasted(ROWS))
    close(page)
    for i in range(tables.MAX_KEPT):
        page.switch_page("data.py")
        run(page)
        page.button(key="data.close").click()
        run(page)
        page.text_area[0].set_value(ROWS + f"{i},u,m,a\n")
        run(page)
        page.button(key="data.paste").click()
        trained_on(run(page))
        close(page)
    kept = page.session_state["lab.tables"]
    assert len(kept) == tables.MAX_KEPT
    watched = [weakref.ref(table) for table in kept.values()]
    del kept, page
    gc.collect()
    assert [ref() for ref in watched] == [None] * tables.MAX_KEPT


def test_a_run_on_it_is_not_put_away_on_the_disk():
    page = trained_on(pasted(ROWS))
    assert job(page, "run").mailbox.put_away is None
    close(page)


def test_a_file_with_rows_that_do_not_fit_is_read_without_them_at_a_press():
    page = pasted("x,y\n" + "".join(f"{i % 7},{i * i % 97}{',5' * (i == 50)}\n" for i in range(100)))
    assert "received 3 in row 52" in sentences(page)
    page.button(key="data.drop").click()
    run(page)
    assert table_of(page).n_rows == 99 and "1 row was left out as you chose" in sentences(page)
    assert [box.value for box in page.checkbox if box.label == "Leave the rows out that do not fit"] == [True]
    close(page)


def test_rows_of_a_class_too_rare_are_left_out_at_a_press():
    page = pasted("x,y\n" + "".join(f"{i % 7},{'Yes' if i == 5 else ['yes', 'no'][i % 2]}\n" for i in range(100)))
    assert page.button(key="data.train").disabled
    page.button(key="data.drop.rare").click()
    run(page)
    assert table_of(page).n_rows == 99 and not page.button(key="data.train").disabled
    trained_on(page)
    close(page)


def test_what_was_chosen_of_the_target_stays_chosen_where_it_cannot_be():
    page = pasted("x,y\n" + "".join(f"{i % 7},{'abc'[i % 3]}\n" for i in range(100)))
    (kind,) = [box for box in page.selectbox if box.label == "It is"]
    kind.select("values")
    run(page)
    (kind,) = [box for box in page.selectbox if box.label == "It is"]
    assert kind.value == "regression" and "received the words of" in sentences(page)
    close(page)


def test_the_preview_shows_rows_with_a_target_the_target_first():
    page = pasted("x,y\n" + "".join(f"x{i % 50},{i * i % 97 if i > 2 else ''}\n" for i in range(100)))
    (table,) = [
        one.proto.body for one in page.get("html") if "First rows" in one.proto.body or "<thead>" in one.proto.body
    ]
    assert table.index(">y<") < table.index(">x<") and ">9</td>" in table and ">x2</td>" not in table
    close(page)


def test_whole_numbers_fall_evenly_into_the_bins_of_a_card():
    counts, edges = np.histogram(np.repeat(np.arange(40), 3), bins_of(np.repeat(np.arange(40), 3)))
    assert len(counts) <= 24 and set(counts[:-1]) == {6} and edges[0] == -0.5
    assert len(bins_of(np.array([0.5, 1.5]))) == 25 and end_in_words(50913.0) == "50,913"


def test_a_card_says_how_many_words_it_does_not_show():
    page = pasted("c,y\n" + "".join(f"{'abcdefg'[i % 7]},{i * i % 97}\n" for i in range(140)))
    cards = [one.proto.body for one in page.get("html") if "and 4 more" in one.proto.body]
    assert len(cards) == 1 and "57%" in cards[0]
    close(page)

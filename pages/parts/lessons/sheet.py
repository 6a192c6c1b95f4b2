"""A lesson's sheet for the lecturer, to be printed: aim, minutes, options and what each reveals, a question to ask, the picture."""

import json
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from html import escape
from math import ceil, floor, log10
from typing import Any

import streamlit as st

from core.lessons.lesson import Explain, Lesson, Observe, Predict, Question, Run, Try, Worked, mixed
from core.settings.colors import BLUE, GREEN, GREY, ORANGE
from core.words import joined, say
from pages.parts.lessons import place
from pages.shared.language import tr, worded
from pages.shared.stage import ASSETS

COLORS = (BLUE, ORANGE, GREEN, GREY)
DASHES = ("", "7 4", "2 3", "9 3 2 3")
WIDE, HIGH, LEFT, BELOW, TOP, RIGHT = 620, 240, 62, 46, 8, 130  # px of the picture, and what stands around it
# On paper: one page, no navigation, nothing that scrolls, black on white, no row torn in two.
STYLE = """<style>
.lesson-sheet table {width: 100%; border-collapse: collapse; font-size: 0.95rem}
.lesson-sheet th, .lesson-sheet td {text-align: left; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0;
  border-bottom: 1px solid rgba(128, 128, 128, 0.4)}
.lesson-sheet td:first-child {width: 46%}
.lesson-picture {max-width: 100%; height: auto}
@media print {
  @page {margin: 1.2cm}
  html {font-size: 11px !important}
  [data-testid=stMarkdownContainer], .lesson-sheet {line-height: 1.3 !important}
  [data-testid=stMarkdownContainer] p {margin: 0 0 0.25rem !important}
  [data-testid=stMarkdownContainer] :is(th, td) {padding: 0.1rem 0.6rem !important}
  [data-testid=stVerticalBlock] {gap: 0.35rem !important}
  .lesson-sheet th, .lesson-sheet td {padding: 0.12rem 0.6rem 0.12rem 0}
  h2, h3 {padding: 0.2rem 0 0 !important}
  .katex-display {margin: 0.2rem 0 !important}
  .lesson-picture {height: 4.8cm}
  [data-testid=stHeader], [data-testid=stToolbar], [data-testid=stSidebar], .st-key-lessons-no-print {display: none !important}
  html, body, #root, .stApp, [data-testid=stAppViewContainer], [data-testid=stMain], [data-testid=stMainBlockContainer] {
    position: static !important; height: auto !important; overflow: visible !important; background: white !important;
    color: black !important}
  [data-testid=stMainBlockContainer] {padding: 0 !important}
  [data-testid=stMarkdownContainer], .lesson-sheet {color: black !important}
  tr, img {break-inside: avoid}
  h3 {break-after: avoid}
}
</style>"""
HOW = say("Print this page with the browser (Ctrl or ⌘ + P).")
COUNTED = say("In five draws ({n} of 5 came out so): {measured}")
INK = "#7A7A7A"  # to be read on white and on black
REVEALS_NOTHING = say("no mistake: so it usually comes out")


@cache
def kept() -> dict[str, Any]:
    """Return what was measured for the sheets, made by `core/lessons/pictures.py`."""
    found: dict[str, Any] = json.loads((ASSETS / "lessons.json").read_text(encoding="utf-8"))
    return found


def show_sheet(lesson: Lesson) -> None:
    """Show the sheet of a lesson."""
    st.html(STYLE)
    with st.container(key="lessons-no-print", horizontal=True, vertical_alignment="center"):
        st.button(
            tr("All lessons"),
            key="lessons.all",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=place.go,
            args=(None,),
        )
        st.button(tr("Open the lesson"), key="lessons.open", on_click=place.go, args=(place.Place(lesson.key),))
        st.caption(worded(HOW), width="content")
    st.header(tr("{title}: sheet for the lecturer", title=lesson.title), anchor=False)
    st.markdown(
        tr(
            "**Aim.** {aim}  \n**Time.** {minutes} minutes, {n_steps} steps.",
            aim=lesson.aim,
            minutes=lesson.minutes,
            n_steps=len(lesson.steps),
        )
    )
    st.markdown(tr("**Ask the room.** *{ask}*", ask=lesson.ask))
    measured = kept()[lesson.key]
    for number, step in enumerate(lesson.steps):
        st.markdown(f"### {number + 1}. {worded(step.title if not isinstance(step, Try) else say('Try'))}")
        match step:
            case Predict() | Observe():
                show_options(step.question, mixed(lesson, number), measured["asked"][str(number)])
            case Explain():
                st.markdown(worded(step.text))
                st.latex(step.formula)
            case Worked() | Run():
                st.markdown(worded(step.text))
            case Try():
                show_goal(step, measured["goals"][str(number)])
    st.markdown(tr("### The expected picture"))
    picture = measured["picture"]
    told = tr("{title}: {y} against {x}", title=lesson.title, y=picture["y"], x=picture["x"] or say("what was changed"))
    drawn = b64encode(svg(picture).encode()).decode()
    st.html(f'<img class="lesson-picture" src="data:image/svg+xml;base64,{drawn}" alt="{escape(told)}">')
    st.caption(told)


def show_goal(step: Try, text: str) -> None:
    """Show a goal, with the numbers of the first draw, and how it is reached. text: as the record of that draw has it."""
    picks = joined(step.picks.values(), " · ")
    st.markdown(worded(joined([text, step.hint or picks])))


def show_options(question: Question, keys: Sequence[str], measured: dict[str, Any]) -> None:
    """Show a question with its options in this order, what each reveals, and what was measured."""
    st.markdown(worded(question.text))
    n = measured["answers"].count(question.intended)
    rows = "".join(
        f"<tr><td>{escape(worded(option.text))}</td><td>{escape(worded(option.reveals or REVEALS_NOTHING))}</td></tr>"
        for option in map(question.option, keys)
    )
    heads = f"<tr><th>{tr('Answer')}</th><th>{tr('What it shows of whoever gives it')}</th></tr>"
    st.html(f'<div class="lesson-sheet"><table><thead>{heads}</thead><tbody>{rows}</tbody></table></div>')
    st.caption(worded(COUNTED.format(n=n, measured=measured["measured"])))


def svg(picture: dict[str, Any]) -> str:
    """Return a picture as SVG: lines with their names at the right, or bars."""
    lines = picture["lines"]
    xs, ys = ([point[i] for line in lines for point in line["points"]] for i in (0, 1))
    is_bars = bool(picture.get("is_bars"))
    low, high = min(0.0, *ys), max(ys) * 1.05 or 1.0
    x_low, x_high = (min(xs) - 0.6, max(xs) + 0.6) if is_bars else (min(xs), max(xs))

    def place_of(x: float, y: float) -> str:
        across = LEFT + (x - x_low) / (x_high - x_low) * (WIDE - LEFT - (8 if is_bars else RIGHT))
        return f"{across:.1f},{TOP + (high - y) / (high - low) * (HIGH - TOP - BELOW):.1f}"

    body = axes(picture, place_of, (x_low, x_high), (low, high), is_bars)
    body += bars(lines, place_of) if is_bars else curves(lines, place_of)
    size = f'viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="12" font-family="sans-serif">{body}</svg>'


def axes(picture: dict[str, Any], place_of: Any, across: Sequence[float], up: Sequence[float], is_bars: bool) -> str:
    """Return the axes with their labels."""
    bottom, left = HIGH - BELOW, LEFT
    parts = [f'<path d="M{left},{TOP}V{bottom}H{WIDE - (8 if is_bars else RIGHT)}" fill="none" stroke="{INK}"/>']
    for y in round_ticks(*up):
        height = place_of(across[0], y).split(",")[1]
        parts.append(f'<text x="{left - 6}" y="{height}" dy="4" text-anchor="end" fill="{INK}">{y:.3g}</text>')
    ticks = picture["ticks"] or ([] if is_bars else [[x, f"{x:,.0f}"] for x in (across[0], sum(across) / 2, across[1])])
    for x, text in ticks:
        at = place_of(x, up[0]).split(",")[0]
        parts.append(f'<text x="{at}" y="{bottom + 15}" text-anchor="middle" fill="{INK}">{escape(str(text))}</text>')
    middle = (left + WIDE - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HIGH - 8}" text-anchor="middle" fill="{INK}">{escape(picture["x"])}</text>')
    turned = f'transform="rotate(-90 12 {bottom / 2})"'
    parts.append(
        f'<text x="12" y="{bottom / 2}" {turned} text-anchor="middle" fill="{INK}">{escape(picture["y"])}</text>'
    )
    return "".join(parts)


def round_ticks(low: float, high: float) -> list[float]:
    """Return two to six round numbers from low to high, in steps of 1, 2 or 5 times a power of ten; low is at most 0."""
    step = 10.0 ** floor(log10((high - low) / 2))
    step = next(step * times for times in (5, 2, 1) if (high - low) / (step * times) >= 2)
    return [i * step for i in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def curves(lines: Sequence[dict[str, Any]], place_of: Any) -> str:
    """Return lines, each with its name at a place of its own at the right."""
    parts = []
    for i, line in enumerate(lines):
        color, dash = COLORS[i % len(COLORS)], DASHES[i % len(DASHES)]
        points, y = " ".join(place_of(*point) for point in line["points"]), TOP + 14 + 20 * i
        style = f'fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}"'
        parts.append(say('<polyline points="{points}" {style}/>', points=points, style=style))
        parts.append(f'<path d="M{WIDE - RIGHT + 8},{y - 4}h24" {style}/>')
        parts.append(f'<text x="{WIDE - RIGHT + 38}" y="{y}" fill="{INK}">{escape(line["label"])}</text>')
    return "".join(parts)


def bars(lines: Sequence[dict[str, Any]], place_of: Any) -> str:
    """Return one bar for each line, with its number above and its name below, on two heights in turn."""
    parts = []
    for i, line in enumerate(lines):
        (x, ground), (_, top) = line["points"]
        at, low = place_of(x, ground).split(",")
        high = place_of(x, top).split(",")[1]
        parts.append(f'<path d="M{at},{low}V{high}" stroke="{BLUE}" stroke-width="30"/>')
        parts.append(f'<text x="{at}" y="{float(high) - 3:.1f}" text-anchor="middle" fill="{INK}">{top:.3g}</text>')
        name, y = escape(line["label"]), HIGH - BELOW + 16 + 14 * (i % 2)
        parts.append(f'<text x="{at}" y="{y}" text-anchor="middle" fill="{INK}">{name}</text>')
    return "".join(parts)

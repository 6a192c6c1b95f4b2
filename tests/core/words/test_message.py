"""A message is its English text, and the same sentence in any other language, however it travels."""

import copy
import json
import pickle
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from core.words import PSEUDO, Message, in_language, joined, language, lowered, message, raised, say, say_n

# A catalogue of Polish, which has three forms of number, and decimal commas.
POLISH = {
    "weights": "wagi",
    "Loss {loss:,.2f}": "Strata {loss:,.2f}",
    "{n:,} of {total:,} {what}": "{what}: {n:,} z {total:,}",
    ("{n:,} row", "{n:,} rows"): ("{n:,} wiersz", "{n:,} wiersze", "{n:,} wierszy"),
    "Width": "Szerokość",
}


@pytest.fixture
def polish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a language with a catalogue that Babel has written."""
    catalogue = Catalog(locale="pl")
    for ours, theirs in POLISH.items():
        catalogue.add(ours, theirs)
    place = tmp_path / "pl" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "lab.mo").open("wb") as file:
        write_mo(file, catalogue)
    found = language.catalogue_of("pl", tmp_path)
    monkeypatch.setattr(language, "catalogue_of", lambda *_: found)
    monkeypatch.setattr(language, "MARKS", {"pl": (",", "\u00a0")})
    return "pl"


def test_a_message_is_its_english_text() -> None:
    said = say("{n:,} of {total:,} weights", n=12, total=4224)
    assert said == "12 of 4,224 weights" and isinstance(said, str) and f"{said}!" == "12 of 4,224 weights!"
    assert (said.template, said.values) == ("{n:,} of {total:,} weights", {"n": 12, "total": 4224})
    assert json.dumps({"said": said}) == '{"said": "12 of 4,224 weights"}'


def test_a_template_without_values_is_taken_as_it_stands() -> None:
    assert say("a {brace} and a %").text(PSEUDO).startswith("⟦a {brace} and a %")


def test_template_numbers_and_messages_within_are_those_of_the_language(polish: str) -> None:
    assert say("Loss {loss:,.2f}", loss=1234.5).text(polish) == "Strata 1\u00a0234,50"
    said = say("{n:,} of {total:,} {what}", n=12, total=4224, what=say("weights"))
    assert said == "12 of 4,224 weights"
    assert said.text(polish) == "wagi: 12 z 4\u00a0224"
    assert say("Not in the catalogue").text(polish) == "Not in the catalogue"


@pytest.mark.parametrize(("n", "expected"), [(1, "1 wiersz"), (3, "3 wiersze"), (5, "5 wierszy"), (22, "22 wiersze")])
def test_the_form_of_number_is_the_languages_own(polish: str, n: int, expected: str) -> None:
    said = say_n("{n:,} row", "{n:,} rows", n)
    assert said.text(polish) == expected
    assert said == ("1 row" if n == 1 else f"{n} rows")


def test_what_is_made_of_messages_is_a_message(polish: str) -> None:
    rows, width = say_n("{n:,} row", "{n:,} rows", 5), say("Width")
    for made in (joined([width, "", rows], ": "), width + ": " + rows, "" + width + joined([": ", rows], "")):
        assert isinstance(made, Message)
        assert (made, made.text(polish)) == ("Width: 5 rows", "Szerokość: 5 wierszy")
    assert joined([width, say("Width")], " {x} ") == "Width {x} Width"
    assert (lowered(width), raised(say("weights"))) == ("width", "Weights")
    assert (lowered(width).text(polish), raised(say("weights")).text(polish)) == ("szerokość", "Wagi")  # type: ignore[attr-defined]
    assert lowered("Own column") == "own column" and not isinstance(lowered("Own column"), Message)


def test_an_error_keeps_its_message(polish: str) -> None:
    try:
        raise ValueError(say("Loss {loss:,.2f}", loss=0.5))
    except ValueError as error:
        assert str(error) == "Loss 0.50" and in_language(str(error), polish) == "Strata 0,50"


@pytest.mark.parametrize("travel", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_is_the_same_message(travel, polish: str) -> None:  # type: ignore[no-untyped-def]
    for said in (say("Loss {loss:,.2f}", loss=0.5), say_n("{n:,} row", "{n:,} rows", 3), lowered(say("Width"))):
        again = travel(said)
        assert type(again) is type(said) and again == said and again.text(polish) == said.text(polish)  # type: ignore[attr-defined]


def test_a_record_is_shown_in_a_language_and_stays_what_it_was(polish: str) -> None:
    record = {"Width": [say("Width"), 3, "Width"], "pair": (say("weights"), None)}
    assert in_language(record, polish) == {"Width": ["Szerokość", 3, "Width"], "pair": ("wagi", None)}
    assert record["Width"][0] == "Width"
    assert type(in_language(say("Width"), "en")) is str


def test_a_language_without_a_catalogue_is_none() -> None:
    assert language.languages()[0] == "en" and language.is_language(PSEUDO) and not language.is_language("xx")
    assert not language.is_language("../en") and not language.is_language("")


def test_the_pseudo_language_shows_what_is_a_message_and_is_a_third_longer() -> None:
    said = say("{n:,} of {what}", n=1200, what=say("weights"))
    assert said.text(PSEUDO) == "⟦1,200 of ⟦weights···⟧··⟧"
    assert joined([say("One."), say("Two.")]).text(PSEUDO) == "⟦One.··⟧ ⟦Two.··⟧"
    assert say("{a} × {b}", a=2, b=3).text(PSEUDO) == "2 × 3"  # no letters, no sentence


def test_every_message_has_a_text_at_once() -> None:
    with pytest.raises(KeyError):
        say("{missing}", other=1)
    assert message.say("") == ""

"""Files as people have them, and what is asked of how each is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core import Split, load_table

HEAD = "x,z,y\n"


def rows(make: Callable[[int], str] = lambda i: f"{i * 3 % 17},{i % 5}.5,{'ab'[i % 2]}", n: int = 60) -> str:
    """Return so many lines of a file."""
    return "".join(f"{make(i)}\n" for i in range(n))


GOOD = HEAD + rows()
WORDS = "größe,stadt,klasse\n" + rows(
    lambda i: f"{i * 3 % 17}.5,{['Köln', 'Nürnberg', 'Fürth'][i % 3]},{['schön', 'häßlich'][i % 2]}"
)
CHINESE = "身高,城市,类别\n" + rows(
    lambda i: f"{i * 3 % 17}.5,{['北京', '上海', '广州'][i % 3]},{['好人', '坏人'][i % 2]}"
)


def refuses(data: str | bytes, sentence: str) -> None:
    """Hold that a file is refused with this sentence."""
    with pytest.raises(ValueError) as error:
        load_table(data if isinstance(data, bytes) else data.encode())
    assert str(error.value) == sentence


def says(data: bytes, first: str, said: str) -> None:
    """Hold that a file is read, its first column's name, and a part of what was decided; and that it trains."""
    table = load_table(data)
    assert table.columns[0].name == first
    assert said in " ".join(table.decisions)
    assert len(Split.from_table(table).y_train) > 0

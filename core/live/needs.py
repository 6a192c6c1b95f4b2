"""What a run depends on: `Needs`, from which its key follows. Each study's room has its own, in `needs.py`.

A study depends on every setting of the experiment and of the studies' sections that it names, but for those that it declares:
what it takes while it trains, and what it does not read, with the reason. So a setting that is forgotten begins a new run, and
never shows an old result for a new question; and a new study's settings are no affair of the others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.settings.experiment import FLAT_NAMES, SECTIONS, STUDIES, Experiment, format_value, locate
from core.words import say


@dataclass(frozen=True)
class Needs:
    """What the run of an experiment depends on.

    live: what it takes while it trains, by flat name; unread: what it does not read, each with the reason; more: what is no
    setting, as a text.
    Raises ValueError where one of them is no setting, or is both.
    """

    study: str
    experiment: Experiment
    live: tuple[str, ...]
    unread: Mapping[str, str]
    more: str = ""

    def __post_init__(self) -> None:
        """Refuse names that are no settings, and a setting that would be told to a run which does not read it."""
        for name in (*self.live, *self.unread):
            locate(name)
        if both := set(self.live) & set(self.unread):
            raise ValueError(
                say("live: expected settings that the run reads, received {both}", both=", ".join(sorted(both)))
            )

    @property
    def read(self) -> tuple[str, ...]:
        """Return the settings of which another value is another run."""
        return tuple(name for name in FLAT_NAMES if name not in self.live and name not in self.unread)

    @property
    def key(self) -> str:
        """Return a text that is equal for experiments of which one run can become the other without a new start."""
        settings = {name: format_value(self.experiment.get(name)) for name in self.read}
        return json.dumps({"study": self.study} | ({"more": self.more} if self.more else {}) | settings)


def unread(names: tuple[str, ...], reason: str) -> dict[str, str]:
    """Return settings that are not read, all for the same reason."""
    return dict.fromkeys(names, reason)


def needs_of(
    study: str, experiment: Experiment, sections: tuple[str, ...], live: tuple[str, ...] = (),
    unread: Mapping[str, str] = MappingProxyType({}), more: str = "",
) -> Needs:  # fmt: skip
    """Return what a run depends on that reads only these of the studies' sections; the others are other studies' own.

    Raises ValueError for a section that is none of a study.
    """
    if odd := set(sections) - set(STUDIES):
        raise ValueError(
            say(
                "sections: expected some of {studies}, received {odd}",
                studies=", ".join(STUDIES),
                odd=", ".join(sorted(odd)),
            )
        )
    others = [name for section in STUDIES if section not in sections for name in SECTIONS[section].model_fields]
    return Needs(study, experiment, live, {**dict.fromkeys(others, "It belongs to another study."), **unread}, more)

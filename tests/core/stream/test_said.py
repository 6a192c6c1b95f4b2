"""Hand and page speak to one run; in whatever order their words arrive, both end with the same value."""

from itertools import permutations

import numpy as np
import pytest

from core.stream.commands import Focus, Reseed, Run, Set
from core.stream.job import Job
from core.stream.said import Said


def job_of_nothing() -> Job:
    return Job(lambda mailbox: iter(()))


def values_of(job: Job) -> list[object]:
    return [command.value for command in job.mailbox.take() if isinstance(command, Set)]


def l2(value: float, gesture: int = 0) -> Set:
    return Set(name="l2", value=value, gesture=gesture)


def test_what_the_run_has_is_not_told_again_and_what_it_has_not_is() -> None:
    job = job_of_nothing()
    job.said.note(l2(0.0), heard=0)
    job.tell(l2(0.0), heard=0)
    assert values_of(job) == []
    job.tell(l2(0.1), heard=0)
    job.tell(Set(name="l2", value=0.1, member=2), heard=0)  # one network of several is another setting
    assert values_of(job) == [0.1, 0.1]


def test_a_hand_that_the_page_has_not_heard_of_yet_is_left_alone() -> None:
    job = job_of_nothing()
    job.send(l2(0.3, gesture=7))
    job.tell(l2(0.1), heard=6)
    assert values_of(job) == [0.3]
    job.tell(l2(0.1), heard=7)
    assert values_of(job) == [0.1]


def test_a_gesture_that_arrives_after_the_page_has_answered_it_is_late() -> None:
    job = job_of_nothing()
    job.tell(l2(0.1), heard=7)
    job.send(l2(0.3, gesture=7))
    assert values_of(job) == [0.1]
    job.send(l2(0.3))  # not numbered: from a test or a program
    job.send(l2(0.4, gesture=8))
    assert values_of(job) == [0.4]  # the mailbox keeps the last unread one


EVENTS = ["hand 1", "hand 2", "told 1", "told 2", "sidebar"]
ORDERS = [  # each of the two lines keeps its own order
    order
    for order in permutations(EVENTS)
    if order.index("hand 1") < order.index("hand 2") and order.index("told 1") < order.index("told 2")
]


@pytest.mark.parametrize("order", ORDERS)
def test_in_any_order_the_run_ends_with_the_value_of_the_page(order: tuple[str, ...]) -> None:
    job, page, heard = job_of_nothing(), 0.0, 0
    job.said.note(l2(page), heard=0)
    network = page
    for event in order:
        who, _, number = event.partition(" ")
        if who == "hand":
            job.send(l2(float(number), gesture=int(number)))
        else:
            page = 9.0 if who == "sidebar" else float(number)
            heard = heard if who == "sidebar" else int(number)
            job.tell(l2(page), heard)
        network = ([network, *values_of(job)])[-1]
    assert network == page


def test_seed_and_focus_have_their_last_word_too_and_a_run_has_none() -> None:
    said = Said()
    said.note(Reseed(seed=3, gesture=5))
    said.note(Focus(at=(1, 2)), heard=5)
    said.note(Run())
    assert not said.is_news(Reseed(seed=4), heard=4) and said.is_news(Reseed(seed=4), heard=5)
    assert said.is_news(Focus(at=(1,)), heard=5) and not said.is_news(Focus(at=(1, 2)), heard=5)
    assert said.last(Run()) is None


def test_a_number_of_a_gesture_is_a_whole_one() -> None:
    with pytest.raises(ValueError):
        Set(name="l2", value=0.1, gesture=-1)
    assert np.isfinite(l2(0.1, gesture=1_800_000_000_000).gesture)

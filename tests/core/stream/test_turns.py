"""Fair turns: who goes first, how long, and that nobody gains by coming, leaving or opening more tabs."""

from collections import Counter

import pytest

from core.stream.turns import HEAD_START_S, LONGEST_WAIT_S, MAX_SLICE_S, MIN_SLICE_S, ROUND_S, Turns, slice_length


class Runner:
    """A job that takes `slice_s` of processor time at each turn."""

    def __init__(self, user: str, slice_s: float = 0.01, holds_lock: bool = False) -> None:
        self.holds_lock = holds_lock
        self.user, self.slice_s, self.is_urgent, self.had_s = user, slice_s, False, 0.0


def run_for(turns: Turns[Runner], seconds: float) -> list[str]:
    """Give turns until so much time is used; returns the users in their order."""
    order, used = [], 0.0
    while used < seconds:
        runner = turns.begin()
        order.append(runner.user)
        used += runner.slice_s
        runner.had_s += runner.slice_s
        turns.end(runner, runner.slice_s, has_more=True)
    return order


def busy(*runners: Runner) -> Turns[Runner]:
    turns: Turns[Runner] = Turns()
    for runner in runners:
        turns.enter(runner)
    return turns


def test_equal_jobs_take_turns() -> None:
    assert run_for(busy(*map(Runner, "abc")), 0.0899) == ["a", "b", "c"] * 3


def test_a_job_with_long_steps_gets_no_more_time_than_others() -> None:
    heavy, light = Runner("heavy", 1.0), Runner("light", 0.01)
    run_for(busy(heavy, light), 20.0)
    assert heavy.had_s == pytest.approx(light.had_s, abs=1.0)


def test_five_jobs_of_one_user_share_the_time_of_one() -> None:
    many, other = [Runner("many") for _ in range(5)], Runner("other")
    run_for(busy(*many, other), 10.0)
    assert other.had_s == pytest.approx(5.0, abs=0.02)
    assert all(runner.had_s == pytest.approx(1.0, abs=0.05) for runner in many)


def test_a_newcomer_owes_nothing_and_is_owed_nothing() -> None:
    old, new = Runner("old"), Runner("new")
    turns = busy(old)
    run_for(turns, 100.0)
    turns.enter(new)
    assert Counter(run_for(turns, 1.0)) == pytest.approx({"old": 50, "new": 50}, abs=1)


def test_leaving_for_a_moment_clears_no_debt() -> None:
    """Each time the guest has had a long turn it leaves and comes back."""
    guest, other = Runner("guest", 0.5), Runner("other")
    turns = busy(guest, other)
    for _ in range(2000):
        runner = turns.begin()
        runner.had_s += runner.slice_s
        turns.end(runner, runner.slice_s, has_more=runner is other)
        if runner is guest:
            turns.enter(guest)
    assert guest.had_s < other.had_s + 1.0


def test_an_urgent_job_goes_first_but_not_for_ever() -> None:
    """A flood of commands is worth one head start, then the flooder waits as all others do."""
    hasty, calm = Runner("hasty"), Runner("calm")
    turns = busy(calm, hasty)
    run_for(turns, 1.0)
    hasty.is_urgent = True
    first = run_for(turns, HEAD_START_S - 0.01)
    assert set(first) == {"hasty"}
    assert Counter(run_for(turns, 1.0)) == pytest.approx({"hasty": 50, "calm": 50}, abs=2)
    assert hasty.had_s - calm.had_s <= HEAD_START_S + 0.011


def test_a_round_of_thirty_jobs_stays_short_and_no_slice_is_too_short() -> None:
    assert slice_length(1) == MAX_SLICE_S and 30 * slice_length(30) <= ROUND_S and slice_length(10_000) == MIN_SLICE_S


def test_those_who_left_are_forgotten() -> None:
    runners = [Runner(str(i)) for i in range(100)]
    turns = busy(*runners)
    run_for(turns, 3.0)
    for runner in runners[1:]:
        turns.leave(runner)
    run_for(turns, 1.0)
    turns.leave(runners[0])
    assert turns.n_busy == 0 and not turns._had_s


def test_of_jobs_that_hold_the_lock_one_is_at_work_at_a_time() -> None:
    turns: Turns[Runner] = Turns()
    torch, other, compiled = (Runner("a", holds_lock=True), Runner("b", holds_lock=True), Runner("c", holds_lock=False))
    for job in (torch, other, compiled):
        turns.enter(job)
    assert turns.begin() is torch and turns.begin() is compiled and turns.begin() is None
    turns.end(torch, 1.0, True)
    assert turns.begin() is other  # it has had less


def test_nobody_waits_longer_than_a_moment_however_large_the_debt_is() -> None:
    """Thirty who have had little, and one who has had ten seconds more: paid back in turns, that would be five minutes."""
    now, waits = 0.0, []
    turns: Turns[Runner] = Turns(clock=lambda: now)
    owing = Runner("owing")
    turns.enter(owing)
    turns.end(turns.begin() or owing, 10.0, True)
    for i in range(30):
        turns.enter(Runner(str(i)))
    turns._had_s.update({str(i): 0.0 for i in range(30)})
    last = now
    for _ in range(2000):
        job = turns.begin()
        assert job is not None
        if job is owing:
            waits.append(now - last)
            last = now
        now += 0.01
        turns.end(job, 0.01, True)
    assert len(waits) > 20 and max(waits) < LONGEST_WAIT_S + 0.05

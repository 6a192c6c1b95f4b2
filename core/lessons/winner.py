"""Lesson 7, peeking: the winner of many settings looks better on the rows that chose it than it is on fresh ones."""

from __future__ import annotations

from core.lessons.lesson import Explain, Lesson, Observe, Option, Predict, Question, Run, Worked
from core.lessons.record import Numbers, Outcome, Record
from core.presets import START
from core.studies.peeking.simulation import N_ROWS, N_SETTINGS
from core.words import say

K, M = (
    len(N_SETTINGS) - 1,
    N_ROWS.index(100),
)  # the places of the most settings, and of the rows that the question names
FEW, MANY = 0, len(N_ROWS) - 1
CLEAR, ALIKE = 1.0, 0.5  # percentage points
HALF = 0.75  # of the optimism: clearly less


def winner_numbers(record: Record) -> Numbers:
    """Return the numbers that sentences on winners hold."""
    test, fresh, optimism = (record.arrays[name] for name in ("pk_test_mean", "pk_fresh_mean", "pk_optimism"))
    return {
        "test": f"{test[K, M, 0]:.1%}", "fresh": f"{fresh[K, M, 0]:.1%}", "points": f"{optimism[M, K]:.1f}",
        "one": f"{optimism[M, 0]:+.1f}", "few": f"{optimism[FEW, K]:.1f}", "many": f"{optimism[MANY, K]:.1f}",
        "n_few": f"{N_ROWS[FEW]}", "n_many": f"{N_ROWS[MANY]}", "k": f"{N_SETTINGS[K]}", "m": f"{N_ROWS[M]}",
    }  # fmt: skip


def fresh_rows(record: Record) -> Outcome:
    """Say what the winner is on fresh rows: worse, as good, or better."""
    points = float(record.arrays["pk_optimism"][M, K])
    answer = "worse" if points >= CLEAR else "better" if points <= -CLEAR else "same" if abs(points) <= ALIKE else None
    return Outcome(answer, winner_numbers(record))


def more_rows(record: Record) -> Outcome:
    """Say what ten times the test rows do to the optimism."""
    few, many = (float(record.arrays["pk_optimism"][place, K]) for place in (FEW, MANY))
    answer = "less" if many <= HALF * few else "more" if many * HALF >= few else "same"
    return Outcome(answer, winner_numbers(record))


LESSON = Lesson(
    key="winner",
    title=say("The winner's luck"),
    minutes=6,
    aim=say("Know why a test set that has chosen can no longer judge, and by how much it flatters."),
    study="peeking",
    experiment=START,
    charts=("pk_winners", "pk_optimism"),
    readouts=("epoch", "gap_50", "gap_500"),
    seed="data_seed",
    steps=(
        Worked(
            say("Worked example"),
            say(
                "Ten people toss a fair coin ten times each. On average one has 5 heads; but the **best of the ten** "
                "has 7 or more in most such rounds. Is it a better coin? Let the winner toss again: 5 heads, on "
                "average.\n\nA score on a test set is such a toss: with 100 rows a network that is wrong in 30 % of "
                "all cases shows anything from 21 to 39 %. Whoever takes the best of many takes the lucky one among "
                "the good ones."
            ),
        ),
        Predict(
            say("Predict"),
            Question(
                say(
                    "50 real networks, each with settings of its own. The one with the fewest wrong answers on 100 "
                    "test rows wins. On fresh rows, will the winner be wrong more often than on those 100, as often, "
                    "or less often?"
                ),
                (
                    Option(
                        "worse",
                        say("More often"),
                        "",
                        say("Here it was not so."),
                        say(
                            "On the {m} rows that chose it the winner was wrong in {test}, on fresh rows in {fresh}: "
                            "{points} points of luck, in the mean of 200 such choices."
                        ),
                        place=1,
                    ),
                    Option(
                        "same",
                        say("As often: it never trained on those rows"),
                        say("Only training on rows spoils them; choosing does no harm."),
                        say("Choosing is learning, too: it learned which network suits these {m} rows."),
                        say("As often: {test} there, {fresh} on fresh rows."),
                        place=0,
                    ),
                    Option(
                        "better",
                        say("Less often: it is the best of fifty"),
                        say("The best on a test set is the best."),
                        say("It is a good one, and choosing has helped; but it was lucky on these rows, too."),
                        say("Less often: {test} there, {fresh} on fresh rows."),
                        place=-1,
                    ),
                ),
                fresh_rows,
                say("Not clear in this draw: {test} on the test rows, {fresh} on fresh ones."),
                "worse",
                drawn_on="pk_winners",
                drawn_as="side",
                claims=(say("more often"), say("as often"), say("less often")),
            ),
        ),
        Run(
            "Run",
            say("Press **Run**: 50 networks train, and the winner is chosen 200 times, each time on other test rows."),
        ),
        Observe(
            say("Observe"),
            Question(
                say("Move k and m. How large is this luck with 500 test rows instead of 50?"),
                (
                    Option(
                        "less",
                        say("Clearly smaller"),
                        "",
                        say("Compare the two once more."),
                        say(
                            "{few} points with {n_few} rows, {many} with {n_many}: more rows leave less room for "
                            "luck. With one setting only, no choice, it is {one}."
                        ),
                    ),
                    Option(
                        "same",
                        say("About the same"),
                        say("The number of rows does not matter, only how often one looks."),
                        say("Chance shrinks with the root of the rows."),
                        say("{few} points with {n_few} rows, {many} with {n_many}."),
                    ),
                    Option(
                        "more",
                        say("Larger"),
                        say("More rows to choose from are more chances to cheat."),
                        say("Chance shrinks with the root of the rows."),
                        say("{few} points with {n_few} rows, {many} with {n_many}."),
                    ),
                ),
                more_rows,
                say("Not clear in this draw."),
                "less",
            ),
        ),
        Explain(
            say("Explain"),
            say(
                "Each score is the truth plus chance, with a spread that shrinks with the root of the rows. The "
                "lowest of k scores is low partly by chance; the more are tried, the luckier the winner. Choose on "
                "validation rows or folds, and look at the test rows once, at the end."
            ),
            r"\mathrm{E}\bigl[\min_{j\le k} \hat e_j\bigr] \;\le\; \min_{j\le k}\mathrm{E}\bigl[\hat e_j\bigr], \qquad "
            r"\mathrm{sd}(\hat e) = \sqrt{e(1-e)/m}",
        ),
    ),
    ask=say("A leaderboard has 500 entries, scored on 1,000 rows. What would you expect of its winner next year?"),
)

"""Answers to what people bring with them from other tools and texts, each with an experiment that shows it live.

What they claim is measured in `tests/core/lessons/test_answers.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from core.lessons.zeros import EXPERIMENT as TWO_STEPS
from core.presets import CV_START, DIGITS, PRESETS, SINE, START
from core.settings.experiment import Experiment
from core.words import say

PageName = Literal["playground", "path", "cv", "compare", "peeking", "double_descent"]


@dataclass(frozen=True)
class Answer:
    """A question as it is asked, the answer in a word or two and in full, and what shows it: a page, its experiment, where "
    "to look."""

    question: str
    short: str
    text: str
    page: PageName
    experiment: Experiment
    look: str
    formula: str = ""


PLENTY = SINE.replace(n_train=300, noise_std=0.0, hidden_sizes=(16,), values=(0.0, 1e-3, 1e-2, 1e-1), param_name="l2")
DECAY = SINE.replace(
    variants=("none", "l2", "weight_decay"), compare_l2=0.003, compare_weight_decay=0.006, learning_rate=0.01
)
WRONG_LABELS = DIGITS.replace(n_train=500, label_noise=0.2, l2=0.02, n_epochs=60)

ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {
        "val_loss": Answer(
            say("Does raising λ raise the validation loss?"),
            say("Not by itself."),
            say(
                "What is minimised is loss plus penalty. What is *shown* should be the loss alone. Keras adds the "
                "penalty to `val_loss` as well: there it rises with λ at once, even where the network becomes "
                "better. Here the penalty is never part of it, so the validation loss falls with λ as long as noise "
                "is taken away, and rises once the signal is."
            ),
            "path",
            START,
            say("Press Run, then move λ: the validation loss falls first, and rises only at the right."),
            r"\text{objective} = L + \lambda_2 \textstyle\sum w^2",
        ),
        "keras_l1": Answer(
            say("Why does Keras's (or torch's) L1 give no exact zeros?"),
            say("It follows a slope that zero does not have."),
            say(
                "Both add λ·|w| to the loss and follow its gradient, a fixed size with the sign of w. Near zero such "
                "a step goes past it, and back, and past it. Exact zeros need a step that may stop there: the "
                "proximal one, which scikit-learn's Lasso and this lab take. Weights of 0.0004 are not zeros; "
                "cutting them off afterwards is another method."
            ),
            "compare",
            TWO_STEPS,
            say("Press Run: the two L1 have the same λ. Look at “Weights exactly zero”."),
            r"w \leftarrow \operatorname{sign}(v)\,\max(|v| - \eta\lambda_1, 0)",
        ),
        "torch_l2": Answer(
            say("Why does my L2 in torch differ?"),
            say("Half the factor, the biases, and Adam."),
            say(
                "Three things. `weight_decay=wd` means ½·wd·Σw², so wd = 2·λ₂. It acts on the biases, too; here they "
                "are free. And with Adam it goes through Adam's scaling: each weight's pull is divided by the size "
                "of its own gradients. AdamW decays the weights apart from the loss, a step of its own; this lab has "
                "both, as L2 and as weight decay."
            ),
            "compare",
            DECAY,
            say("Press Run: L2 at 0.003 and weight decay at 0.006, its double, under Adam. They are not the same."),
            r"\tfrac12\, wd \textstyle\sum w^2 = \lambda_2 \sum w^2 \iff wd = 2\lambda_2",
        ),
        "zero_lambda": Answer(
            say("Is the best λ ever 0, or even negative?"),
            say("Zero, yes. Negative, in theory."),
            say(
                "With plenty of points and no noise there is nothing to be taken away: a penalty only bends the fit. "
                "(One that is small enough makes no difference that could be measured.) A negative λ rewards large "
                "weights; for linear models with far more features than rows it can "
                "be best in theory, since the data and the width already act as a penalty (Kobak, Lomond and Sanchez "
                "2020, JMLR 21). For networks it has no minimum, so no page here offers one."
            ),
            "path",
            PLENTY,
            say(
                "300 points without noise. Press Run: of four λ the best is 0; at 0.001 the loss is over twice, at 0.01 over ten "
                "times as high."
            ),
        ),
        "accuracy": Answer(
            say("My accuracy does not fall. So it does not overfit?"),
            say("Look at the loss."),
            say(
                "Accuracy counts answers, loss counts how sure they were. An overfitted network first becomes sure "
                "of its mistakes: the loss rises long before many answers change. For choosing λ the loss tells "
                "more, too, as it moves with every row."
            ),
            "playground",
            PRESETS["digits"].experiment,
            say("Press Run: compare the loss from its star on with the validation score among the numbers."),
            r"L = -\frac1n\textstyle\sum_i \log p_{y_i}(x_i)",
        ),
        "val_below_train": Answer(
            say("Why is my validation loss below my training loss?"),
            say("Mostly, they are not measured alike."),
            say(
                "Many programs report the training loss as a mean over the epoch, while the weights still change and "
                "dropout is on, and the validation loss at its end, with dropout off. Here both are measured at the "
                "same weights, in evaluation mode: dropout is off in the training loss, too. What is left are real "
                "reasons: wrong training labels beside right validation labels, or a lucky small validation set."
            ),
            "playground",
            WRONG_LABELS,
            say(
                "A fifth of the training labels are wrong, and L2 keeps them from being learned. Press Run: the validation "
                "loss, on right labels, ends below the training loss."
            ),
        ),
        "choose_on_test": Answer(
            say("May I choose λ on the test rows, if I never train on them?"),
            say("No: choosing is learning."),
            say(
                "The best of many is partly the luckiest of many, and the luck does not come along to new rows. "
                "Choose on validation rows, or by cross-validation on the training rows; look at the test rows once, "
                "with the network that is already chosen."
            ),
            "peeking",
            START,
            say("Press Run, then move k: the more settings are tried, the further the winner lies from the truth."),
        ),
        "best_lambda": Answer(
            say("Cross-validation gives two λ. Which one?"),
            say("Both are right."),
            say(
                "$\\lambda_\\text{min}$ has the lowest mean over the folds, but its neighbours are as good within the bars. "
                "$\\lambda_\\text{1se}$ is "
                "the strongest penalty within one standard error: a simpler network that is not clearly worse. Take "
                "$\\lambda_\\text{min}$ for the best guess of the lowest loss, $\\lambda_\\text{1se}$ where a simple model is "
                "worth something."
            ),
            "cv",
            CV_START,
            say("Press Run: both are marked, and the error bars between them overlap."),
        ),
        "more_weights": Answer(
            say("Do more weights always overfit more?"),
            say("No. Often, then less again."),
            say(
                "Without a penalty the error is worst where there are about as many weights as rows can just "
                "determine: one solution, and a wild one. Far beyond it there are many solutions, and the smallest "
                "of them is calm. A small λ takes the peak away."
            ),
            "double_descent",
            START,
            say("Press Run, then move λ from 0 to 0.001."),
        ),
    }
)

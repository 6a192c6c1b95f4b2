"""What our strengths are called elsewhere: Keras, torch and scikit-learn divide and halve differently.

Ours: mean data loss over n rows (squared error without ½, cross-entropy in nats) + l1·Σ|w| + l2·Σw², biases free. What the other
penalties are called stands in their records, `core/settings/penalties.py`.
"""

from __future__ import annotations

import numpy as np

from core.settings.penalties import PENALTIES, Case, Translation
from core.words import joined, say


def translate(
    l1: float, l2: float, n_rows: int, is_classification: bool, is_linear: bool = True, is_proximal: bool = True
) -> list[Translation]:
    """Return the strengths l1, l2 ≥ 0 as other libraries want them; n_rows is the number of training rows.

    is_proximal: our L1 is the proximal step, which gives exact zeros; else its subgradient, which is what others do.
    The scikit-learn line is for a model without hidden layers; `translate_network` has the one for a model with some.
    Raises ValueError for negative or infinite strengths.
    """
    for name, value in (("l1", l1), ("l2", l2)):
        if not (value >= 0 and np.isfinite(value)):
            raise ValueError(say("{name}: expected a number of at least 0, received {value}", name=name, value=value))
    has_zeros = bool(l1 and is_proximal)
    lines = [in_keras(l1, l2, has_zeros)]
    lines += [in_torch_by_hand(l1, l2, has_zeros)] if l1 else [in_torch_sgd(l2), in_torch_adam(l2)]
    lines.append(in_adamw(l1, l2))
    return lines + ([in_scikit_learn(l1, l2, n_rows, is_classification)] if is_linear else [])


def translate_network(
    l1: float, l2: float, n_rows: int, batch_size: int | None, is_classification: bool
) -> Translation:
    """Return the strengths as scikit-learn's networks with hidden layers want them; batch_size None is the full batch.

    On a batch of B rows MLPClassifier adds ½·alpha·Σw²/B to the mean cross-entropy, MLPRegressor to half the mean squared
    error: alpha = 2·B·l2 and B·l2. Both penalise the output layer, too.
    """
    n_batch = n_rows if batch_size is None else min(batch_size, n_rows)
    name, alpha = ("MLPClassifier", 2 * n_batch * l2) if is_classification else ("MLPRegressor", n_batch * l2)
    is_even = n_rows % n_batch == 0 or not l2
    notes = [
        say('Its penalty is halved and divided by the rows of a batch, with solver="lbfgs" by all rows.')
        if l2
        else say("Its default is alpha=0.0001, which is not 0."),
        ""
        if is_even
        else say("The last batch of an epoch is smaller here: on it, this alpha weighs more than our λ₂."),
        ""
        if is_classification
        else say("Its objective is half of ours: under plain SGD take twice the learning rate."),
        say("There is no option for L1.") if l1 else "",
    ]
    code = f"{name}(alpha={alpha:.6g}, batch_size={n_batch})"
    return Translation("scikit-learn", code, is_even and not l1, joined(notes))


def in_keras(l1: float, l2: float, has_zeros: bool) -> Translation:
    """Keras: the same formula, l1·Σ|w| + l2·Σw² added to the mean loss."""
    note = say("The same formula. Keras adds the penalty to the loss and to val_loss that it reports.")
    note += NO_ZEROS if has_zeros else ""
    return Translation("Keras", f"kernel_regularizer=L1L2(l1={l1:.6g}, l2={l2:.6g})", not has_zeros, note)


NO_ZEROS = say(" This is a subgradient of L1: weights come near zero, but not exactly onto it.")


def in_torch_by_hand(l1: float, l2: float, has_zeros: bool) -> Translation:
    """torch has no option for L1: the penalty is added to the loss; autograd's slope of |w| at 0 is 0, as ours is."""
    code = f"loss + {l1:.6g} * sum(w.abs().sum() for w in weights)"
    code += f" + {l2:.6g} * sum(w.square().sum() for w in weights)" if l2 else ""
    note = say("There is no option for L1: add it to the loss by hand, for weights only.")
    if l2:
        note += say(
            " Of L2, weight_decay={torch_weight_decay:.6g} does the same (in AdamW it does not), and decays biases "
            "too.",
            torch_weight_decay=torch_weight_decay(l2),
        )
    return Translation("torch SGD, Adam", code, not has_zeros, note + (NO_ZEROS if has_zeros else ""))


def in_torch_sgd(l2: float) -> Translation:
    """torch.optim.SGD adds weight_decay·w to the gradient; ours is 2·l2·w."""
    return Translation("torch SGD", f"SGD(…, weight_decay={torch_weight_decay(l2):.6g})", True, _torch_note(l2))


def in_torch_adam(l2: float) -> Translation:
    """torch.optim.Adam adds weight_decay·w to the gradient before its scaling, as our Adam does with 2·l2·w."""
    return Translation("torch Adam", f"Adam(…, weight_decay={torch_weight_decay(l2):.6g})", True, _torch_note(l2))


def in_adamw(l1: float, l2: float) -> Translation:
    """torch.optim.AdamW shrinks weights by 1 - lr·weight_decay, apart from the gradient (Loshchilov and Hutter 2019)."""
    note = say(
        "No exact equivalent: AdamW's decay is decoupled, the gradient's scaling does not act on it. This value "
        "shrinks weights as fast as our L2 does under plain gradient descent, and decays biases too."
    )
    note += say(" L1 has to be added to the loss by hand.") if l1 else ""
    if not l2:
        note = say("AdamW's default is weight_decay=0.01, which is not 0. ")
        note += say("Set it to 0: then it is Adam, ") + (
            say("and L1 has to be added to the loss by hand.") if l1 else say("as here.")
        )
    return Translation("torch AdamW", f"AdamW(…, weight_decay={torch_weight_decay(l2):.6g})", not l1 and not l2, note)


def translate_penalty(name: str, strength: float, case: Case) -> list[Translation]:
    """Return the strength of a penalty other than L1 and L2, which go together, as other libraries want it."""
    elsewhere = PENALTIES[name].elsewhere
    if elsewhere is None:
        raise ValueError(
            say("name: expected a penalty other than L1 and L2, see `translate`; received {name}", name=name)
        )
    return elsewhere(strength, case)


def translate_dropout(rate: float) -> list[Translation]:
    """Return the dropout rate as other libraries want it: the share of units switched off, the others scaled by 1/(1-rate)."""
    return [
        Translation("Keras", f"Dropout({rate:.6g})", True, say("After each hidden layer; switched off in evaluation.")),
        Translation(
            "torch", f"nn.Dropout(p={rate:.6g})", True, say("After each hidden layer; call model.eval() to measure.")
        ),
        Translation("scikit-learn", "–", False, say("No exact equivalent: its networks have no dropout.")),
    ]


def torch_weight_decay(l2: float) -> float:
    """Return torch's weight_decay: its penalty is ½·weight_decay·w²."""
    return 2 * l2


def _torch_note(l2: float) -> str:
    note = say(
        "Twice our λ₂, for torch halves it. Decays biases too, unless they are in a parameter group with "
        "weight_decay=0."
    )
    return note if l2 else say("Nothing to set: 0 is the default.")


def in_scikit_learn(l1: float, l2: float, n_rows: int, is_classification: bool) -> Translation:
    """Return the linear model of scikit-learn with the same minimum; see `ridge_alpha` and its neighbours."""
    note = say(
        "The same minimum, for a model without hidden layers, on inputs and targets as the network sees them: "
        "standardised."
    )
    if is_classification:
        if not l1 and not l2:
            return Translation("scikit-learn", "LogisticRegression(C=np.inf)", True, note)
        ratio = logistic_l1_ratio(l1, l2)
        if ratio:
            note += say(' Before scikit-learn 1.8, add penalty="elasticnet", else l1_ratio has no effect.')
        code = f"LogisticRegression(C={logistic_c(l1, l2, n_rows):.6g}, l1_ratio={ratio:.6g}"
        return Translation("scikit-learn", code + (', solver="saga")' if ratio else ")"), True, note)
    if not l1:
        code = f"Ridge(alpha={ridge_alpha(l2, n_rows):.6g})" if l2 else "LinearRegression()"
    elif not l2:
        code = f"Lasso(alpha={lasso_alpha(l1):.6g})"
    else:
        code = f"ElasticNet(alpha={elastic_alpha(l1, l2):.6g}, l1_ratio={lasso_alpha(l1) / elastic_alpha(l1, l2):.6g})"
    return Translation("scikit-learn", code, True, note)


def ridge_alpha(l2: float, n_rows: int) -> float:
    """Ridge minimises Σ error² + alpha·Σw²: n times ours."""
    return n_rows * l2


def lasso_alpha(l1: float) -> float:
    """Lasso minimises Σ error²/(2n) + alpha·Σ|w|: half of ours."""
    return l1 / 2


def elastic_alpha(l1: float, l2: float) -> float:
    """ElasticNet minimises Σ error²/(2n) + alpha·ratio·Σ|w| + ½·alpha·(1-ratio)·Σw²: alpha·ratio = l1/2, alpha·(1-ratio) = l2."""
    return l1 / 2 + l2


def logistic_c(l1: float, l2: float, n_rows: int) -> float:
    """LogisticRegression minimises C·Σ loss + ratio·Σ|w| + ½·(1-ratio)·Σw²: C·n = 1/(l1 + 2·l2)."""
    return 1 / (n_rows * (l1 + 2 * l2))


def logistic_l1_ratio(l1: float, l2: float) -> float:
    """Return LogisticRegression's l1_ratio: l1/(l1 + 2·l2)."""
    return l1 / (l1 + 2 * l2)

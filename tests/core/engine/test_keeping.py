"""What was kept of one trainer fits no other; that it goes on bit for bit is tested with a whole training, in `studies`."""

import pytest

from core.engine.keeping import keep, restore
from tests.core.studies.base.test_keeping import single


def test_what_was_kept_of_another_plan_is_refused() -> None:
    kept = keep(single(hidden_sizes=(6, 4))().trainer)
    with pytest.raises(ValueError, match=r"kept: expected 'parameters' of shape \(1, \d+\), received \(1, \d+\)"):
        restore(single()().trainer, kept)
    with pytest.raises(ValueError, match="received none"):
        restore(
            single(optimizer="sgd", momentum=0.9)().trainer, {"parameters": single()().trainer.stack.parameters.numpy()}
        )

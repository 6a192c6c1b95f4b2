"""What the page of double descent says beside its charts."""

from core.words import say

INTRO = say(
    "**Do more units overfit more?** 200 digits, some with wrong labels; the hidden weights are random and stay, "
    "only the output layer is fitted, without a penalty at λ = 0. Press Run, then move λ and the width: nothing is "
    "computed again."
)
PITFALL = say(
    "**A pitfall.** The second descent needs many different features of many inputs. With a single input and tanh or "
    "Fourier features the error never comes down again: new features are near copies of old ones, or ever wilder "
    "waves. So an example in one dimension shows the peak and no second descent. And λ can be too large: then every "
    "width underfits."
)

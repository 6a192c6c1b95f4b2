"""What the page of double descent says beside its charts."""

from core.words import say

INTRO = say(
    "**Do more units overfit more?** 200 digits, some with wrong labels; only the output layer is fitted. Press Run, then "
    "move λ and the width."
)
PITFALL = say(
    "**A pitfall.** The second descent needs many different features of many inputs. With a single input and tanh or "
    "Fourier features the error never comes down again: new features are near copies of old ones, or ever wilder "
    "waves. So an example in one dimension shows the peak and no second descent. And λ can be too large: then every "
    "width underfits."
)
TRAINED_INTRO = say(
    "**And when all weights are trained?** First the loss on fresh rows is a U, later a peak grows where the training rows "
    "are just fitted. Press Run, then move λ, and rewind."
)
TRAINED_NOTE = say(
    "**What to take home.** The peak is one of a *network and the time it trained*: stop early, or penalize a little, and "
    "it hardly forms. Here, with wrong labels and squared error, the share of wrong answers peaks with the loss."
)
EPOCHS_INTRO = say(
    "**Can the loss come down a second time along the epochs?** In a linear model with fast and slow features it does. Press "
    "Run, then move λ: too much keeps the slow features at zero for ever."
)

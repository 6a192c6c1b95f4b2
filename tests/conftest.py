"""Settings of all tests: one thread per kernel, as in the app, so that last digits do not depend on the machine."""

import torch

torch.set_num_threads(1)

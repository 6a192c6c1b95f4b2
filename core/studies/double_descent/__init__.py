"""Double descent: the test error beyond the width at which the training rows are fitted exactly."""

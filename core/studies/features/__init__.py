"""Training for the selection of inputs."""

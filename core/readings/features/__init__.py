"""Arrays and words of the selection of inputs."""

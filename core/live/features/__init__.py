"""The run behind the page of the selection of inputs."""

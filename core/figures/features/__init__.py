"""Figures of the selection of inputs."""

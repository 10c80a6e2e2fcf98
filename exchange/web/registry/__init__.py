"""The notices of the registry as forms: their fields, what a filled-in one says, and remarks beside its inputs."""

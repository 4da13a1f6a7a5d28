"""The crash proof: engines that are killed, frozen or stopped at every step of a call; see docs/guarantees.md."""

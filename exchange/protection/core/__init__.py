"""The law of protecting secrets as pure functions: no input, no output, no clock, no randomness."""

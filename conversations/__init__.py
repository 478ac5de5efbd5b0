"""The conversation itself: pure values and rules. No clock, no randomness, no file, no network."""

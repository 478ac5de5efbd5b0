"""The running program: settings, wiring, turns, and the command line."""

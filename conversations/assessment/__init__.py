"""Answers in, verdicts out: the three questions judged, each in a file of its own."""

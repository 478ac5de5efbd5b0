"""The conversation on stdin and stdout: no token, no network."""

"""The command line: python -m cockpit."""

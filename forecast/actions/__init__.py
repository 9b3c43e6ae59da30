"""What each command does, without a terminal: one module for each, with the name of its command."""

"""The reference pages under ``docs/reference/``, made from what the program declares of its keys, functions, distributions and commands."""

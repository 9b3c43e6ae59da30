"""What commands print after ``--json``: the shape of each output, its version, and its JSON Schema."""

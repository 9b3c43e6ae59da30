"""What commands do, without a terminal; most modules carry the name of their command."""

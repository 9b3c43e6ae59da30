"""``forecast prior elicit`` on the terminal."""

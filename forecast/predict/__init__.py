"""What follows from simulated paths: the days on which conditions first held, and the rows that answers divide."""

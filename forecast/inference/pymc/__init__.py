"""Models in PyMC: NUTS as referee, a topic's own model, and programs to export."""

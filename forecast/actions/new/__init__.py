"""New books and new topics, made from templates that are themselves a tested book."""

"""Records of other platforms: reading their files as rows of a record, and writing them."""

"""What has been computed before, kept in the user's cache folder."""

"""What can be said, and where in the article it comes from."""

"""What plugins were granted, where that is kept, and the log of all decisions."""

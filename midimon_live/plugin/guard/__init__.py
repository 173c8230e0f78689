"""Who acts, what they do, and whether they may: looked at while it happens."""

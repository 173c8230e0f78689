"""From a cell's class or function to a plugin's folder: what it needs, its files, its test."""

"""From a folder or package to a plugin's class: manifest, files, checks, imports."""

"""From a folder or package to a plugin's class: manifest, files, checks, imports."""

FILE = "plugin.toml"
# what is no part of a plugin, and may lie in its folder
IGNORED = (
    "__pycache__",
    "*.pyc",
    ".git",
    ".DS_Store",
    ".ipynb_checkpoints",
    "*~",
    ".*.sw?",
    "#*#",
    ".#*",
)

"""Links of a page of the documentation."""

import re
from pathlib import Path


def broken(page: Path) -> list[str]:
    """Return the links that lead nowhere: within the page by heading, else to a file."""
    text = page.read_text("utf-8")
    headings = re.findall(r"^##+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9_ -]", "", one.lower()).replace(" ", "-") for one in headings}
    found = []
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        file, _, anchor = target.partition("#")
        there = (page.parent / file).exists() if file else anchor in anchors
        found += [] if there else [target]
    return found

"""What the wheel brings along for `midimon-live lab`: lessons, the pages they link to, examples.

They are put beside the package's code only in a wheel: an editable installation has the checkout.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COURSE = {
    "notebooks": (".ipynb",),
    "docs": (".md", ".png", ".svg"),
    "plugins": (".py", ".toml", ".md"),
}


class CourseHook(BuildHookInterface):
    """Adds the files, one by one, so that nothing that tools left behind gets in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to a wheel that is not editable."""
        if version == "editable":
            return
        root = Path(self.root)
        for folder, kinds in COURSE.items():
            for path in sorted((root / folder).rglob("*")):
                inside = path.relative_to(root)
                if path.suffix in kinds and not any(one.startswith(".") for one in inside.parts):
                    build_data["force_include"][str(path)] = (
                        f"midimon_live/_course/{inside.as_posix()}"
                    )

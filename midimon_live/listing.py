"""What a session has mapped: looked at one by one, and taken out."""

from midimon_live import mapped, report
from midimon_live.files import Files
from midimon_live.mappings import Mapping
from midimon_live.show import Table
from midimon_live.waiting import WaitingChange, WaitingChanges


class Listing(Files):
    """What a session does with single mappings. Any thread may call anything.

    Attributes:
        _waiting: has what waits for a beat or bar.
    """

    _waiting: WaitingChanges

    def mapping(self, number: int | None = None) -> Table:
        """Return all there is to say about a mapping: where from, whether it fires, Python, TOML.

        Args:
            number: the mapping's; without, a table of all of them, in the order they are tried.

        Raises:
            InvalidValue: there is no mapping of that number.
        """
        table = self._modes.table
        findings = report.findings(table, table.modes, self.plugins)
        if number is None:
            return mapped.overview(table, findings, self._fired)
        found = mapped.find(table, number)
        color = table.colors.get(found.mode or "")
        return mapped.about(found, color, self._line(found), findings, self._fired(number))

    def _fired(self, number: int) -> str:
        """Return how often a mapping has fired, and how often in vain."""
        times = str(self._monitor.firings.get(number, (0, 0.0))[0])
        return " \N{MIDDLE DOT} ".join(filter(None, (times, self._monitor.trouble(number))))

    def unmap(self, number: int) -> Table:
        """Take a mapping out, at the end of the running cell if one runs; `undo` brings it back.

        What made it makes it again: its cell when that is run again, its file when it is loaded.

        Args:
            number: the mapping's, as `%midi mappings` shows it.

        Returns:
            What was taken out, and what makes it again.

        Raises:
            InvalidValue: there is no mapping of that number.
        """
        self._check_open()
        found = mapped.find(self._modes.table, number)
        line = self._line(found)
        goes = "goes when this cell comes into force" if self._drafts.open else "is out"
        self._drafts.unmap(found)
        back = f"{mapped.comes_back(found, line)} %midi undo brings it back."
        return Table(f"mapping {number} {goes}: {found}", (), (), [back])

    def lines(self) -> dict[int, int]:
        """Return in which line of the configuration mappings stand, by the mappings' numbers."""
        return self._configuration.lines() if "_configuration" in vars(self) else {}

    def waiting(self) -> list[WaitingChange]:
        """Return the changes that wait for a beat or bar, the one that began first first."""
        return self._waiting.held()

    def _line(self, mapping: Mapping) -> int | None:
        return self.lines().get(mapping.number) if mapping.of_file else None

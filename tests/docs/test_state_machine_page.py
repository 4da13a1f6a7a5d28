"""docs/state_machine.md says what the code does."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("state_machine_page", ROOT / "tools" / "state_machine_page.py")
    assert spec
    assert spec.loader
    module = sys.modules.setdefault("state_machine_page", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def test_page_is_what_the_generator_writes() -> None:
    page = (ROOT / "docs" / "state_machine.md").read_text(encoding="utf-8")
    assert page == generator().render(), "run python tools/state_machine_page.py"

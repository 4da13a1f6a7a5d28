"""The page of the services explains every setting as it is, and settings are saved in one way only."""

import re
from pathlib import Path

from ringback.services.bounds import RANGES
from ringback.services.catalog import ServiceChoices

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(\w+)` \| (.*?) \| (.*?) \|", re.MULTILINE)
WITHOUT_CHECKS_OF_HOURS = re.compile(r"\bcatalog\.(create|update|save_with)\(")


def test_the_page_of_the_services_has_every_setting_with_its_range() -> None:
    rows = {name: allowed for name, allowed, _ in ROW.findall((ROOT / "docs/services.md").read_text(encoding="utf-8"))}
    assert set(rows) >= set(ServiceChoices.__struct_fields__)
    for field, (low, high) in RANGES.items():
        assert rows[field].replace(",", "").startswith(f"{low} to {high}"), field


def test_who_sets_services_up_for_people_goes_through_the_check_of_everything() -> None:
    source = ROOT / "src/ringback"
    bypassing = [
        str(file.relative_to(source))
        for file in source.rglob("*.py")
        if WITHOUT_CHECKS_OF_HOURS.search(file.read_text(encoding="utf-8"))
    ]
    assert sorted(bypassing) == ["booking/setup.py", "practice/stage.py"]

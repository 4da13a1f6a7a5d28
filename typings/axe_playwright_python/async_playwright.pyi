from typing import Any

from playwright.async_api import Page

class AxeResults:
    response: dict[str, Any]

class Axe:
    async def run(self, page: Page, context: str | None = None, options: dict[str, Any] | None = ...) -> AxeResults: ...

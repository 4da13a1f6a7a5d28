"""Point 18: callbacks are telephone calls; anything else is refused, and it says why."""

import pytest
from playwright.async_api import expect

from tests.browser.callbacks import opened
from tests.browser.conftest import LogIn
from tests.browser.site import Site


@pytest.mark.parametrize("given", ["ada@example.com", "sip:ada@example.com", "@ada"])
async def test_what_is_no_telephone_number_is_refused_as_it_is_typed(site: Site, log_in: LogIn, given: str) -> None:
    page = await opened(site, log_in)
    await page.get_by_role("button", name="Create Callback").click()
    dialog = page.get_by_role("dialog", name="Create Callback")
    await dialog.get_by_label("Customer Number").fill(given)
    await dialog.get_by_role("button", name="Create", exact=True).click()
    await expect(dialog.get_by_text("is no telephone number")).to_be_visible()
    await expect(dialog.get_by_label("Customer Number")).to_have_value(given)
    assert (await site.api.get("/api/v1/callbacks")).json()["items"] == []

"""Point 2: what the columns show."""

from playwright.async_api import expect

from ringback.callbacks.states import Result, State
from tests.browser.callbacks import now, opened, row_of
from tests.browser.conftest import LogIn, local
from tests.browser.site import Site
from tests.integration.past import add_callback


async def test_every_column_shows_what_it_is_called_after(site: Site, log_in: LogIn) -> None:
    at = now()
    done = await add_callback(site.database, result=Result.AGENT, number="+49301111111", desired_at=at)
    talking = await add_callback(site.database, state=State.QUEUED, number="+49303333333", desired_at=at)
    asked = await site.ask_for_call("support", "030 2222222", customer_name="Ada")
    await site.add_agent("anna", "support")
    async with site.database.transaction() as connection:
        agent_id = await connection.fetchval("select id from agents")
        changed = "update callbacks set state = 'PROCESSING', agent_id = $2, attempts = 3 where id = $1"
        await connection.execute(changed, talking, agent_id)
    page = await opened(site, log_in)
    await page.get_by_role("button", name="Advanced Options").click()
    dialog = page.get_by_role("dialog")
    for column in ("Callback ID", "Time Updated", "Customer Name", "Agent", "Attempts"):
        await dialog.get_by_role("checkbox", name=column, exact=True).click()
    await dialog.get_by_role("button", name="Save").click()
    row = row_of(page, "+49 30 1111111")
    for text in ("COMPLETED (AGENT)", local(at), "support", str(done)):
        await expect(row).to_contain_text(text)
    await expect(row.get_by_role("checkbox", name="Select +49 30 1111111")).to_be_visible()
    await expect(row.get_by_role("button", name="Recreate Callback")).to_be_visible()
    row = row_of(page, "+49 30 3333333")
    for text in (State.PROCESSING, "anna"):
        await expect(row).to_contain_text(text)
    await expect(row.get_by_role("cell", name="3", exact=True)).to_be_visible()
    row = row_of(page, "+49 30 2222222")
    for text in (State.QUEUED, asked["id"], "Ada"):
        await expect(row).to_contain_text(text)
    await expect(row.get_by_role("button", name="Edit Callback")).to_be_visible()


async def test_what_customers_wrote_is_shown_as_it_is_and_stays_in_the_table(site: Site, log_in: LogIn) -> None:
    columns = ["state", "desired_at", "phone_number", "service", "id", "updated_at", "customer_name", "agent"]
    script = "<img src=x onerror=alert(1)>"
    await site.ask_for_call("support", "030 1111111", customer_name=script, user_data={script: "v" * 900})
    page = await opened(site, log_in)
    async with site.database.connection() as connection:
        await connection.execute(
            "update users set preferences = jsonb_build_object('columns', $1::text[], 'advanced_metrics', true)",
            columns,
        )
    await page.reload()
    await expect(row_of(page, "+49 30 1111111")).to_contain_text(script)
    await page.get_by_role("button", name="Details").click()
    await expect(page.get_by_role("table", name="History")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 1280

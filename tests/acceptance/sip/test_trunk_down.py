"""Nothing listens where the SIP trunk should be: callbacks wait, say why, and go through once it is there."""

from pathlib import Path

import pytest

from ringback.callbacks.states import Result, State
from ringback.telephony.port import EndedBy, Outcome
from tests.acceptance.sip.site import Site, number
from tests.acceptance.sip.waiting import until_seen
from tests.telephony.rig import Behaviour
from tests.telephony.sipp import SippPhone, free_udp_port


@pytest.fixture
def trunk(tmp_path: Path) -> SippPhone:
    """A trunk that is not plugged in; a test does that by `with site.trunk`."""
    return SippPhone(tmp_path / "trunk", port=free_udp_port())


async def test_callback_waits_while_the_trunk_is_silent_and_goes_through_once_it_is_there(closed_site: Site) -> None:
    site = closed_site
    site.start_engine()
    await site.link_is_up()
    await site.add_service(retries={"TRUNK_ERROR": {"delay_seconds": 2}})
    await site.add_agent("anna", Behaviour.ANSWERS_THEN_LEAVES)
    callback_id = await site.create(number(Behaviour.ANSWERS))
    await site.requeued(callback_id)
    with site.trunk:
        story = await site.metrics(callback_id)
        leg = story.attempts[0].legs[0]
        assert (leg.outcome, leg.ended_by, leg.sip_status) == (Outcome.TRUNK_ERROR, EndedBy.TIMEOUT, None)
        assert story.transitions[-1].reason == "the trunk failed; next try in 2 s"
        await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)
        assert len(site.trunk.calls()) == 1


async def test_nobody_is_dialled_until_the_link_is_registered(closed_site: Site) -> None:
    site = closed_site
    site.start_engine(link="?user=4930123&register=yes")
    await site.add_service()
    await site.add_agent("anna", Behaviour.ANSWERS_THEN_LEAVES)
    callback_id = await site.create(number(Behaviour.ANSWERS))
    waiting = await site.wait_until(
        callback_id, lambda seen: "does not answer" in (seen.waiting_for or ""), "the reason to be told"
    )
    assert waiting.state is State.QUEUED
    await until_seen(site.warnings, lambda warnings: "does not answer" in warnings[0], "the warning")
    assert "does not answer the registration" in await site.command("doctor", exit_code=1)
    with site.trunk:
        assert (await site.wait_for(callback_id, State.COMPLETED, Result.AGENT)).attempts == 1

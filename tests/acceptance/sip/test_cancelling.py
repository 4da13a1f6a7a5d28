"""Cancelling over HTTP stops what rings. The server cannot hang up: the engine, another process, does it."""

import pytest

from ringback.agents.model import Presence
from ringback.callbacks.states import Result, State
from tests.acceptance.sip.site import Site, number
from tests.telephony.rig import Behaviour

RINGS = 300
"""Longer than any test: a phone that falls silent was cancelled."""


@pytest.mark.parametrize("rung", ["customer", "agent"])
async def test_cancel_while_a_phone_rings_silences_it_and_frees_the_agent(site: Site, rung: str) -> None:
    await site.add_service(ring_timeout_seconds=RINGS, agent_ring_timeout_seconds=RINGS)
    is_customer = rung == "customer"
    anna = await site.add_agent("anna", Behaviour.RINGS_FOR_EVER)
    customer = number(Behaviour.RINGS_FOR_EVER if is_customer else Behaviour.ANSWERS)
    telephone, dialled = (site.trunk, customer) if is_customer else (site.phone, anna)
    callback_id = await site.create(customer)
    await site.rings(telephone, dialled)
    assert (await site.agent(anna)).presence is Presence.RESERVED
    await site.cancel(callback_id)
    await site.is_cancelled(telephone, dialled)
    await site.presence(anna, Presence.READY)
    assert (await site.wait_for(callback_id, State.COMPLETED, Result.CANCELLED)).attempts == 1
    assert [call.bye_from for call in site.trunk.calls()] == [None if is_customer else "caller"]

"""Direct SIP keeps the telephony contract, with sipp as every far end and real RTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telephony.contract import TelephonyContract
from tests.telephony.contract_link import LinkContract
from tests.telephony.rig import Rig
from tests.telephony.sip_rig import SipRig, write_prompt
from tests.telephony.sipp import SippPhone


class TestDirectSip(TelephonyContract, LinkContract):
    """All cases, over real SIP."""

    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Rig]:
        write_prompt(tmp_path / "prompts", "greeting")
        with SippPhone(tmp_path / "phone") as phone:
            rig = SipRig(phone, tmp_path / "prompts")
            yield rig
            await rig.close()
            assert all(call.invites == 1 for call in phone.calls()), "an INVITE was sent twice"

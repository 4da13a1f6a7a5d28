"""The contract suite is no test module by name; its assertions are to be as readable as if it were."""

import pytest

pytest.register_assert_rewrite("tests.telephony.contract", "tests.telephony.contract_link", "tests.telephony.rig")

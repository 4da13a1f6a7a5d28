"""The tests, by kind; CONTRIBUTING.md says what each kind is for."""

import pytest

# Modules that hold assertions and are no test modules by name; said before anything imports them.
pytest.register_assert_rewrite(
    "tests.telephony.contract",
    "tests.telephony.contract_link",
    "tests.telephony.rig",
    "tests.acceptance.crash.invariants",
)

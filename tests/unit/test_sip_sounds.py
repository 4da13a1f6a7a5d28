"""Prompts and hold music of direct SIP."""

from array import array
from pathlib import Path

import pytest

from ringback.telephony.sip.sounds import BYTES_PER_FRAME, PromptUnplayable, hold_music, read_prompt
from tests.telephony.sip_rig import write_prompt


def test_prompt_is_read_by_its_name(tmp_path: Path) -> None:
    write_prompt(tmp_path, "greeting")
    assert len(read_prompt(tmp_path, "greeting")) == 2 * 2400


@pytest.mark.parametrize("name", ["missing", "../greeting", "", "a/b", "broken", "wideband"])
def test_prompt_that_is_not_there_or_has_another_form_is_unplayable(tmp_path: Path, name: str) -> None:
    write_prompt(tmp_path, "greeting")
    write_prompt(tmp_path, "wideband", rate=16000)
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    with pytest.raises(PromptUnplayable):
        read_prompt(tmp_path / "sub" if name.startswith("..") else tmp_path, name)


def test_without_a_directory_there_are_no_prompts() -> None:
    with pytest.raises(PromptUnplayable):
        read_prompt(None, "greeting")


def test_hold_music_is_soft_and_has_no_click_where_it_comes_round() -> None:
    samples = array("h", hold_music())
    assert len(samples) * 2 % BYTES_PER_FRAME == 0
    assert 1000 < max(abs(sample) for sample in samples) < 8000
    assert abs(samples[0] - samples[-1]) < 50

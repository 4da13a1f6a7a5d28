"""Secrets are shown by nothing, whatever is wrong with them."""

from pathlib import Path

import pytest

from ringback.errors import SetupError
from ringback.settings import SECRETS, InvalidSetting, Settings, exposed_secret_files, parse_links
from ringback.telephony.sip.link_url import parse_sip_link

SECRET = "s3cr3t"


@pytest.mark.parametrize("url", [f"sip:anna:{SECRET}@trunk.example.org", f"sip:trunk.example.org?password={SECRET}"])
def test_a_password_in_a_links_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(SetupError) as refused:
        parse_sip_link(url)
    assert SECRET not in str(refused.value)


def test_a_password_in_what_is_no_link_is_not_shown() -> None:
    with pytest.raises(InvalidSetting) as refused:
        parse_links(f"sip:anna:{SECRET}@trunk.example.org")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_every_secret_may_come_from_a_file(tmp_path: Path, name: str) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    settings = Settings.from_environment({f"RINGBACK_{name.upper()}_FILE": str(file)})
    assert getattr(settings, name) == SECRET


def test_a_file_that_is_no_text_is_told_without_its_content(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(InvalidSetting, match="is no text in UTF-8") as refused:
        Settings.from_environment({"RINGBACK_SIP_PASSWORD_FILE": str(file)})
    assert SECRET not in str(refused.value)


def test_settings_with_a_typing_error_are_told_without_the_value() -> None:
    with pytest.raises(InvalidSetting) as refused:
        Settings.from_environment({"RINGBACK_SIP_PASWORD": SECRET})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_settings_written_out_leave_secrets_out(name: str) -> None:
    settings = Settings.from_environment({f"RINGBACK_{name.upper()}": SECRET})
    assert SECRET not in f"{settings} {settings!r}"


def test_files_of_secrets_that_all_may_read_are_found(tmp_path: Path) -> None:
    environment: dict[str, str] = {}
    for name, mode in (("DATABASE_URL", 0o640), ("SIP_PASSWORD", 0o644)):
        file = tmp_path / name
        file.write_text(SECRET, encoding="utf-8")
        file.chmod(mode)
        environment[f"RINGBACK_{name}_FILE"] = str(file)
    assert exposed_secret_files(environment) == [str(tmp_path / "SIP_PASSWORD")]

"""Settings: everything wrong is named at once, and no value is printed."""

from pathlib import Path

import pytest

from exchange.settings import BadSetting, Settings, from_environment


def test_an_empty_environment_gives_the_defaults() -> None:
    assert from_environment({"SMTP_HOST": " "}) == Settings(body_seconds=20.0)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "dsn"
    file.write_text("postgresql://u:geheim@h/d\n")
    settings = from_environment({"DATABASE_URL_FILE": str(file)})
    assert settings.database_url == "postgresql://u:geheim@h/d"
    assert "geheim" not in repr(settings)


def test_everything_wrong_is_named_and_no_value_printed(tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": "geheim-1",
        "DATABASE_URL_FILE": str(tmp_path / "geheim-2"),
        "EXCHANGE_POOL_SIZE": "geheim-3",
        "EXCHANGE_BODY_LIMIT": "9" * 5000,
        "SMTP_HOST": "relay",
        "SMTP_TLS": "geheim-4",
        "SMTP_PASSWORD_FILE": str(tmp_path),
    }
    with pytest.raises(BadSetting) as wrong:
        from_environment(environment)
    said = str(wrong.value)
    assert "geheim" not in said
    assert all(
        name in said
        for name in (
            "DATABASE_URL",
            "EXCHANGE_POOL_SIZE",
            "EXCHANGE_BODY_LIMIT",
            "SMTP_TLS",
            "SMTP_FROM",
            "SMTP_PASSWORD",
        )
    )


def test_a_relay_is_read_whole() -> None:
    environment = {"SMTP_HOST": "relay", "SMTP_TLS": "implicit", "SMTP_FROM": "a@b.example", "SMTP_PASSWORD": "geheim"}
    relay = from_environment(environment).mail
    assert relay is not None
    assert (relay.port, relay.tls) == (465, "implicit")
    assert "geheim" not in repr(relay)


@pytest.mark.parametrize(
    "value", ["https://exchange.example", "https://exchange.example:8443/", "http://localhost:8080"]
)
def test_an_address_is_a_name_and_nothing_after_it(value: str) -> None:
    settings = from_environment({"EXCHANGE_ADDRESS": value, "PROTECTION_ADDRESS": value})
    assert settings.address == settings.protection.address == value.rstrip("/")


@pytest.mark.parametrize(
    "value",
    [
        "exchange.example",
        "http://exchange.example",
        "https://a@b.example",
        "https://b.example/x",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(BadSetting, match="PROTECTION_ADDRESS must be https"):
        from_environment({"PROTECTION_ADDRESS": value})

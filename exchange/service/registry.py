"""Set-up of a node: the profile, the sandbox's sample registry, the authorities' keys."""

from datetime import date
from typing import Final

from exchange.core.scene import Party, Reading
from exchange.profiles import protocol_source, reading_of
from exchange.service import people
from exchange.store import profiles, registry, sandbox
from exchange.store.database import Connection
from exchange.store.registry import Agreement, Authority
from schemas.vocabulary import AuthorityKind, Country, Reach

IN_FORCE: Final = date(2020, 1, 1)

SAMPLE_ZONES: Final = {
    Country.AM: "Asia/Yerevan",
    Country.BY: "Europe/Minsk",
    Country.KZ: "Asia/Almaty",
    Country.KG: "Asia/Bishkek",
    Country.RU: "Europe/Moscow",
    Country.TJ: "Asia/Dushanbe",
}

SAMPLE_NAMES: Final = {
    "AM-POL": ("Полиция Республики Армения (образец)", "Police of the Republic of Armenia (sample)"),
    "AM-NSS": (
        "Служба национальной безопасности Республики Армения (образец)",
        "National Security Service of the Republic of Armenia (sample)",
    ),
    "BY-MVD": (
        "Министерство внутренних дел Республики Беларусь (образец)",
        "Ministry of Internal Affairs of the Republic of Belarus (sample)",
    ),
    "BY-KGB": (
        "Комитет государственной безопасности Республики Беларусь (образец)",
        "State Security Committee of the Republic of Belarus (sample)",
    ),
    "KZ-MVD": (
        "Министерство внутренних дел Республики Казахстан (образец)",
        "Ministry of Internal Affairs of the Republic of Kazakhstan (sample)",
    ),
    "KZ-NSC": (
        "Комитет национальной безопасности Республики Казахстан (образец)",
        "National Security Committee of the Republic of Kazakhstan (sample)",
    ),
    "KG-MVD": (
        "Министерство внутренних дел Кыргызской Республики (образец)",
        "Ministry of Internal Affairs of the Kyrgyz Republic (sample)",
    ),
    "KG-GKNB": (
        "Государственный комитет национальной безопасности Кыргызской Республики (образец)",
        "State Committee for National Security of the Kyrgyz Republic (sample)",
    ),
    "RU-MVD": (
        "Министерство внутренних дел Российской Федерации (образец)",
        "Ministry of Internal Affairs of the Russian Federation (sample)",
    ),
    "RU-FSB": (
        "Федеральная служба безопасности Российской Федерации (образец)",
        "Federal Security Service of the Russian Federation (sample)",
    ),
    "TJ-MVD": (
        "Министерство внутренних дел Республики Таджикистан (образец)",
        "Ministry of Internal Affairs of the Republic of Tajikistan (sample)",
    ),
    "TJ-GKNB": (
        "Государственный комитет национальной безопасности Республики Таджикистан (образец)",
        "State Committee for National Security of the Republic of Tajikistan (sample)",
    ),
}

SECRETARIAT: Final = "CSTO-SEC"


async def keep_reading(conn: Connection) -> Reading:
    """Keep the profile that new requests pin, and return its reading."""
    source = protocol_source()
    reading = reading_of(source)
    await profiles.keep(conn, reading.ref.digest, reading.ref.id, reading.ref.version, source)
    return reading


async def seed_sandbox(conn: Connection) -> None:
    """Enter the sample registry: six Parties, twelve authorities, the Secretariat, one standing channel, and people."""
    for country in Country:
        await registry.add_party(conn, Party(country, IN_FORCE))
    for code in SAMPLE_NAMES:
        await registry.add_authority(conn, _sample(code))
    await registry.add_authority(
        conn,
        Authority(
            code=SECRETARIAT,
            kind=AuthorityKind.SECRETARIAT,
            country=None,
            name={"ru": "Секретариат ОДКБ (образец)", "en": "CSTO Secretariat (sample)"},
            zone="Europe/Moscow",
            reach=Reach.NODE,
            mailbox="csto-sec@node.example",
            head_mailbox="csto-sec.head@node.example",
            since=IN_FORCE,
        ),
    )
    await registry.add_agreement(
        conn,
        Agreement(
            code="CSTO-CHANNEL-1",
            parties=tuple(Country),
            channel="защищённая видеоконференцсвязь и электронная почта (образец)",
            citation="Соглашение о каналах связи между компетентными органами от 15 января 2020 года (образец)",
            since=date(2020, 1, 15),
        ),
    )
    await people.seed_samples(conn, (*SAMPLE_NAMES, SECRETARIAT), await sandbox.now(conn))


def _sample(code: str) -> Authority:
    """Return a sample authority with its two mailboxes; TJ-GKNB alone is reached by courier."""
    russian, english = SAMPLE_NAMES[code]
    country = Country(code[:2])
    return Authority(
        code=code,
        kind=AuthorityKind.COMPETENT,
        country=country,
        name={"ru": russian, "en": english},
        zone=SAMPLE_ZONES[country],
        reach=Reach.COURIER if code == "TJ-GKNB" else Reach.NODE,
        mailbox=f"{code.lower()}@node.example",
        head_mailbox=f"{code.lower()}.head@node.example",
        since=IN_FORCE,
    )

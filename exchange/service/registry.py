"""Set-up of a node: the profile, the sandbox's sample registry, the authorities' keys."""

from datetime import UTC, date, datetime
from typing import Final

from exchange.core import treaty
from exchange.core.designations import Authority, designated
from exchange.core.party_notices import treaty_fact
from exchange.core.scene import Reading
from exchange.profiles import force, protocol_source, reading_of
from exchange.service import people
from exchange.service.notices_of_parties import written_first
from exchange.store import profiles, registry, registry_notices, sandbox
from exchange.store.database import Connection
from exchange.store.registry import Agreement
from schemas.registry import ChannelAgreement, CompletionNotice, Designation, Names
from schemas.vocabulary import AuthorityKind, Country, FactKind, Reach

IN_FORCE: Final = date(2020, 1, 1)
ENTERED: Final = datetime(2020, 1, 15, 6, tzinfo=UTC)

SAMPLE_RECEIPTS: Final = {
    Country.BY: date(2019, 6, 3),
    Country.KZ: date(2019, 8, 20),
    Country.RU: date(2019, 11, 5),
    Country.AM: IN_FORCE,
    Country.KG: IN_FORCE,
    Country.TJ: IN_FORCE,
}
"""When the depositary received each state's notification: with the fourth the Protocol came into force."""

SAMPLE_ZONES: Final = {
    Country.AM: "Asia/Yerevan",
    Country.BY: "Europe/Minsk",
    Country.KZ: "Asia/Almaty",
    Country.KG: "Asia/Bishkek",
    Country.RU: "Europe/Moscow",
    Country.TJ: "Asia/Dushanbe",
}

SAMPLE_NAMES: Final = {
    "AM-POL": Names(
        ru="Полиция Республики Армения (образец)",
        en="Police of the Republic of Armenia (sample)",
        kk="Армения Республикасының Полициясы (үлгі)",
    ),
    "AM-NSS": Names(
        ru="Служба национальной безопасности Республики Армения (образец)",
        en="National Security Service of the Republic of Armenia (sample)",
        kk="Армения Республикасының Ұлттық қауіпсіздік қызметі (үлгі)",
    ),
    "BY-MVD": Names(
        ru="Министерство внутренних дел Республики Беларусь (образец)",
        en="Ministry of Internal Affairs of the Republic of Belarus (sample)",
        kk="Беларусь Республикасының Ішкі істер министрлігі (үлгі)",
    ),
    "BY-KGB": Names(
        ru="Комитет государственной безопасности Республики Беларусь (образец)",
        en="State Security Committee of the Republic of Belarus (sample)",
        kk="Беларусь Республикасының Мемлекеттік қауіпсіздік комитеті (үлгі)",
    ),
    "KZ-MVD": Names(
        ru="Министерство внутренних дел Республики Казахстан (образец)",
        en="Ministry of Internal Affairs of the Republic of Kazakhstan (sample)",
        kk="Қазақстан Республикасының Ішкі істер министрлігі (үлгі)",
    ),
    "KZ-NSC": Names(
        ru="Комитет национальной безопасности Республики Казахстан (образец)",
        en="National Security Committee of the Republic of Kazakhstan (sample)",
        kk="Қазақстан Республикасының Ұлттық қауіпсіздік комитеті (үлгі)",
    ),
    "KG-MVD": Names(
        ru="Министерство внутренних дел Кыргызской Республики (образец)",
        en="Ministry of Internal Affairs of the Kyrgyz Republic (sample)",
        kk="Қырғыз Республикасының Ішкі істер министрлігі (үлгі)",
    ),
    "KG-GKNB": Names(
        ru="Государственный комитет национальной безопасности Кыргызской Республики (образец)",
        en="State Committee for National Security of the Kyrgyz Republic (sample)",
        kk="Қырғыз Республикасының Ұлттық қауіпсіздік мемлекеттік комитеті (үлгі)",
    ),
    "RU-MVD": Names(
        ru="Министерство внутренних дел Российской Федерации (образец)",
        en="Ministry of Internal Affairs of the Russian Federation (sample)",
        kk="Ресей Федерациясының Ішкі істер министрлігі (үлгі)",
    ),
    "RU-FSB": Names(
        ru="Федеральная служба безопасности Российской Федерации (образец)",
        en="Federal Security Service of the Russian Federation (sample)",
        kk="Ресей Федерациясының Федералдық қауіпсіздік қызметі (үлгі)",
    ),
    "TJ-MVD": Names(
        ru="Министерство внутренних дел Республики Таджикистан (образец)",
        en="Ministry of Internal Affairs of the Republic of Tajikistan (sample)",
        kk="Тәжікстан Республикасының Ішкі істер министрлігі (үлгі)",
    ),
    "TJ-GKNB": Names(
        ru="Государственный комитет национальной безопасности Республики Таджикистан (образец)",
        en="State Committee for National Security of the Republic of Tajikistan (sample)",
        kk="Тәжікстан Республикасының Ұлттық қауіпсіздік мемлекеттік комитеті (үлгі)",
    ),
}

SECRETARIAT: Final = "CSTO-SEC"

LITHUANIAN: Final = "LT-CB"
"""The sample body that takes part in the protection module alone (Kazakhstan's treaty with Lithuania)."""


async def keep_reading(conn: Connection) -> Reading:
    """Keep the profile that new requests pin, and return its reading."""
    source = protocol_source()
    reading = reading_of(source)
    await profiles.keep(conn, reading.ref.digest, reading.ref.id, reading.ref.version, source)
    return reading


async def seed_sandbox(conn: Connection) -> None:
    """Enter the sample registry: six notifications, thirteen authorities, one standing channel, and people.

    Beside them stands one body that only the protection module knows what to do with; no notice speaks of it.
    """
    await _seed_registry(conn)
    await registry.add_authority(conn, _lithuanian())
    await people.seed_samples(conn, (*SAMPLE_NAMES, SECRETARIAT, LITHUANIAN), await sandbox.now(conn))


def samples() -> tuple[Authority, ...]:
    """Return all sample bodies as the registry has them first, the one of the protection module alone among them."""
    bodies = [_secretariat(), *map(_sample, SAMPLE_NAMES)]
    return (*(designated((), body, body.country, number)[0] for number, body in enumerate(bodies)), _lithuanian())


async def _seed_registry(conn: Connection) -> None:
    """Enter the sample facts, and what follows from them, into an empty registry."""
    notifications = [
        CompletionNotice(kind=FactKind.COMPLETION, country=country, received_on=day)
        for country, day in SAMPLE_RECEIPTS.items()
    ]
    bodies = [_secretariat(), *map(_sample, SAMPLE_NAMES)]
    channel = _channel()
    written = written_first([*notifications, *bodies, channel], SECRETARIAT, ENTERED)
    if not await registry_notices.begin(conn, len(written)):
        return
    await registry_notices.add(conn, *written)
    await registry.keep_parties(conn, treaty.parties(map(treaty_fact, notifications), force()))
    first = len(notifications) + 1
    await registry.add_authority(
        conn, *(designated((), body, body.country, number)[0] for number, body in enumerate(bodies, first))
    )
    await registry.add_agreement(
        conn,
        Agreement(
            code=channel.agreement,
            parties=channel.parties,
            channel=channel.channel,
            citation=channel.citation,
            since=channel.since,
        ),
    )


def _channel() -> ChannelAgreement:
    return ChannelAgreement(
        kind=FactKind.AGREEMENT,
        agreement="CSTO-CHANNEL-1",
        parties=tuple(Country),
        channel="защищённая видеоконференцсвязь и электронная почта (образец)",
        citation="Соглашение о каналах связи между компетентными органами от 15 января 2020 года (образец)",
        since=date(2020, 1, 15),
    )


def _secretariat() -> Designation:
    return Designation(
        kind=FactKind.DESIGNATION,
        authority=SECRETARIAT,
        body=AuthorityKind.SECRETARIAT,
        name=Names(ru="Секретариат ОДКБ (образец)", en="CSTO Secretariat (sample)", kk="ҰҚШҰ Хатшылығы (үлгі)"),
        zone="Europe/Moscow",
        reach=Reach.NODE,
        mailbox="csto-sec@node.example",
        head_mailbox="csto-sec.head@node.example",
        since=IN_FORCE,
    )


def _lithuanian() -> Authority:
    return Authority(
        code=LITHUANIAN,
        kind=AuthorityKind.PROTECTION,
        country=None,
        name={
            "ru": "Компетентный орган Литовской Республики (образец)",
            "en": "Competent body of the Republic of Lithuania (sample)",
            "kk": "Литва Республикасының құзыретті органы (үлгі)",
        },
        zone="Europe/Vilnius",
        reach=Reach.NODE,
        mailbox="lt-cb@node.example",
        head_mailbox="lt-cb.head@node.example",
        since=IN_FORCE,
    )


def _sample(code: str) -> Designation:
    """Return the designation of a sample authority with its two mailboxes; TJ-GKNB alone is reached by courier."""
    country = Country(code[:2])
    return Designation(
        kind=FactKind.DESIGNATION,
        authority=code,
        country=country,
        name=SAMPLE_NAMES[code],
        zone=SAMPLE_ZONES[country],
        reach=Reach.COURIER if code == "TJ-GKNB" else Reach.NODE,
        mailbox=f"{code.lower()}@node.example",
        head_mailbox=f"{code.lower()}.head@node.example",
        since=IN_FORCE,
    )

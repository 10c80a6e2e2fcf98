"""The closed vocabularies of the Protocol: the only place where their members are spelled."""

from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING


class Vocabulary(StrEnum):
    """A closed list of words; a word's `value` is itself as plain text."""

    if not TYPE_CHECKING:  # to mypy it would be a member
        value = property(attrgetter("_value_"))
        """As enum has it, without two calls in Python: every word of every JSON that is written is asked for it."""


class Country(Vocabulary):
    """A CSTO member state, by its ISO 3166-1 alpha-2 code."""

    AM = "AM"
    BY = "BY"
    KZ = "KZ"
    KG = "KG"
    RU = "RU"
    TJ = "TJ"


class State(Vocabulary):
    """Where a request stands. Overdue, urgent, held and the like are facts beside it, never states."""

    SENT = "sent"
    RECEIVED = "received"
    EXECUTING = "executing"
    POSTPONED = "postponed"
    CONDITIONS_OFFERED = "conditions_offered"
    CONDITIONS_DECLINED = "conditions_declined"
    EXECUTED = "executed"
    REFUSED = "refused"
    DISCONTINUED = "discontinued"
    WITHDRAWN = "withdrawn"


class ActKind(Vocabulary):
    """What one authority can do towards the other on a request."""

    SUBMIT = "submit"
    RECEIVE = "receive"
    ACCEPT = "accept"
    REDIRECT = "redirect"
    CONFIRM = "confirm"
    HOLD = "hold"
    ASK_INFORMATION = "ask_information"
    PROVIDE_INFORMATION = "provide_information"
    REPORT_IMPEDIMENT = "report_impediment"
    POSTPONE = "postpone"
    RESUME = "resume"
    OFFER_CONDITIONS = "offer_conditions"
    ACCEPT_CONDITIONS = "accept_conditions"
    DECLINE_CONDITIONS = "decline_conditions"
    DISCONTINUE = "discontinue"
    REFUSE = "refuse"
    REPORT_RESULTS = "report_results"
    WITHDRAW = "withdraw"
    PROPOSE_TERM = "propose_term"
    AGREE_TERM = "agree_term"
    ASK_PRESENCE = "ask_presence"
    GRANT_PRESENCE = "grant_presence"
    DENY_PRESENCE = "deny_presence"
    ASK_OTHER_USE = "ask_other_use"
    GRANT_OTHER_USE = "grant_other_use"
    DENY_OTHER_USE = "deny_other_use"
    OPEN_CONSULTATION = "open_consultation"
    CLOSE_CONSULTATION = "close_consultation"
    PROPOSE_COSTS = "propose_costs"
    AGREE_COSTS = "agree_costs"
    NOTE = "note"


class AskKind(Vocabulary):
    """What can be asked and answered on a request; each kind is numbered from 1 on its own."""

    QUESTION = "question"
    PRESENCE = "presence"
    OTHER_USE = "other_use"
    CONSULTATION = "consultation"
    TERM = "term"
    COSTS = "costs"


class ObligationKind(Vocabulary):
    """A duty with a due moment (Articles 6 and 7)."""

    EXECUTION = "execution"
    REDIRECT = "redirect"
    CONFIRMATION = "confirmation"


class ObligationState(Vocabulary):
    """Where a duty stands; overdue is `running` with its due moment reached."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    MET = "met"
    MET_LATE = "met_late"
    VOID = "void"


class AssistanceState(Vocabulary):
    """Where one numbered item of the assistance sought stands."""

    OPEN = "open"
    REPORTED = "reported"
    REFUSED = "refused"


class UseState(Vocabulary):
    """Where another use of results stands that was asked for and not granted (Article 10)."""

    WAITING = "waiting"
    DENIED = "denied"


class Side(Vocabulary):
    """The two sides of a request."""

    REQUESTING = "requesting"
    REQUESTED = "requested"


class Matter(Vocabulary):
    """The crimes and protections of Article 3."""

    CONSTITUTIONAL_ORDER = "constitutional_order_and_state_security"
    PEACE = "peace_and_security_of_mankind"
    INFORMATION_TECHNOLOGY = "information_technology"
    INFORMATION_SPACE = "information_space_protection"
    PROHIBITED_NETWORK_USE = "prohibited_network_use"


CRIMES = frozenset({Matter.CONSTITUTIONAL_ORDER, Matter.PEACE, Matter.INFORMATION_TECHNOLOGY})
"""The matters of Article 3 that are crimes; the other two are protections."""


class Form(Vocabulary):
    """The forms of cooperation of Article 5."""

    INFORMATION = "information"
    OPERATIONAL_SEARCH = "operational_search"
    PROCEDURAL_ACT = "procedural_act"
    COORDINATED_MEASURES = "coordinated_measures"
    TRAINING = "training"
    INFORMATION_SYSTEMS = "information_systems"
    RESEARCH = "research"
    OTHER = "other"


class InformationSubject(Vocabulary):
    """The six subjects on which Article 5(1) provides for exchange of information."""

    CRIMES = "crimes"
    PERSONS = "persons"
    METHODS_OF_COUNTERING = "methods_of_countering"
    NEW_METHODS_OF_CRIME = "new_methods_of_crime"
    NATIONAL_LAW = "national_law"
    TREATIES = "treaties"


class TermBasis(Vocabulary):
    """Where an execution term comes from (Article 7)."""

    PROTOCOL = "protocol"
    TREATY = "treaty"


class Position(Vocabulary):
    """Who may sign (Article 6)."""

    HEAD = "head"
    DEPUTY_HEAD = "deputy_head"


class Handling(Vocabulary):
    """The level of confidentiality to keep (Article 10); no degree of secrecy."""

    ORDINARY = "ordinary"
    OFFICIAL_USE = "official_use"


class Reach(Vocabulary):
    """How an authority is reached; only `node` receives at once, the rest by a registrar's entry."""

    NODE = "node"
    COURIER = "courier"
    POST = "post"
    EMAIL = "email"


class AuthorityKind(Vocabulary):
    """What a registered body is: designated under Article 4, a domestic body, or the Secretariat.

    One of `protection` takes part in the protection module alone: the open exchange has nothing for it.
    """

    COMPETENT = "competent"
    DOMESTIC = "domestic"
    SECRETARIAT = "secretariat"
    PROTECTION = "protection"


class Role(Vocabulary):
    """What a caller is inside its authority."""

    OFFICER = "officer"
    HEAD = "head"
    DEPUTY_HEAD = "deputy_head"
    REGISTRAR = "registrar"
    SECRECY_OFFICER = "secrecy_officer"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    SYSTEM = "system"


class Direction(Vocabulary):
    """The two registers that an authority keeps for each year."""

    OUTGOING = "out"
    INCOMING = "in"


class DueBucket(Vocabulary):
    """The disjoint buckets of the dashboard, by the debtor's local days."""

    OVERDUE = "overdue"
    TODAY = "today"
    THREE_DAYS = "3d"
    SEVEN_DAYS = "7d"
    LATER = "later"
    SUSPENDED = "suspended"


class DraftState(Vocabulary):
    """Where a draft stands inside its authority; `entered` is done without a signature."""

    DRAFTING = "drafting"
    FOR_SIGNATURE = "for_signature"
    RETURNED = "returned"
    SIGNED = "signed"
    ENTERED = "entered"
    DROPPED = "dropped"


class DraftStep(Vocabulary):
    """What somebody did with a draft."""

    SAVED = "saved"
    SENT = "sent"
    RETURNED = "returned"
    SIGNED = "signed"
    ENTERED = "entered"
    DROPPED = "dropped"


class NoticeKind(Vocabulary):
    """What a notice tells of."""

    ACT = "act"
    REMINDER = "reminder"
    REGISTRY = "registry"
    PROTECTION = "protection"
    DRAFT = "draft"


class Mailbox(Vocabulary):
    """Which of an authority's two mailboxes a notice goes to."""

    AUTHORITY = "authority"
    HEAD = "head"


class Examined(Vocabulary):
    """How much of a file the mark guard looked at: all of it, some of it, nothing."""

    WHOLE = "whole"
    PARTLY = "partly"
    NONE = "none"


class Unseen(Vocabulary):
    """Why the mark guard did not look at something in a file; the sender's word stands for it."""

    PICTURE = "picture"
    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"
    UNKNOWN_KIND = "unknown_kind"


class Deed(Vocabulary):
    """What the audit trail keeps of people and programs: who saw, took out, or changed what."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    READ = "read"
    READ_RECORD = "read_record"
    LISTED = "listed"
    READ_LETTER = "read_letter"
    DOWNLOADED = "downloaded"
    UPLOADED = "uploaded"
    EXPORTED = "exported"
    ACTED = "acted"
    DRAFTED = "drafted"
    SENT_FOR_SIGNATURE = "sent_for_signature"
    RETURNED = "returned"
    SIGNED = "signed"
    DROPPED = "dropped"
    REGISTRY_CHANGED = "registry_changed"
    ACCESS_CHANGED = "access_changed"
    DENIED = "denied"


class FactKind(Vocabulary):
    """What can be notified to the registry (Articles 4, 6, 16 and 18)."""

    DESIGNATION = "designation"
    CHANGE = "change"
    END = "end"
    COMPLETION = "completion"
    WITHDRAWAL = "withdrawal"
    AGREEMENT = "agreement"
    AGREEMENT_END = "agreement_end"


class Language(Vocabulary):
    """A language of pages, and of the mails that an authority gets; letters and requests are Russian (Article 13)."""

    RU = "ru"
    EN = "en"
    KK = "kk"

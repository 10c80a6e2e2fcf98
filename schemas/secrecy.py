"""The closed vocabularies of the protection module: the only place where their members are spelled."""

from schemas.vocabulary import Vocabulary


class Mark(Vocabulary):
    """A degree of secrecy, highest first; `restricted` is a level of protection and, in Kazakhstan, no degree."""

    SPECIAL_IMPORTANCE = "special_importance"
    TOP_SECRET = "top_secret"
    SECRET = "secret"
    CONFIDENTIAL = "confidential"
    RESTRICTED = "restricted"


class Office(Vocabulary):
    """The standing working bodies of the organisation (Agreement of 2004, article 1)."""

    SECRETARIAT = "secretariat"
    JOINT_STAFF = "joint_staff"


class ItemKind(Vocabulary):
    """What carries the information."""

    DOCUMENT = "document"
    MEDIUM = "medium"
    ELECTRONIC = "electronic"
    ORAL = "oral"


class ItemState(Vocabulary):
    """Where an item stands; in transit, out, breached and the like are facts about its copies."""

    PENDING = "pending"
    REGISTERED = "registered"
    DECLASSIFIED = "declassified"
    GONE = "gone"


class CopyKind(Vocabulary):
    """How a numbered copy came to be."""

    ORIGINAL = "original"
    COPY = "copy"
    TRANSLATION = "translation"
    EXTRACT = "extract"


class CopyState(Vocabulary):
    """Where a numbered copy is."""

    HELD = "held"
    IN_TRANSIT = "in_transit"
    DESTROYED = "destroyed"


class ItemAct(Vocabulary):
    """What a body can do with an item."""

    REGISTER = "register"
    AUTHORISE_RELEASE = "authorise_release"
    DISPATCH = "dispatch"
    CONFIRM_RECEIPT = "confirm_receipt"
    ASK_CONSENT = "ask_consent"
    GRANT_CONSENT = "grant_consent"
    DENY_CONSENT = "deny_consent"
    WITHDRAW_CONSENT = "withdraw_consent"
    COPY = "copy"
    TRANSLATE = "translate"
    EXTRACT = "extract"
    REGRADE = "regrade"
    DECLASSIFY = "declassify"
    RETURN = "return"
    DESTROY = "destroy"
    REPORT_BREACH = "report_breach"
    REPORT_INQUIRY = "report_inquiry"
    CLOSE_BREACH = "close_breach"


class ConsentKind(Vocabulary):
    """What a consent is for; none opens another purpose or publication."""

    COPY = "copy"
    TRANSLATE = "translate"
    REGRADE = "regrade"
    DECLASSIFY = "declassify"
    DESTROY = "destroy"
    RETURN = "return"
    THIRD_PARTY = "third_party"
    JOINT_MARK = "joint_mark"


class Origin(Vocabulary):
    """How the body that acts came by the information."""

    RECEIVED = "received"
    GIVEN = "given"
    JOINT = "joint"


class Whose(Vocabulary):
    """Whose consent a rule asks for; where a Party is named, its body or its competent body speaks for it."""

    GIVER = "giver"
    GIVER_PARTY = "giver_party"
    GIVER_COMPETENT = "giver_competent"
    RECIPIENT = "recipient"
    OTHERS = "others"
    OTHERS_PARTY = "others_party"
    OTHERS_COMPETENT = "others_competent"


class Spare(Vocabulary):
    """What spares from a consent or lifts a ban."""

    FIRST_TRANSLATION = "first_translation"
    CRISIS = "crisis"


class Channel(Vocabulary):
    """How an item travels; nobody carries one across a border in person."""

    DIPLOMATIC = "diplomatic"
    COURIER = "courier"
    AUTHORISED_SERVICE = "authorised_service"
    ELECTRONIC = "electronic"


class ChannelNeed(Vocabulary):
    """What a channel needs beside the regime that provides it."""

    NOTHING = "nothing"
    AGREEMENT = "agreement"
    MEANS = "means"


class ReceiptForm(Vocabulary):
    """How a receipt is confirmed."""

    WRITTEN = "written"
    ELECTRONIC = "electronic"


class DecisionNeed(Vocabulary):
    """What a decision to release rests on beside the sender's own law."""

    OWN_CONSENT = "own_consent"
    RECIPIENT_CLEARED = "recipient_cleared"


class DutyKind(Vocabulary):
    """What somebody waits for."""

    RECEIPT = "receipt"
    DESTRUCTION_REPORT = "destruction_report"
    INQUIRY = "inquiry"


class DutyState(Vocabulary):
    """Where a duty stands; overdue is `running` with its due moment reached."""

    RUNNING = "running"
    MET = "met"
    MET_LATE = "met_late"
    VOID = "void"


class BreachKind(Vocabulary):
    """What happened to information or to its carrier."""

    DISSEMINATION = "dissemination"
    LOSS = "loss"
    DESTRUCTION = "destruction"
    DAMAGE = "damage"
    TAKING = "taking"
    IMPROPER_USE = "improper_use"


class BreachState(Vocabulary):
    """Where a breach stands."""

    REPORTED = "reported"
    INQUIRED = "inquired"
    CLOSED = "closed"


class BodyKind(Vocabulary):
    """Which bodies of a Party a rule speaks of."""

    AUTHORISED = "authorised"
    COMPETENT = "competent"


class TreatyElement(Vocabulary):
    """What a treaty must state before Kazakhstan gives its secrets under it (Rules No. 1355, point 4), in order."""

    BODIES = "bodies"
    EQUIVALENCE = "equivalence"
    MARKING = "marking"
    TRANSFER = "transfer"
    COPYING = "copying"
    PROTECTION = "protection"
    THIRD_PARTY = "third_party"
    DISPUTES = "disputes"


class ReleaseState(Vocabulary):
    """Where a national release procedure stands."""

    PROPOSED = "proposed"
    EXPERTISE = "expertise"
    GOVERNMENT = "government"
    APPROVED = "approved"
    REJECTED = "rejected"


class ReleaseAct(Vocabulary):
    """The acts of a national release procedure."""

    PROPOSE = "propose"
    DECIDE_CLASSIFICATION_BODY = "decide_classification_body"
    EXTEND_EXPERT = "extend_expert"
    CONCLUDE_EXPERT = "conclude_expert"
    DECIDE_GOVERNMENT = "decide_government"


class ReleaseDuty(Vocabulary):
    """What a release procedure waits for within a term of working days."""

    CLASSIFICATION_DECISION = "classification_decision"
    EXPERT_CONCLUSION = "expert_conclusion"


class VisitState(Vocabulary):
    """Where a visit stands."""

    REQUESTED = "requested"
    CONSENTED = "consented"
    REFUSED = "refused"


class VisitAct(Vocabulary):
    """The acts of a visit."""

    REQUEST = "request_visit"
    CONSENT = "consent_visit"
    REFUSE = "refuse_visit"


class EntryKind(Vocabulary):
    """What else is kept as a dated entry with its notices."""

    COMPETENT_BODY = "competent_body"
    LAW_CHANGE = "law_change"
    PEOPLE = "people"
    CONTRACT = "contract"
    RULES = "rules"
    CONSULTATION = "consultation"
    ISSUED = "issued"
    TRANSPORT = "transport"
    RELEASED = "released"


class AgreementKind(Vocabulary):
    """What two sides agree on beside the treaty; it counts once both have confirmed it."""

    MEANS = "means"
    WAY = "way"
    STANDING = "standing"


class ProceedingKind(Vocabulary):
    """What runs beside the items with a record of its own."""

    RELEASE = "release"
    VISIT = "visit"
    ENTRY = "entry"


class PaperKind(Vocabulary):
    """What is printed: an item's card and record, its acts in writing; the letter on a visit; a proposal to release."""

    EXTRACT = "extract"
    COVER = "cover"
    RECEIPT = "receipt"
    DESTRUCTION = "destruction"
    VISIT = "visit"
    PROPOSAL = "proposal"


class Taken(Vocabulary):
    """What somebody took notice of: the content itself, a paper, or what the card, the record, the copies tell."""

    CONTENT = "content"
    PAPER = "paper"
    CARD = "card"
    RECORD = "record"
    COPIES = "copies"


class Told(Vocabulary):
    """What a notice tells of: it never names the designation, the mark or the content."""

    RELEASE = "release"
    DISPATCH = "dispatch"
    RECEIPT = "receipt"
    CONSENT_ASKED = "consent_asked"
    CONSENT_GIVEN = "consent_given"
    CONSENT_DENIED = "consent_denied"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    HANDLED = "handled"
    MARK_CHANGED = "mark_changed"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    BREACH = "breach"
    INQUIRY = "inquiry"
    BREACH_CLOSED = "breach_closed"
    DECISION_AWAITED = "decision_awaited"
    DECIDED = "decided"
    VISIT_ASKED = "visit_asked"
    VISIT_ANSWERED = "visit_answered"
    ENTERED = "entered"
    AGREEMENT_ASKED = "agreement_asked"
    AGREEMENT_MADE = "agreement_made"

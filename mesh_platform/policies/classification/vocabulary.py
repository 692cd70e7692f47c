"""The words around personal data: whose it is, what makes it innocent, what leaves it as it is."""

from typing import Final

from mesh_platform.policies.classification.abbreviations import ABBREVIATIONS
from mesh_platform.policies.classification.phrases import PHRASES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PERSONS: Final = _words(
    "inspector auditor operator "
    "consignee consignor customer user client member employee patient person student driver passenger guest visitor "
    "subscriber contact buyer shopper consumer applicant candidate citizen resident tenant beneficiary recipient "
    "sender receiver payer payee cardholder holder author owner manager agent representative doctor physician nurse "
    "teacher pupil child parent father mother spouse wife husband partner kin sibling friend relative worker staff "
    "contractor freelancer courier rider attendee participant player donor voter borrower debtor creditor insured "
    "claimant policyholder account profile billing shipping delivery home private personal individual human people "
    "traveler traveller tourist companion caregiver guardian emergency witness suspect victim prospect lead "
    "respondent reviewer viewer follower caller callee seller supervisor officer colleague assignee requester "
    "reporter approver instructor trainer tutor coach trainee signer signatory signee invitee inviter landlord "
    "lessee lessor roommate householder insurant mandant referrer cashier clerk technician engineer consultant "
    "salesperson boss secretary pilot crew creator editor hcp dependent nominee heir trustee shareholder director "
    "ceo cfo founder principal mailing residential postal permanent ordering attn attention care"
)
"""Whose data it is: the word before says that it is a person's."""

SUBJECTS: Final = PERSONS - _words("account billing shipping delivery home private personal mailing postal operator")
"""Persons themselves: a column or record of this name is about one."""

DEALINGS: Final = _words(
    "order invoice payment transaction shipment event record row entity object return parcel booking data"
)
"""What persons take part in: a record of it may hold their data as well as its own."""

ORGANIZATIONS: Final = _words(
    "company organization business enterprise vendor supplier merchant manufacturer carrier store shop corporate bank "
    "retailer distributor wholesaler dealer subsidiary insurer agency authority school university hospital clinic "
    "charity"
)
"""What has numbers and accounts as persons have; of a sole trader they are personal."""

TRADES: Final = DEALINGS - _words("event record row entity object data")
"""Those of them that a person is always part of."""

MACHINES: Final = _words(
    "server host gateway router switch node cluster database db pod vm printer proxy dns subnet internal private "
    "vpc endpoint api port container machine sensor meter pool bind listen broker loadbalancer vip"
)
"""What has an address in a network and is nobody's own device."""

THINGS: Final = _words(
    "operating interest investment rental taxable day month week quarter weekday "
    "product item sku file host table event currency country company category brand store shop warehouse campaign "
    "channel domain server database schema column field class method function metric job task queue topic cluster "
    "node region city state county district continent organization business enterprise vendor supplier merchant "
    "manufacturer carrier department team group role permission plan tier package bundle service system application "
    "app program project repository repo branch release version feature flag experiment variant test model template "
    "layout page screen view widget button menu form folder directory path bucket container document report "
    "dashboard chart query index key attribute property parameter setting config option tag label badge color size "
    "unit language locale timezone holiday season period fiscal shift calendar schedule process step stage phase "
    "status type kind source target partition stream pipeline dataset resource asset device sensor machine "
    "equipment vehicle car truck airline airport station stop route line zone area site building facility plant "
    "factory office room floor hotel restaurant venue school university hospital clinic bank fund stock ticker "
    "instrument exchange market segment audience cohort list playlist song album artist movie film book game genre "
    "series episode course lesson subject recipe ingredient dish drug compound species breed gene protein planet "
    "star wallet contract smart memory web url link website endpoint api gateway interface protocol module library "
    "framework tool env environment namespace space cost ledger gl order invoice payment transaction shipment "
    "parcel offer coupon promotion discount price tax fee policy rule action command operation error exception code "
    "reason result outcome goal objective dimension measure fact entity object record row col variable constant bin "
    "commodity material part component assembly lot batch serial ticket issue incident bug milestone epic sprint "
    "board font icon theme style broker exporter collector provider platform publisher network isp asn registrar "
    "issuer acquirer processor scheme mode engine browser os operating agency authority ministry municipality "
    "province ward precinct constituency club league competition tournament sport round match workflow trigger "
    "webhook certificate cert volume disk image cpu gpu vm pod deployment replica log logger alert monitor check "
    "rack datacenter subnet vpc vlan router switch port printer kiosk terminal pos register till shelf aisle dock "
    "locker depot hub fleet vessel voyage flight train bus stored procedure constraint sequence cdc dbt dag run "
    "artifact upload attachment corporate headquarter hq noreply support helpdesk shared bot retailer distributor "
    "wholesaler dealer franchise subsidiary division chain mall outlet insurer insurance pharmacy lab laboratory "
    "practice charity ngo foundation institute upstream downstream origin destination meter tower"
)
"""What has a name or a place and is nobody."""

ABOUT: Final = _words(
    "prefix gap parity promotion "
    "count quantity total sum avg average mean median min max rate ratio percent percentage share type kind "
    "category class status verified verification validated valid confirmed active enabled disabled required "
    "optional present missing exists flag indicator at timestamp time template campaign bounced bounce bounces "
    "opened open opens clicked click clicks sent delivered received queued failed unsubscribed subscribed "
    "subscription opt consent preference pref preferences permission provider carrier brand model os app platform "
    "browser version format length len size language locale frequency interval duration expires expired created "
    "updated changed modified quality confidence precision radius accuracy source country state region county order "
    "sort index rank threshold limit policy schema table column field regex pattern label caption usage banner "
    "setting settings config notification notifications reminder alert channel method mode cost fee price currency "
    "unit units seconds minutes hours days week weeks months years ms milliseconds timeout ttl retries attempts "
    "attempt variance stddev deviation change growth distribution histogram bin level tier program plan coverage "
    "rules rule check checks service services server servers host port protocol gateway queue job task event events "
    "feature engine batch marketing strategy pool pools file path folder network call calls score reputation list "
    "screen subject match matched mismatch similarity distance conversion converted signup trial renewal churn "
    "segment cohort"
)
"""A last word that makes it something about the data, and not the data."""

FLAGS: Final = _words(
    "is has was are were can did does should needs allow allows allowed enable show hide requires use"
)
"""A first word that makes it a yes or no."""

COUNTS: Final = _words(
    "number count total sum avg average max min distinct unique n nb rate percent days minutes hours median mean"
)
"""A first word that makes it a quantity of what follows."""

PROTECTED: Final = _words(
    "hash md5 sha1 sha256 sha512 sha hmac masked mask encrypted enc cipher ciphertext token tokenized tokenised "
    "pseudonym pseudonymized pseudonymised anonymized anonymised redacted digest fingerprint obfuscated truncated "
    "salted crypt hashed surrogate anon"
)
"""A word that says the data was made unreadable: whether well enough, a person must look."""

PLAIN: Final = _words(
    "in on ar it pt nl jp ja cn zh ru ko kr "
    "number value text raw clean cleaned cleansed normalized normalised lower upper primary secondary main "
    "alternate alternative alt old new current previous original full complete line string str plain e164 formatted "
    "field data info detail input entered given preferred latest default backup work home office mobile private "
    "first last second third one two three a b address name html utf latin kana katakana romaji local native "
    "english en de fr list array json map struct set no part component personal legal official actual real code box "
    "unit numero cleartext short long v privada privado profesional privat geschaeftlich perso decrypted day month "
    "year"
)
"""Words that leave what they stand beside what it is."""

IDS: Final = _words("id key sk pk fk ref reference number code handle pseudonym hash token sid gid ext")
"""A word that makes a person's word a number that stands for the person."""

WORDS: Final = frozenset(
    {w for phrase in PHRASES for w in phrase} | PERSONS | THINGS | ABOUT | FLAGS | COUNTS | PROTECTED | PLAIN | IDS
)
"""Every word that means something here."""

_APART: Final = _words(
    "cell title party race place text post long part line lead port plate rate able fund stop open real note memo face "
    "tier tool test form list term rest"
)
"""Words that other words hold too often: `postage`, `lineage`, `software`."""

COMPOUNDS: Final = frozenset(
    w
    for w in WORDS | set(ABBREVIATIONS)
    if (len(w) > 3 and w not in _APART)
    or w in {"zip", "tax", "fax", "sha", "dob", "ssn", "api", "app", "url", "usr", "tel", "job"}
)
"""Words that may be written together with others."""

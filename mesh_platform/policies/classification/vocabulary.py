"""The words of personal data: what it is called, whose it is, and what makes a word innocent."""

from collections.abc import Iterator, Mapping
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "mail": ("mail",), "eml": ("email",), "emailaddr": ("email", "address"), "addr": ("address",), "adr": ("address",),
    "tel": ("phone",), "telephone": ("phone",), "telefon": ("phone",), "telefono": ("phone",), "telefone": ("phone",),
    "fon": ("phone",), "phno": ("phone", "number"), "mob": ("mobile",), "celular": ("mobile",), "movil": ("mobile",),
    "handy": ("mobile",), "handynummer": ("mobile",), "gsm": ("mobile",),
    "telefonnummer": ("phone",), "rufnummer": ("phone",), "courriel": ("email",), "correo": ("email",),
    "fname": ("first", "name"), "lname": ("last", "name"), "mname": ("middle", "name"), "cname": ("cname",),
    "fullname": ("full", "name"), "uname": ("username",), "loginname": ("username",), "login": ("login",),
    "no": ("number",), "nr": ("number",), "num": ("number",), "nbr": ("number",), "nummer": ("number",),
    "cnt": ("count",), "qty": ("quantity",), "amt": ("amount",), "pct": ("percent",),
    "dt": ("date",), "ts": ("timestamp",), "tstamp": ("timestamp",), "dttm": ("timestamp",), "datetime": ("timestamp",),
    "cust": ("customer",), "usr": ("user",), "emp": ("employee",), "empl": ("employee",), "acct": ("account",),
    "acc": ("account",), "pt": ("pt",), "pax": ("passenger",), "rep": ("representative",), "mgr": ("manager",),
    "org": ("organization",), "organisation": ("organization",), "corp": ("company",), "cmpny": ("company",),
    "prod": ("prod",), "prd": ("product",), "desc": ("description",), "descr": ("description",), "cat": ("category",),
    "ctry": ("country",), "cntry": ("country",), "lng": ("lon",), "longitude": ("lon",), "latitude": ("lat",),
    "long": ("long",), "coord": ("coordinates",), "coordinate": ("coordinates",), "geoloc": ("geolocation",),
    "zip": ("zip",), "zipcode": ("zip", "code"), "postcode": ("postal", "code"), "postalcode": ("postal", "code"),
    "plz": ("postal", "code"), "postleitzahl": ("postal", "code"), "pincode": ("pin", "code"), "cep": ("cep",),
    "str": ("str",), "strasse": ("street",), "rue": ("street",), "calle": ("street",), "via": ("via",),
    "hausnummer": ("house", "number"), "hausnr": ("house", "number"), "adresse": ("address",), "anschrift": ("address",),
    "direccion": ("address",), "indirizzo": ("address",), "endereco": ("address",), "adres": ("address",),
    "bday": ("birthday",), "dob": ("birth", "date"), "birthdate": ("birth", "date"), "birthday": ("birthday",),
    "geburtsdatum": ("birth", "date"), "geburtstag": ("birthday",), "geburtsort": ("birth", "place"),
    "geboortedatum": ("birth", "date"), "naissance": ("birth",), "nacimiento": ("birth",), "nascita": ("birth",),
    "nascimento": ("birth",), "birthplace": ("birth", "place"), "birthyear": ("birth", "year"),
    "vorname": ("first", "name"), "nachname": ("last", "name"), "familienname": ("last", "name"), "rufname": ("first", "name"),
    "prenom": ("first", "name"), "voornaam": ("first", "name"), "achternaam": ("last", "name"), "cognome": ("last", "name"),
    "apellido": ("last", "name"), "sobrenome": ("last", "name"), "surname": ("last", "name"), "forename": ("first", "name"),
    "geschlecht": ("gender",), "sexe": ("sex",), "sexo": ("sex",), "genero": ("gender",), "gehalt": ("salary",),
    "salaire": ("salary",), "salario": ("salary",), "staatsangehoerigkeit": ("nationality",), "nationalite": ("nationality",),
    "nacionalidad": ("nationality",), "familienstand": ("marital", "status"), "konfession": ("religion",),
    "unterschrift": ("signature",), "kunde": ("customer",), "kunden": ("customer",), "kundennummer": ("customer", "number"),
    "kundenname": ("customer", "name"), "cliente": ("customer",), "klant": ("customer",), "mitarbeiter": ("employee",),
    "benutzer": ("user",), "benutzername": ("username",), "utilisateur": ("user",), "usuario": ("user",),
    "passeport": ("passport",), "pasaporte": ("passport",), "reisepass": ("passport",),
    "reisepassnummer": ("passport", "number"), "kontonummer": ("bank", "account", "number"),
    "steuernummer": ("tax", "number"), "kennzeichen": ("license", "plate"), "firma": ("company",), "producto": ("product",),
    "produkt": ("product",), "produit": ("product",), "tarjeta": ("card",), "enfant": ("enfants",), "ville": ("city",), "ort": ("city",), "nota": ("note",), "notiz": ("note",), "kommentar": ("comment",), "bemerkung": ("remark",), "datum": ("date",), "fecha": ("date",), "hashed": ("hash",),
    "hsh": ("hash",), "masked": ("masked",), "ua": ("useragent",), "latlng": ("lat", "lon"), "latlon": ("lat", "lon"),
    "ip4": ("ip",), "ip6": ("ip",), "ipv4": ("ip",), "ipv6": ("ip",), "ipaddr": ("ip", "address"), "macaddr": ("mac", "address"),
    "licence": ("license",), "colour": ("color",), "cardholder": ("card", "holder"), "cellphone": ("mobile",),
    "smartphone": ("smartphone",), "whats": ("whats",), "vat": ("vat",), "ust": ("vat",), "uid": ("user", "id"),
    "userid": ("user", "id"), "identifier": ("id",), "ident": ("id",), "uuid": ("id",), "guid": ("id",), "ids": ("id",),
    "ship": ("shipping",), "shipto": ("shipping",), "bill": ("billing",), "billto": ("billing",),
    "soldto": ("buyer",), "dlv": ("delivery",),
    "nom": ("nom",), "lic": ("license",), "reg": ("reg",), "veh": ("vehicle",), "ethnic": ("ethnicity",),
    "ethnical": ("ethnicity",), "political": ("political",), "religious": ("religion",), "diag": ("diagnosis",),
    "dx": ("diagnosis",), "diagnose": ("diagnosis",), "wage": ("salary",), "pswd": ("password",), "pwd": ("password",),
    "passwd": ("password",), "passwort": ("password",), "pass": ("pass",), "comments": ("comment",), "note": ("note",),
    "img": ("image",), "pic": ("picture",), "foto": ("photo",), "photograph": ("photo",), "bio": ("bio",),
}  # fmt: skip
"""Word → the words it stands for."""

MUST: Final = "must"
REVIEW: Final = "review"

_PHRASES: Final = """
email    must    email | email address | mail address | mailbox | email electronico
contact  must    phone | phone number | mobile | mobile number
contact  must    mobile phone | cell phone | cell number | msisdn | whatsapp | fax | fax number | phone no | contact number
contact  must    emergency contact | home phone | work phone
email    review  mail
contact  review  cell | hotline | extension number | pager | contact | contact detail | contact info
name     must    first name | last name | middle name | full name | given name | family name | maiden name | birth name
name     must    nom famille | prenom | patronym | person name | name first | name last | mother maiden
name     review  name | nick name | nickname | display name | legal name | screen name | alias | initials | salutation
name     review  nom | nombre | nome | naam | preferred name | known as | honorific | initial
login    must    username | user name | login name | screenname
login    review  login | handle | user handle | sso id | ldap
address  must    address | street | street address | street name | house number | mailing address | home address
address  must    address line | postal address | residence | residential address | apartment number | domicile
address  review  postal code | zip code | zip | postal | apartment | apt | suite | flat number | pin code | building number
address  review  neighborhood | neighbourhood | cep
address  review  po box | postbox | post box | country residence | residence country | city | town | village | suburb
place    review  lat | lon | lat lon | latitude | geolocation | gps | coordinates | geo point | geohash | location | geom
place    review  geo lat | geo lon | geo location | gps coordinates | long lat | lat long | position
network  must    ip | ip address | remote address | client address | peer address | src address | x forwarded for
network  must    wifi mac | bluetooth mac | ethernet mac | mac address | forwarded for
network  review  android id | apple id | anonymous id | device name | device uuid | installation | mac | user agent | useragent | cookie | cookie id | session id | session | device id | device identifier
network  review  fingerprint | browser fingerprint | device fingerprint | device token | push token | installation id
network  review  session token | tracking id | ga id | gclid | fbclid | search query | search term | device serial number
network  must    imei | imsi | iccid | meid | advertising id | idfa | gaid | aaid | udid | idfv | ad id | device imei
birth    must    birth date | birthday | date birth | birth | birth year | year birth | birth month | birth day | born
birth    must    birth place | place birth | birth city | birth country | born on | born at | date naissance
birth    review  age | death date | date death | age group | age band | age range | age bracket | deceased
national must    ssn | social security | social security number | social insurance number | national id | national identity
national must    national id number | national insurance number | national insurance | nino | nhs number | passport
national must    passport number | driver license | driver license number | drivers license | driving license
national must    driving license number | id card | id card number | identity card | identity number | personal id
national must    identity document | id document | id document number | tax id | tax number | tax identification number
national must    taxpayer id | steuer id | codice fiscale | dni | bsn | cpf | curp | aadhaar | aadhar | nric | pesel
national must    sozialversicherungsnummer | personalausweis | personnummer | fiscal code | green card | visa number
national must    ausweisnummer | securite sociale | permis conduire | code fiscal | citizen id | civil id | voter id
national must    government id | itin | social number | personal number | national number | identification number
national must    tax file number | alien registration number | pan number | itin number | residence permit | permit number | naturalization number
national review  nif | nie | nir | nin | tin | sin | vat id | vat number | license number | registration number | ein | pan
national review  visa | license | nationality code
bank     must    iban | bank account | bank account number | card number | credit card | credit card number | debit card
bank     must    cc number | card pan | cvv | cvc | card holder | account holder | credit card no | routing account
bank     must    payment card | payment card number | card expiry | card security code | sort code account | ccn
bank     review  routing number | loyalty id | loyalty card | loyalty card number | loyalty number | card | account number | card last | last4 | card last4 | card expiration | card exp | card token | card id | card fingerprint
bank     review  bank detail | wallet address | wallet id | paypal | crypto address | bank name holder | sepa mandate
bank     must    card expiry date | numero card | card number numero | paypal email | paypal account | bank account holder
vehicle  must    license plate | number plate | plate number | license plate number | vehicle registration | reg plate
vehicle  must    vehicle registration number | vehicle plate | car plate | registration plate
vehicle  review  vin | plate | vehicle identification number | vehicle id
special  must    diagnosis | disease | medication | blood type | blood group | allergy | disability | religion
special  must    religious belief | ethnicity | ethnic origin | ethnic group | political opinion | political party
special  must    political affiliation | political view | sexual orientation | sexuality | trade union | union membership
special  must    union member | biometric | biometric data | face id | face embedding | face encoding | facial | faceprint
special  must    dna | genome | genetic | genetic data | retina | iris scan | voice print | voiceprint | finger print
special  must    criminal record | criminal conviction | conviction | pregnant | pregnancy | medical history
special  must    medical record | medical record number | mrn | medical condition | health condition | health insurance
special  must    health record | health data | mental health | illness | symptom | treatment plan | prescription
special  must    icd code | vaccination | hiv | disabled person | racial origin | insurance number | health insurance number
special  must    hiv status | vaccination status | covid status | pregnancy status | disability status | religion name
special  must    medical number | health card | health card number | krankenkasse | patient record
special  must    sexual preference | fingerprint data | fingerprint template | fingerprint image | icd | gender identity | caste | tribe | bmi | body weight | body height | addiction | smoker
image    review  voice sample
special  review  health | health status | race | medical | union | party affiliation | faith | insurance id | policy holder | biometrics id
special  review  health score | weight kg | height cm | heart rate | blood pressure | medical note | treatment | iris | face
trait    must    gender | sex | marital status | civil status | nationality | citizenship | salary | base salary | income
trait    must    annual income | household income | net worth | credit score | fico score | sexe | pronoun | immigration status
trait    must    compensation | annual salary | hourly wage | pay grade | salary band | income band | bonus amount employee
trait    must    gender code | sex code | nationality code | salary amount | income amount | monthly salary | gross salary
trait    review  occupation | job title | education | education level | mother tongue | native language | household size
trait    review  children | number children | spouse | next kin | relative | dependents | family status | profession | title
trait    review  bonus employee | employee bonus | credit rating | number enfants | religion count | creditworthiness | risk score person | employment status | hire date | performance rating
image    must    selfie | profile picture | profile photo | passport photo | face image | face photo | mugshot | headshot
image    must    portrait photo | user photo
image    review  photo | picture | avatar | portrait | signature | voice recording | audio recording | call recording
image    review  video recording | recording url | profile image | profile url | signature image
secret   must    password | passcode | security answer | security question | secret answer | secret question | passphrase
secret   review  pin | otp | access token | auth token | refresh token | session key | credential | bearer token | password hash
social   must    twitter handle | instagram handle | twitter username | facebook id | linkedin url | linkedin profile
social   must    facebook profile | instagram username | telegram username | skype id | github username | social handle
social   must    tiktok handle | linkedin id | skype name | twitter id | telegram id | facebook url | twitter url
social   must    instagram id | discord id | social media handle | wechat id | line id user | github login | social profile
social   review  facebook | twitter | instagram | linkedin | skype | telegram | social media | wechat | github
text     review  comment | note | feedback | free text | remark | message body | transcript | chat message | message text
text     review  review text | customer message | biography | about me | memo | chat | email body | email subject
text     review  complaint | email content | delivery instruction | gift message | special instruction | internal note
person   review  created by | updated by | modified by | approved by | assigned to | assignee | author | reviewer name
person   review  deleted by | submitted by | requested by | changed by | entered by | signed by | posted by | performed by
person   review  reported by | reporter | requester | approver | cashier | operator | uploaded by | inserted by | handled by
person   review  membership number | membership id | policy number | holder id | created user | updated user | sent to | recipient | sender | sales person | salesperson | representative
"""


def _phrases() -> Iterator[tuple[tuple[str, ...], tuple[str, str]]]:
    for line in _PHRASES.strip().split("\n"):
        kind, strength, listed = line.split(None, 2)
        for phrase in listed.split("|"):
            words = (w for written in phrase.split() for w in ABBREVIATIONS.get(written, (written,)))
            yield tuple(words), (kind, strength)


PHRASES: Final[Mapping[tuple[str, ...], tuple[str, str]]] = dict(_phrases())
"""Words in a row → (class of personal data, how sure): `must` says it is, `review` that a person must look."""

LONGEST_PHRASE: Final = max(map(len, PHRASES))

PERSONS: Final = _words(
    "consignee consignor customer user client member employee patient person student driver passenger guest visitor subscriber contact buyer"
    " shopper consumer applicant candidate citizen resident tenant beneficiary recipient sender receiver payer payee"
    " cardholder holder author owner manager agent representative doctor physician nurse teacher pupil child parent father"
    " mother spouse wife husband partner kin sibling friend relative worker staff contractor freelancer courier rider"
    " attendee participant player donor voter borrower debtor creditor insured claimant policyholder account profile"
    " billing shipping delivery home private personal individual human people traveler traveller tourist companion"
    " caregiver guardian emergency witness suspect victim prospect lead respondent reviewer viewer follower caller callee"
    " seller supervisor officer colleague assignee requester reporter approver instructor trainer tutor coach trainee"
    " signer signatory signee invitee inviter host_person landlord lessee lessor roommate householder head_of_household"
    " insurant mandant referrer cashier clerk technician engineer consultant salesperson boss secretary pilot crew"
    " creator editor follower hcp dependent nominee heir trustee shareholder director ceo cfo founder sales_person"
    " principal mailing residential postal permanent invoice_to ordering attn attention care cardholder legal_guardian"
)
"""Whose data it is: the word before says that it is a person's."""

DEALINGS: Final = _words(
    "order invoice payment transaction shipment event record row entity object return parcel booking data"
)
"""What persons take part in: a record of it may hold their data as well as its own."""

MACHINES: Final = _words(
    "server host gateway router switch node cluster database db pod vm printer proxy dns subnet internal private vpc"
    " endpoint api port container machine sensor meter pool bind listen broker loadbalancer vip dest_server cell_tower"
)
"""What has an address in a network and is nobody's own device."""

SUBJECTS: Final = PERSONS - _words("account billing shipping delivery home private personal host_person mailing postal")
"""Persons themselves: a column or record of this name is about one."""

THINGS: Final = _words(
    "product item sku file host table event currency country company category brand store shop warehouse campaign channel"
    " domain server database schema column field class method function metric job task queue topic cluster node region city"
    " state county district continent organization business enterprise vendor supplier merchant manufacturer carrier"
    " department team group role permission plan tier package bundle service system application app program project"
    " repository repo branch release version feature flag experiment variant test model template layout page screen view"
    " widget button menu form folder directory path bucket container image_file document report dashboard chart query"
    " index key attribute property parameter setting config option tag label badge color size unit language locale timezone"
    " holiday season period fiscal shift calendar schedule process step stage phase status type kind source target"
    " partition stream pipeline dataset resource asset device sensor machine equipment vehicle car truck model_name airline"
    " airport station stop route line zone area site building facility plant factory office room floor hotel restaurant"
    " venue school university hospital clinic bank branch_office fund stock ticker instrument index_fund currency_pair"
    " exchange market segment audience cohort list playlist song album artist movie film book game genre series episode"
    " course lesson subject subject_area recipe ingredient dish drug compound species breed gene protein planet star city"
    " street_type wallet contract contract_address token_contract smart memory web site url link website endpoint api"
    " gateway interface protocol module library framework package_manager tool env environment namespace space tenant_env"
    " cost ledger gl chart_of_accounts order invoice payment transaction shipment parcel offer coupon promotion discount"
    " price tax fee policy rule action command operation error exception code reason result outcome goal objective"
    " attribute dimension measure fact entity object record row col variable constant bin bundle commodity material part"
    " component assembly lot batch serial ticket issue incident bug milestone epic sprint board font icon theme style"
    " broker exporter collector provider tenant_app platform publisher network isp asn registrar issuer"
    " acquirer processor scheme mode engine driver_version browser os operating manufacturer license_type agency authority"
    " ministry municipality province ward precinct constituency union_name club league competition tournament sport round"
    " match race_name event_type workflow trigger webhook secret_name certificate cert volume disk image cpu gpu vm pod"
    " deployment replica log logger alert monitor check rack datacenter subnet vpc vlan router switch port printer kiosk"
    " terminal pos register till shelf aisle dock locker depot hub fleet vessel ship_vessel voyage flight train bus"
    " stored procedure trigger constraint sequence cdc dbt dag run pipeline_run artifact stored_file upload attachment"
    " corporate head_office headquarter hq noreply support helpdesk team_mailbox shared system_user bot org_unit"
    " retailer distributor wholesaler dealer franchise subsidiary division unit_of chain mall outlet"
    " insurer insurance policy_type hospital_name pharmacy lab laboratory practice charity ngo foundation institute"
    " source_system origin_server upstream downstream origin destination meter tower cell_tower"
)
"""What has a name or a place and is nobody."""

ABOUT: Final = _words(
    "count number_of quantity total sum avg average mean median min max rate ratio percent percentage share score_count"
    " type kind category class status state_of verified verification validated valid confirmed active enabled disabled"
    " required optional present missing exists flag indicator at timestamp time template campaign bounced bounce bounces"
    " opened open opens clicked click clicks sent delivered delivery_status received queued failed unsubscribed subscribed"
    " subscription opt consent preference pref preferences permission provider carrier operator_name brand model os app"
    " platform browser version format length len size language locale frequency interval duration expires expired"
    " expiration_date created updated changed modified quality confidence precision radius accuracy source country state"
    " region county prefix_code length_bytes position_index order sort index rank bucket_count threshold limit policy"
    " schema table column field regex pattern label caption code_type usage banner setting settings config notification"
    " notifications reminder alert channel method mode cost fee price amount_due currency unit units seconds minutes hours"
    " days week weeks months years ms milliseconds timeout ttl retries attempts attempt variance stddev deviation change"
    " growth distribution histogram bin range_count level tier program plan coverage rules rule check checks service"
    " services server servers host port protocol gateway queue job task event events feature client_version engine"
    " queue_name batch list_size marketing strategy space_used pool pools mask_type file path folder plan_type"
    " network call calls score reputation list screen subject match matched mismatch similarity distance conversion converted signup trial renewal churn segment cohort"
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
    "hash md5 sha1 sha256 sha512 sha hmac masked mask encrypted enc cipher ciphertext token tokenized tokenised pseudonym"
    " pseudonymized pseudonymised anonymized anonymised redacted digest fingerprint obfuscated truncated salted crypt"
    " hashed surrogate anon"
)
"""A word that says the data was made unreadable: whether well enough, a person must look."""

PLAIN: Final = _words(
    "number value text raw clean cleaned cleansed normalized normalised lower upper primary secondary main alternate"
    " alternative alt old new current previous original full complete line string str plain e164 formatted field data"
    " info detail input entered given preferred latest default backup work home office mobile private first last second"
    " third one two three a b address name id_number html utf latin kana katakana romaji local native english en de fr"
    " list array json map struct set no part component home_address personal legal official actual real code box unit"
    " numero cleartext short long v privada privado profesional privat geschaeftlich perso decrypted day month year"
)
"""Words that leave what they stand beside what it is."""

IDS: Final = _words("id key sk pk fk ref reference number code handle pseudonym hash token sid gid ext")
"""A word that makes a person's word a number that stands for the person."""

WORDS: Final = frozenset(
    {w for phrase in PHRASES for w in phrase}
    | PERSONS | THINGS | ABOUT | FLAGS | COUNTS | PROTECTED | PLAIN | IDS
)  # fmt: skip
"""Every word that means something here."""

COMPOUNDS: Final = frozenset(
    w
    for w in (WORDS | set(ABBREVIATIONS))
    if len(w) > 3 or w in {"zip", "tax", "fax", "sha", "dob", "ssn", "api", "app", "url", "usr", "tel", "car", "job"}
) - _words("cell title party race place text post long part line post lead port plate text rate able fund stop open"
           " real file_ note memo face tier tool test form list test term rest")  # fmt: skip
"""Words that may be written together with others."""

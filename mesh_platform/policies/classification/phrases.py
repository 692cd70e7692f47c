"""What personal data is called: phrases, each with its class and how sure a name that holds it is."""

from collections.abc import Iterator, Mapping
from typing import Final

from mesh_platform.policies.classification.abbreviations import ABBREVIATIONS

MUST: Final = "must"
REVIEW: Final = "review"

_PHRASES: Final = """
name     must   last name prefix | surname prefix
name     review name prefix | name suffix
national must   medicare number | medicaid number
person   review badge number | badge id | inspector | auditor
person   review user pseudo id | pseudo id
special  review medical treatment
trait    must   employee compensation
trait    review net income | gross income | compensation
name     must   nombre completo | nombre cliente | nom client | nom complet
name     review nick
bank     review crypto wallet | wallet | insurance policy number | payroll id | payroll number
place    review geo
login    must   user handle
national must   sin number | birth certificate | birth certificate number
special  review health plan
bank     review debtor account | creditor account | beneficiary account | pan last
secret   review security code
text     review sms text | sms body
social   review personal website | personal homepage
trait    review marriage date | wedding date
name     review middle initial | mi
email    must   email | email address | mail address | mailbox | email electronico
contact  must   phone | phone number | mobile | mobile number | mobile phone | cell phone | cell number | msisdn
contact  must   whatsapp | fax | fax number | phone no | contact number | emergency contact | home phone
contact  must   work phone
email    review mail
contact  review cell | hotline | extension number | pager | contact | contact detail | contact info
name     must   first name | last name | middle name | full name | given name | family name | maiden name
name     must   birth name | nom famille | prenom | patronym | person name | name first | name last | mother maiden
name     review name | nick name | nickname | display name | legal name | screen name | alias | initials
name     review salutation | nom | nombre | nome | naam | preferred name | known as | honorific | initial
login    must   username | user name | login name | screenname
login    review login | handle | sso id | ldap
address  must   address | street | street address | street name | house number | mailing address | home address
address  must   address line | postal address | residence | residential address | apartment number | domicile
address  review postal code | zip code | zip | postal | apartment | apt | suite | flat number | pin code
address  review building number | neighborhood | neighbourhood | cep | po box | postbox | post box
address  review country residence | residence country | city | town | village | suburb
place    review lat | lon | lat lon | latitude | geolocation | gps | coordinates | geo point | geohash | location
place    review geom | geo lat | geo lon | geo location | gps coordinates | long lat | lat long
network  must   ip | ip address | remote address | client address | peer address | src address | x forwarded for
network  must   wifi mac | bluetooth mac | ethernet mac | mac address | forwarded for | imei | imsi | iccid | meid
network  must   advertising id | idfa | gaid | aaid | udid | idfv | ad id | device imei
network  review android id | apple id | anonymous id | device name | device uuid | installation | mac | user agent
network  review useragent | cookie | cookie id | session id | session | device id | device identifier | fingerprint
network  review browser fingerprint | device fingerprint | device token | push token | installation id
network  review session token | tracking id | ga id | gclid | fbclid | search query | search term
network  review device serial number
birth    must   birth date | birthday | date birth | birth | birth year | year birth | birth month | birth day
birth    must   born | birth place | place birth | birth city | birth country | born on | born at | date naissance
birth    review age | death date | date death | age group | age band | age range | age bracket | deceased
national must   ssn | social security | social security number | social insurance number | national id
national must   national identity | national id number | national insurance number | national insurance | nino
national must   nhs number | passport | passport number | driver license | driver license number | drivers license
national must   driving license | driving license number | id card | id card number | identity card
national must   identity number | personal id | identity document | id document | id document number | tax id
national must   tax number | tax identification number | taxpayer id | steuer id | codice fiscale | dni | bsn | cpf
national must   curp | aadhaar | aadhar | nric | pesel | sozialversicherungsnummer | personalausweis | personnummer
national must   fiscal code | green card | visa number | ausweisnummer | securite sociale | permis conduire
national must   code fiscal | citizen id | civil id | voter id | government id | itin | social number
national must   personal number | national number | identification number | tax file number
national must   alien registration number | pan number | itin number | residence permit | permit number
national must   naturalization number
national review nif | nie | nir | nin | tin | sin | vat id | vat number | license number | registration number | ein
national review pan | visa | license | nationality code
bank     must   iban | bank account | bank account number | card number | credit card | credit card number
bank     must   debit card | cc number | card pan | cvv | cvc | card holder | account holder | credit card no
bank     must   routing account | payment card | payment card number | card expiry | card security code
bank     must   sort code account | ccn | card expiry date | numero card | card number numero | paypal email
bank     must   paypal account | bank account holder
bank     review routing number | loyalty id | loyalty card | loyalty card number | loyalty number | card
bank     review account number | card last | last4 | card last4 | card expiration | card exp | card token | card id
bank     review card fingerprint | bank detail | wallet address | wallet id | paypal | crypto address
bank     review bank name holder | sepa mandate
vehicle  must   license plate | number plate | plate number | license plate number | vehicle registration
vehicle  must   reg plate | vehicle registration number | vehicle plate | car plate | registration plate
vehicle  review vin | plate | vehicle identification number | vehicle id
special  must   diagnosis | disease | medication | blood type | blood group | allergy | disability | religion
special  must   religious belief | ethnicity | ethnic origin | ethnic group | political opinion | political party
special  must   political affiliation | political view | sexual orientation | sexuality | trade union
special  must   union membership | union member | biometric | biometric data | face id | face embedding
special  must   face encoding | facial | faceprint | dna | genome | genetic | genetic data | retina | iris scan
special  must   voice print | voiceprint | finger print | criminal record | criminal conviction | conviction
special  must   pregnant | pregnancy | medical history | medical record | medical record number | mrn
special  must   medical condition | health condition | health insurance | health record | health data
special  must   mental health | illness | symptom | treatment plan | prescription | icd code | vaccination | hiv
special  must   disabled person | racial origin | insurance number | health insurance number | hiv status
special  must   vaccination status | covid status | pregnancy status | disability status | religion name
special  must   medical number | health card | health card number | krankenkasse | patient record
special  must   sexual preference | fingerprint data | fingerprint template | fingerprint image | icd
special  must   gender identity | caste | tribe | bmi | body weight | body height | addiction | smoker
image    review voice sample | photo | picture | avatar | portrait | signature | voice recording | audio recording
image    review call recording | video recording | recording url | profile image | profile url | signature image
special  review health | health status | race | medical | union | party affiliation | faith | insurance id
special  review policy holder | biometrics id | health score | weight kg | height cm | heart rate | blood pressure
special  review medical note | iris | face
trait    must   gender | sex | marital status | civil status | nationality | citizenship | salary | base salary
trait    must   income | annual income | household income | net worth | credit score | fico score | sexe | pronoun
trait    must   immigration status | annual salary | hourly wage | pay grade | salary band
trait    must   income band | bonus amount employee | gender code | sex code | nationality code | salary amount
trait    must   income amount | monthly salary | gross salary
trait    review occupation | job title | education | education level | mother tongue | native language
trait    review household size | children | number children | spouse | next kin | relative | dependents
trait    review family status | profession | title | bonus employee | employee bonus | credit rating
trait    review number enfants | religion count | creditworthiness | risk score person | employment status
trait    review hire date | performance rating
image    must   selfie | profile picture | profile photo | passport photo | face image | face photo | mugshot
image    must   headshot | portrait photo | user photo
secret   must   password | passcode | security answer | security question | secret answer | secret question
secret   must   passphrase
secret   review pin | otp | access token | auth token | refresh token | session key | credential | bearer token
secret   review password hash
social   must   twitter handle | instagram handle | twitter username | facebook id | linkedin url | linkedin profile
social   must   facebook profile | instagram username | telegram username | skype id | github username
social   must   social handle | tiktok handle | linkedin id | skype name | twitter id | telegram id | facebook url
social   must   twitter url | instagram id | discord id | social media handle | wechat id | line id user
social   must   github login | social profile
social   review facebook | twitter | instagram | linkedin | skype | telegram | social media | wechat | github
text     review comment | note | feedback | free text | remark | message body | transcript | chat message
text     review message text | review text | customer message | biography | about me | memo | chat | email body
text     review email subject | complaint | email content | delivery instruction | gift message
text     review special instruction | internal note
person   review created by | updated by | modified by | approved by | assigned to | assignee | author
person   review deleted by | submitted by | requested by | changed by | entered by | signed by
person   review posted by | performed by | reported by | reporter | requester | approver | cashier | operator
person   review uploaded by | inserted by | handled by | membership number | membership id | policy number
person   review holder id | created user | updated user | sent to | recipient | sender | sales person | salesperson
person   review representative
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

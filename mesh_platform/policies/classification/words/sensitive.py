"""What does most harm: numbers of states and banks, health, belief, traits, secrets."""

from typing import Final

SENSITIVE: Final = """
national must   medicare number | medicaid number | sin number | birth certificate | birth certificate number | ssn
national must   social security | social security number | social insurance number | national id | national identity
national must   national id number | national insurance number | national insurance | nino | nhs number | passport
national must   passport number | driver license | driver license number | drivers license | driving license
national must   driving license number | id card | id card number | identity card | identity number | personal id
national must   identity document | id document | id document number | tax id | tax number
national must   tax identification number | taxpayer id | steuer id | codice fiscale | dni | bsn | cpf | curp
national must   aadhaar | aadhar | nric | pesel | sozialversicherungsnummer | personalausweis | personnummer
national must   fiscal code | green card | visa number | ausweisnummer | securite sociale | permis conduire
national must   code fiscal | citizen id | civil id | voter id | government id | itin | social number
national must   personal number | national number | identification number | tax file number
national must   alien registration number | pan number | itin number | residence permit | permit number
national must   naturalization number | svnr | hetu | henkilotunnus | kvnr | cpr | personal code | cnp | egn | jmbg
national must   oib | tckn | rodne cislo | isikukood | amka | fodselsnummer | insz | rijksregisternummer
national must   burgerservicenummer | ahv number | cuil | cedula | documento identidad | dni numero | hkid
national must   dl number | ni number | nat ins number | social sec | social sec number | citizen number
national must   tax payer id | kyc document number | numero dowodu | tessera sanitaria | codigo fiscal
national must   alien number | document identite
national review nif | nie | nir | nin | tin | sin | vat id | vat number | license number | registration number | ein
national review cnpj | siret | nip | regon | cuit | partita iva | matricula | pan | visa | license
bank     must   iban | bank account | bank account number | card number | credit card | credit card number
bank     must   debit card | cc number | card pan | cvv | cvc | card holder | account holder | credit card no
bank     must   routing account | payment card | payment card number | card expiry | card security code
bank     must   sort code account | ccn | card expiry date | numero card | card number numero | paypal email
bank     must   paypal account | bank account holder | primary account number
bank     review crypto wallet | wallet | insurance policy number | payroll id | payroll number | debtor account
bank     review creditor account | beneficiary account | pan last | routing number | loyalty id | loyalty card
bank     review loyalty card number | loyalty number | card | account number | card last | last4 | card last4
bank     review card expiration | card exp | card token | card id | card fingerprint | bank detail | wallet address
bank     review wallet id | paypal | crypto address | bank name holder | sepa mandate | cif number
bank     review frequent flyer number | sort code | last four | card last four | pan last four
vehicle  must   license plate | number plate | plate number | license plate number | vehicle registration
vehicle  must   reg plate | vehicle registration number | vehicle plate | car plate | registration plate
vehicle  must   vehicle reg | vehicle reg number | reg number plate
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
special  must   gender identity | caste | tribe | bmi | body weight | body height | addiction | smoker | glucose
special  must   blood sugar | hba | hba percent | cholesterol | systolic | diastolic | hemoglobin | creatinine
special  must   insulin | diabetic | diabetes | cancer | asthma | hypertension | chronic condition | smoking
special  must   sick leave | sickness | rhesus | vaccine status | immunization | biometric template | iris template
special  must   voice template | face template | race ethnicity
special  review medical treatment | health plan | health | health status | race | medical | union
special  review party affiliation | faith | insurance id | policy holder | biometrics id | health score | heart rate
special  review blood pressure | medical note | iris | face | race concept | race code | absence reason | therapy
special  review oxygen saturation | spo | body temperature | ecg | ekg | eeg | surgery | alcohol
special  theirs weight | height | temperature | pulse
trait    must   employee compensation | nationality code | gender | sex | marital status | civil status
trait    must   nationality | citizenship | salary | base salary | income | annual income | household income
trait    must   net worth | credit score | fico score | sexe | pronoun | immigration status | annual salary
trait    must   hourly wage | pay grade | salary band | income band | bonus amount employee | gender code | sex code
trait    must   salary amount | income amount | monthly salary | gross salary | gross pay | net pay | base pay
trait    must   pay rate | estado civil | stato civile | situation familiale
trait    review net income | gross income | compensation | marriage date | wedding date | occupation | job title
trait    review education | education level | mother tongue | native language | household size | children
trait    review number children | spouse | next kin | relative | dependents | family status | profession | title
trait    review bonus employee | employee bonus | credit rating | number enfants | nb enfants | creditworthiness
trait    review risk score person | employment status | hire date | performance rating
secret   must   password | passcode | security answer | security question | secret answer | secret question
secret   must   passphrase | mot passe | api key | api secret | secret key | private key | secret access key
secret   review security code | pin | otp | access token | auth token | refresh token | session key | credential
secret   review bearer token | password hash | reset token | unlock token | confirmation token | puk
secret   review verification code
"""
"""A line: class, how sure, phrases."""

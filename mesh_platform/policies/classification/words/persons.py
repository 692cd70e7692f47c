"""Words for persons, and for what persons take part in."""

from typing import Final

from mesh_platform.policies.classification.words import listed

PERSONS: Final = listed("""
    inspector auditor operator consignee consignor customer user client member employee patient person student
    driver passenger guest visitor subscriber contact buyer shopper consumer applicant candidate citizen resident
    tenant beneficiary recipient sender receiver payer payee cardholder holder author owner manager agent
    representative doctor physician nurse teacher pupil child parent father mother spouse wife husband partner kin
    sibling friend relative worker staff contractor freelancer courier rider attendee participant player donor voter
    borrower debtor creditor insured claimant policyholder account profile billing shipping delivery home private
    personal individual human people traveler traveller tourist companion caregiver guardian emergency witness
    suspect victim prospect lead respondent reviewer viewer follower caller callee seller supervisor officer
    colleague assignee requester requestor soldto reporter approver instructor trainer tutor coach trainee signer
    signatory signee invitee inviter landlord lessee lessor roommate householder insurant mandant referrer cashier
    clerk technician engineer consultant salesperson boss secretary pilot crew creator editor hcp dependent nominee
    heir trustee shareholder director ceo cfo founder principal mailing residential postal permanent ordering attn
    attention care remitter orderer purchaser guarantor addressee dependant household homeowner streamer gamer
    cosigner coapplicant alumni learner inmate defendant plaintiff taxpayer pensioner veteran refugee infant newborn
    baby daughter son brother sister grandparent neighbour neighbor lawyer attorney notary therapist dentist surgeon
    midwife carer chauffeur personnel advisor adviser counselor counsellor mentor impersonator assistant submitter
    practitioner clinician actor cc bcc
""")
"""Whose data it is: the word before says that it is a person's."""

SUBJECTS: Final = PERSONS - listed(
    "account billing shipping delivery home private personal mailing postal operator tenant cc bcc"
)
"""Persons themselves: a column or record of this name is about one."""

DEALINGS: Final = listed("""
    order invoice payment transaction shipment event record row entity object return parcel booking data
""")
"""What persons take part in: a record of it may hold their data as well as its own."""

TRADES: Final = DEALINGS - listed("event record row entity object data")
"""Those of them that a person is always part of."""

DOUBLE: Final = """
driver: software | jdbc odbc kernel gpu printer firmware software database library nic chipset oauth usb audio graphic
driver: software | adapter plugin module class version device
driver: chauffeur | trip ride delivery vehicle truck taxi car fleet shipment dispatch waybill passenger person persons
agent: software | monitoring software daemon http browser crawler scanner collector kubernetes host version
operator: software | kubernetes sql comparison logical boolean arithmetic
client: software | oauth auth oidc api sdk http software library
tenant: resident | lease rental apartment rent landlord property unit flat
"""
"""Words for a person or a program: what it is, by the words around it."""

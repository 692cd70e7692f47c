"""Words of German, Dutch, the Nordic languages and Polish, and the English ones they stand for."""

from typing import Final

GERMAN: Final = """
billing: rechnung rechnungs
shipping: liefer lieferungs versand
street name: strassenname
home city: wohnort
full: vollstaendiger vollstaendig
address: adresse anschrift
bank account number: kontonummer
account: konto
account holder: kontoinhaber
birth date: geburtsdatum gebdat
birth name: geburtsname
birth place: geburtsort
birth country: geburtsland
birth year: geburtsjahr
birthday: geburtstag
city: ort
comment: kommentar
company: firma
contact person: ansprechpartner
customer: kunde kunden
customer name: kundenname
customer number: kundennummer
date: datum
diagnosis: diagnose befund
disease: krankheit
email: emailadresse
employee: mitarbeiter
first name: vorname rufname
gender: geschlecht
holder: inhaber
house number: hausnummer hausnr
insurance number: versichertennummer versicherungsnummer
last name: nachname familienname
license plate: kennzeichen
marital status: familienstand
message text: nachricht
mobile: mobil handy handynummer mobilnummer
description: bezeichnung
nationality: staatsangehoerigkeit
number: nummer
orderer: besteller
occupation: beruf
passport: reisepass
passport number: reisepassnummer
password: passwort
phone: telefon fon telefonnummer rufnummer
postal code: plz postleitzahl
product: produkt
recipient: empfaenger empfanger
religion: konfession religionszugehoerigkeit
remark: bemerkung anmerkung
salary: gehalt
salutation: anrede
sender: absender
signature: unterschrift
street: strasse
tax: steuer
tax number: steuernummer
user: benutzer
username: loginname benutzername
vat: ust
"""

DUTCH: Final = """
account number: rekeningnummer
account holder: rekeninghouder
address: adres
birth date: geboortedatum
birth place: geboorteplaats
customer: klant
employee: medewerker werknemer
email: emailadres
first name: voornaam
gender: geslacht
home city: woonplaats
mobile: mobiel
phone: telefoon
house number: huisnummer
initials: voorletters
last name: achternaam
middle name: tussenvoegsel
remark: opmerking
street: straat
street name: straatnaam
user: gebruiker
"""

NORDIC: Final = """
address: adress osoite
birth date: fodselsdato fodselsdag fodelsedatum syntymaaika
customer: asiakas
email: epost sahkoposti
employee: ansatt anstalld medarbejder tyontekija
first name: fornavn fornamn etunimi
gender: kjonn sukupuoli
last name: etternavn efternavn efternamn sukunimi
line: linje
name: navn namn nimi
patient: pasient potilas
phone: puhelin puhelinnumero
postal code: postnummer postnr postinumero
street address: gateadresse gatuadress katuosoite
user: bruker anvandare kayttaja
"""
"""Danish, Norwegian, Swedish and Finnish."""

POLISH: Final = """
address: adresu
birth: urodzenia
city: miasto
customer: klienta klient
employee: pracownik
first name: imie
gender: plec
last name: nazwisko
name: nazwa
numero: numer
password: haslo
patient: pacjent
phone: telefonu
street: ulica
user: uzytkownik
"""

NORTHERN: Final = f"{GERMAN}{DUTCH}{NORDIC}{POLISH}"
"""A line: what is meant, then how it is written."""

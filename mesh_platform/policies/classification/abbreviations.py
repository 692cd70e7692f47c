"""Short, joined and foreign words, and the words they stand for."""

from collections.abc import Iterator, Mapping
from typing import Final

_WRITTEN: Final = """
billing: rechnung rechnungs
shipping: liefer lieferungs versand
street name: strassenname
home city: wohnort
full: vollstaendiger vollstaendig
card: carte
name: nm nme
text: txt
flag: flg
indicator: ind
first: frst fst
last: lst
gender: gndr
birth: brth
account: acct acc
address: addr adr adresse anschrift direccion indirizzo endereco adres
amount: amt
bank account number: kontonummer
billing: bill billto
birth: naissance nacimiento nascita nascimento
birth date: dob birthdate geburtsdatum geboortedatum
birth place: geburtsort birthplace
birth year: birthyear
birthday: bday geburtstag
buyer: soldto
card: tarjeta
card holder: cardholder
category: cat
city: ville ort
color: colour
comment: kommentar comments
company: corp cmpny firma
coordinates: coord coordinate
count: cnt
country: ctry cntry
customer: cust kunde kunden cliente klant
customer name: kundenname
customer number: kundennummer
date: dt datum fecha
delivery: dlv
description: desc descr
diagnosis: diag dx diagnose
email: eml courriel correo
email address: emailaddr
employee: emp empl mitarbeiter
enfants: enfant
ethnicity: ethnic ethnical
first name: fname vorname rufname prenom voornaam forename
full name: fullname
gender: geschlecht genero
geolocation: geoloc
hash: hashed hsh
house number: hausnummer hausnr
id: identifier ident uuid guid ids
image: img
ip: ip4 ip6 ipv4 ipv6
ip address: ipaddr
last name: lname nachname familienname achternaam cognome apellido sobrenome surname
lat: latitude
lat lon: latlng latlon
license: licence lic
license plate: kennzeichen
lon: lng longitude
mac address: macaddr
manager: mgr
marital status: familienstand
middle name: mname
mobile: mob celular movil handy handynummer gsm cellphone
nationality: staatsangehoerigkeit nationalite nacionalidad
note: nota notiz
number: no nr num nbr nummer
organization: org organisation
passenger: pax
passport: passeport pasaporte reisepass
passport number: reisepassnummer
password: pswd pwd passwd passwort
percent: pct
phone: tel telephone telefon telefono telefone fon telefonnummer rufnummer
phone number: phno
photo: foto photograph
picture: pic
pin code: pincode
postal code: postcode postalcode plz postleitzahl
product: prd producto produkt produit
quantity: qty
religion: konfession religious
remark: bemerkung
representative: rep
salary: gehalt salaire salario wage
sex: sexe sexo
shipping: ship shipto
signature: unterschrift
street: strasse rue calle
tax number: steuernummer
timestamp: ts tstamp dttm datetime
user: usr benutzer utilisateur usuario
user id: uid userid
useragent: ua
username: uname loginname benutzername
vat: ust
vehicle: veh
zip code: zipcode
"""


def _abbreviations() -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in _WRITTEN.strip().split("\n"):
        meant, _, written = line.partition(":")
        yield from ((word, tuple(meant.split())) for word in written.split())


ABBREVIATIONS: Final[Mapping[str, tuple[str, ...]]] = dict(_abbreviations())
"""Word → the words it stands for."""

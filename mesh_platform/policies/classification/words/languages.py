"""Words of other languages, and the English ones they stand for."""

from typing import Final

LANGUAGES: Final = """
billing: rechnung rechnungs
shipping: liefer lieferungs versand
street name: strassenname
home city: wohnort
full: vollstaendiger vollstaendig
card: carte
address: adresse anschrift direccion indirizzo endereco adres
bank account number: kontonummer
birth: naissance nacimiento nascita nascimento
birth date: geburtsdatum geboortedatum
birth place: geburtsort
birthday: geburtstag
card: tarjeta
city: ville ort
comment: kommentar
company: firma
customer: kunde kunden cliente klant
customer name: kundenname
customer number: kundennummer
date: datum fecha
diagnosis: diagnose
email: courriel correo
employee: mitarbeiter
enfants: enfant
first name: vorname rufname prenom voornaam
gender: geschlecht genero
house number: hausnummer hausnr
last name: nachname familienname achternaam cognome apellido sobrenome
license plate: kennzeichen
marital status: familienstand
mobile: celular movil handy handynummer
nationality: staatsangehoerigkeit nationalite nacionalidad
note: nota notiz
number: nummer
passport: passeport pasaporte reisepass
passport number: reisepassnummer
password: passwort
phone: telefon telefono telefone fon telefonnummer rufnummer
postal code: plz postleitzahl
product: producto produkt produit
religion: konfession
remark: bemerkung
salary: gehalt salaire salario
sex: sexe sexo
signature: unterschrift
street: strasse rue calle
tax number: steuernummer
user: benutzer utilisateur usuario
username: loginname benutzername
vat: ust
"""
"""A line: what is meant, then what it is called in German, French, Spanish, …"""

"""Words of French, Spanish, Portuguese and Italian, and the English ones they stand for."""

from typing import Final

FRENCH: Final = """
billing: facturation
birth: naissance
delivery: livraison
buyer: acheteur
card: carte
city: ville
comment: commentaire
disease: maladie
doctor: medecin
email: courriel
employee: salarie
enfants: enfant
first name: prenom
holder: titulaire
id: identifiant
nationality: nationalite
passport: passeport
product: produit
postal: postale
pupil: eleve
recipient: destinataire
remark: remarque
salutation: civilite
sender: expediteur
sex: sexe
street: rue
subscriber: abonne
user: utilisateur
"""

IBERIAN_AND_ITALIAN: Final = """
address: direccion indirizzo endereco morada
billing: facturacion fatturazione
delivery: entrega consegna
shipping: envio spedizione
birth: nacimiento nascita nascimento
buyer: comprador acquirente
card: tarjeta cartao
city: ciudad cidade citta
customer: cliente
date: fecha
email: correo
employee: empleado dipendente funcionario
full: completo completa
gender: genero
holder: titular intestatario
last name: cognome apellido sobrenome
mobile: celular movil cellulare
nationality: nacionalidad nazionalita nacionalidade
neighborhood: bairro
note: nota notiz
passport: pasaporte
password: contrasena senha
patient: paciente paziente
phone: telefono telefone
product: producto prodotto
recipient: destinatario
remark: observaciones observacion observacoes osservazioni
residence: residenza domicilio
salary: salario
sender: mittente remitente remetente
sex: sexo sesso
street: calle rua logradouro
user: usuario utente
"""
"""Spanish, Portuguese and Italian."""

SOUTHERN: Final = f"{FRENCH}{IBERIAN_AND_ITALIAN}"
"""A line: what is meant, then how it is written."""

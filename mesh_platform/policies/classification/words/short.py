"""Short and joined words, and the words they stand for."""

from typing import Final

SHORT: Final = """
name: nm nme
text: txt
flag: flg
indicator: ind
first: frst fst
last: lst
gender: gndr
household: hh hhld
national: natl
status: sts stat
subscriber: subs
birth: brth
account: acct acc
address: addr adr
amount: amt
billing: bill billto
birth date: dob birthdate dateofbirth
birth place: birthplace placeofbirth
birth year: birthyear yob
visit: sessions
birthday: bday
buyer: soldto
card holder: cardholder crdhldr
driver: drvr
client: clnt
passport: psprt
type: typ
category: cat
color: colour
comment: comments
company: corp cmpny
coordinates: coord coordinate
count: cnt
country: ctry cntry
customer: cust
date: dt
delivery: dlv
description: desc descr
diagnosis: diag dx
email: eml
email address: emailaddr
employee: emp empl
ethnicity: ethnic ethnical
first name: fname forename
full name: fullname
geolocation: geoloc
hash: hashed hsh
id: identifier ident uuid guid ids
image: img
ip: ip4 ip6 ipv4 ipv6
ip address: ipaddr ipaddress
last name: lname surname
lat: latitude
lat lon: latlng latlon
license: licence lic
lon: lng longitude
mac address: macaddr
manager: mgr
middle name: mname
mobile: mob gsm cellphone
number: no nr num nbr
organization: org organisation
passenger: pax
password: pswd pwd passwd
percent: pct
phone: tel telephone phn
phone number: phno
photo: foto photograph
picture: pic
pin code: pincode
postal code: postcode postalcode
product: prd
quantity: qty
religion: religious
representative: rep
salary: wage
shipping: ship shipto
timestamp: ts tstamp dttm datetime
user: usr
user id: uid userid
useragent: ua
username: uname
vehicle: veh
zip code: zipcode
"""
"""A line: what is meant, then how it is written."""

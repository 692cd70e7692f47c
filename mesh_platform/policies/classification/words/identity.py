"""What tells who a person is, how to reach them, where they are and what they wrote."""

from typing import Final

IDENTITY: Final = """
name     must   last name prefix | surname prefix | nombre completo | nombre cliente | nom client | nom complet
name     must   first name | last name | middle name | full name | given name | family name | maiden name
name     must   birth name | nom famille | prenom | patronym | person name | name first | name last | mother maiden
name     must   mid name | nome cognome | nome completo | attn
name     review addressee | gamertag | gamer tag | name prefix | name suffix | nick | middle initial | name
name     review nick name | nickname | display name | legal name | screen name | alias | initials | salutation | nom
name     review nombre | nome | naam | preferred name | known as | honorific | initial
email    must   reply to | mail to | bcc | email | email address | mail address | mailbox | email electronico
email    review mail
contact  must   phone | phone number | mobile | mobile number | mobile phone | cell phone | cell number | msisdn
contact  must   whatsapp | fax | fax number | phone no | contact number | emergency contact | home phone
contact  must   work phone | called number | calling number | caller number | dialed number | dialled number
contact  must   dialed digit | dialled digit | calling party | called party | calling party number | caller id
contact  must   called party number | ani | a number | b number | a party | b party | voicemail number
contact  review contact point | dnis | cell | hotline | extension number | pager | contact | contact detail
contact  review contact info
contact  theirs telecom
address  must   address | street | street address | street name | house number | mailing address | home address
address  must   address line | postal address | residence | residential address | apartment number | domicile
address  review postal code | zip code | zip | postal | apartment | apt | suite | flat number | pin code
address  review building number | neighborhood | neighbourhood | cep | po box | postbox | post box
address  review country residence | residence country | code postal | post code | kod pocztowy
address  theirs city | town | village | suburb
place    must   gps trace | gps track | location history | location trace
place    review location point | cell id | geo | lat | lon | lat lon | latitude | geolocation | gps | coordinates
place    review geo point | geohash | location | geom | geo lat | geo lon | geo location | gps coordinates
place    review long lat | lat long
birth    must   birth date | birthday | date birth | birth | birth year | year birth | birth month | birth day
birth    must   born | birth place | place birth | birth city | birth country | born on | born at | date naissance
birth    review death | death time | age | death date | date death | age group | age band | age range | age bracket
birth    review deceased
network  must   ip | ip address | remote address | client address | peer address | src address | x forwarded for
network  must   wifi mac | bluetooth mac | ethernet mac | mac address | forwarded for | imei | imsi | iccid | meid
network  must   advertising id | idfa | gaid | aaid | udid | idfv | ad id | device imei
network  review android id | apple id | anonymous id | device name | device uuid | installation | mac | user agent
network  review useragent | cookie id | session id | session | device id | device identifier | fingerprint
network  review browser fingerprint | device fingerprint | device token | push token | installation id
network  review session token | tracking id | ga id | gclid | fbclid | search query | search term
network  review device serial number | maid | ifa | ramp id | ssid | bssid | referer | search phrase | remote host
network  review click id
login    must   user handle | username | user name | login name | screenname
login    review login | handle | sso id | ldap
social   must   twitter handle | instagram handle | twitter username | facebook id | linkedin url | linkedin profile
social   must   facebook profile | instagram username | telegram username | skype id | github username
social   must   social handle | tiktok handle | linkedin id | skype name | twitter id | telegram id | facebook url
social   must   twitter url | instagram id | discord id | social media handle | wechat id | line id user
social   must   github login | social profile
social   review personal website | personal homepage | facebook | twitter | instagram | linkedin | skype | telegram
social   review social media | wechat | github
image    must   selfie | profile picture | profile photo | passport photo | face image | face photo | mugshot
image    must   headshot | portrait photo | user photo
image    review voice sample | photo | picture | avatar | portrait | signature | voice recording | audio recording
image    review call recording | video recording | recording url | profile image | profile url | signature image
text     review sms text | sms body | comment | note | feedback | free text | remark | message body | transcript
text     review chat message | message text | review text | customer message | biography | about me | memo | chat
text     review email body | email subject | complaint | email content | delivery instruction | gift message
text     review survey response | special instruction | internal note | special request | chief complaint
text     review html body | review body | subject line | narrative | remittance
person   review badge number | badge id | inspector | auditor | user pseudo id | pseudo id | created by | updated by
person   review modified by | approved by | assigned to | assignee | author | deleted by | submitted by
person   review requested by | changed by | entered by | signed by | posted by | performed by | reported by
person   review reporter | requester | approver | cashier | operator | uploaded by | inserted by | handled by
person   review membership number | membership id | policy number | holder id | created user | updated user
person   review report to | sent to | recipient | sender | sales person | salesperson | representative
free     review payload | raw json | raw event | raw message | raw request | raw response | raw body | raw record
free     review raw log | request header | response header | http header | request body | response body
free     review request param | request parameter | query string | query param | json body | form data | post data
free     review cookie
"""
"""A line: class, how sure, phrases."""

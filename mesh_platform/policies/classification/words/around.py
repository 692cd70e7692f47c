"""Words beside personal data that say what of it a column holds."""

from typing import Final

from mesh_platform.policies.classification.words import listed

ABOUT: Final = listed("""
    prefix gap parity promotion count quantity total sum avg average mean median min max rate ratio percent
    percentage share type kind category class status verified verification validated valid confirmed active enabled
    disabled required optional present missing exists flag indicator at timestamp time template campaign bounced
    bounce bounces opened open opens clicked click clicks sent delivered received queued failed unsubscribed
    subscribed subscription opt consent preference pref preferences permission provider carrier brand model os app
    platform browser version format length len size language locale frequency interval duration expires expired
    created updated changed modified quality confidence precision radius accuracy source country state region county
    order sort index rank threshold limit policy schema table column field regex pattern label caption usage banner
    setting settings config notification notifications reminder alert channel method mode cost fee price currency
    unit units seconds minutes hours days week weeks months years ms milliseconds timeout ttl retries attempts
    attempt variance stddev deviation change growth distribution histogram bin level tier program plan coverage
    rules rule check checks service services server servers host port protocol gateway queue job task event events
    feature engine batch marketing strategy pool pools file path folder network call calls score reputation list
    screen subject match matched mismatch similarity distance conversion converted signup trial renewal churn
    segment cohort neutral targeting statement equality diversity balance quota color icon theme style font layout
    widget button form bytes budget control
""")
"""A last word that makes it something about the data, and not the data."""

FLAGS: Final = listed("""
    is has was are were can did does should needs allow allows allowed enable show hide requires use
""")
"""A first word that makes it a yes or no."""

COUNTS: Final = listed("""
    number count total sum avg average max min distinct unique n nb rate percent days minutes hours median mean
""")
"""A first word that makes it a quantity of what follows."""

PROTECTED: Final = listed("""
    hash md5 sha1 sha256 sha512 sha hmac masked mask encrypted enc cipher ciphertext token tokenized tokenised
    pseudonym pseudonymized pseudonymised anonymized anonymised redacted digest fingerprint obfuscated truncated
    salted crypt hashed surrogate anon
""")
"""A word that says the data was made unreadable: whether well enough, a person must look."""

PLAIN: Final = listed("""
    in on ar it pt nl jp ja cn zh ru ko kr number value text raw clean cleaned cleansed normalized normalised lower
    upper primary secondary main alternate alternative alt old new current previous original full complete line
    string str plain e164 formatted field data info detail input entered given preferred latest default backup work
    home office mobile private first last second third one two three a b address name html utf latin kana katakana
    romaji local native english en de fr list array json map struct set no part component personal legal official
    actual real code box unit numero cleartext short long v privada privado profesional privat geschaeftlich perso
    decrypted day month year complet kg lb lbs cm mm inch bpm mmol mg dl mmhg celsius from concept supplied body
    content
""")
"""Words that leave what they stand beside what it is."""

IDS: Final = listed("""
    id key sk pk fk ref reference number code handle pseudonym hash token sid gid ext codigo codice numero
""")
"""A word that makes a person's word a number that stands for the person."""

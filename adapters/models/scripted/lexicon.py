"""What words mean the same when a tool or a column is looked for. Data only; nothing about particular users
or files.
"""

from adapters.models.scripted.text import word_list

_GROUPS = """
employee staff colleague coworker worker person people who whose department manager company works
customer client buyer shopper account
ship deliver delivery parcel package post postage freight mail courier send
cost price fee charge rate expensive cheap pay much
convert exchange change turn translate swap
currency money dollar euro pound yen franc usd eur gbp jpy chf cash worth rupee krona peso forex
weather forecast rain sunny temperature snow wind hot cold umbrella
dice die roll throw
random arbitrary pick choose
word letter character
count many number amount
translate translation language say
email mail message write
stock share ticker quote
distance far away apart
joke funny laugh
reverse backward backwards flip
prime divisible
factorial
password passphrase secret
order purchase
invoice bill
book reserve reservation appointment schedule meeting
cancel delete remove drop erase forget discard
add plus sum create save store append
subtract minus difference
multiply times product
divide split quotient
task todo chore
ticket issue bug
status state health condition alive
user member login
document doc file
upper uppercase capital
lower lowercase
length long size
country nation land
city town place location where
phone telephone call number
address street
age old birthday born
day date today
definition define mean meaning
news headline
flight fly plane airport
hotel room stay
restaurant eat food dinner
recipe cook dish
movie film
song music track
loan mortgage interest borrow
bmi body
calorie calories
tip gratuity
tax vat
stock inventory available left
greet hello hi welcome
palindrome
vowel
temperature celsius fahrenheit degree
score grade mark
team club
"""


def _related() -> dict[str, frozenset[str]]:
    related: dict[str, set[str]] = {}
    for line in _GROUPS.split("\n"):
        group = line.split()
        for word in group:
            related.setdefault(word, set()).update(group)
    return {word: frozenset(others - {word}) for word, others in related.items()}


RELATED = _related()

_CURRENCIES = """
USD: dollar dollars bucks $
EUR: euro euros €
GBP: pound pounds sterling £ quid
JPY: yen ¥
CHF: franc francs
INR: rupee rupees
CNY: yuan renminbi
SEK: krona kronor
PLN: zloty
BRL: real reais
KRW: won
ZAR: rand
RUB: ruble rubles
TRY: lira
ILS: shekel shekels
HUF: forint
THB: baht
MXN: peso pesos
BTC: bitcoin bitcoins
"""


def keyed(lines: str) -> dict[str, tuple[str, ...]]:
    """Read lines such as ``USD: dollar dollars``."""
    pairs = [line.partition(": ") for line in lines.strip().split("\n")]
    return {key: tuple(words.split()) for key, _, words in pairs}


CURRENCIES = {word: code for code, words in keyed(_CURRENCIES).items() for word in words}
CURRENCY_CODES = frozenset(
    word_list(
        """
    USD EUR GBP JPY CHF CNY INR AUD CAD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY ZAR BRL MXN ARS CLP
    COP SGD HKD KRW TWD THB IDR MYR PHP VND ILS AED SAR EGP NGN KES RUB UAH ISK BTC ETH
    """
    )
)
LANGUAGES = frozenset(
    word_list(
        """
    english german french spanish italian portuguese dutch danish swedish norwegian finnish polish
    czech hungarian romanian bulgarian greek turkish russian ukrainian arabic hebrew hindi bengali
    urdu chinese mandarin cantonese japanese korean vietnamese thai indonesian malay swahili latin
    esperanto irish welsh catalan basque croatian serbian slovak slovenian estonian latvian
    lithuanian icelandic
    """
    )
)
_COUNTRIES = """
afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas
bahrain bangladesh barbados belarus belgium belize benin bhutan bolivia botswana brazil brunei bulgaria
cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus czechia denmark ecuador
egypt england eritrea estonia ethiopia fiji finland france gabon gambia georgia germany ghana greece
grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq ireland israel
italy jamaica japan jordan kazakhstan kenya kuwait laos latvia lebanon lesotho liberia libya lithuania
luxembourg madagascar malawi malaysia maldives mali malta mauritius mexico moldova monaco mongolia
montenegro morocco mozambique myanmar namibia nepal netherlands nicaragua niger nigeria norway oman
pakistan panama paraguay peru philippines poland portugal qatar romania russia rwanda samoa scotland
senegal serbia singapore slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan
tajikistan tanzania thailand togo tonga tunisia turkey turkmenistan uganda uk ukraine uruguay usa
uzbekistan vanuatu venezuela vietnam wales yemen zambia zimbabwe
"""
_LONG_NAMES = """
costa rica
czech republic
dominican republic
el salvador
hong kong
ivory coast
new zealand
north korea
north macedonia
papua new guinea
puerto rico
saudi arabia
sierra leone
south africa
south korea
sri lanka
the netherlands
united arab emirates
united kingdom
united states
"""
COUNTRIES = frozenset([*word_list(_COUNTRIES), *_LONG_NAMES.strip().split("\n")])

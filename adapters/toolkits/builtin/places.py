"""Well-known names of places and abbreviations that the zone data itself does not hold."""

from collections.abc import Mapping, Sequence

_PLACES = {
    "Africa/Cairo": "Alexandria",
    "Africa/Casablanca": "Marrakesh, Rabat, Fez",
    "Africa/Johannesburg": "Cape Town, Durban, Pretoria",
    "Africa/Lagos": "Abuja",
    "Africa/Nairobi": "Mombasa",
    "America/Argentina/Buenos_Aires": "Argentina",
    "America/Bogota": "Medellin, Cali",
    "America/Chicago": "Houston, Dallas, Austin, San Antonio, Minneapolis, New Orleans, Nashville, "
    "Memphis, St Louis, Kansas City, Milwaukee, Oklahoma City, Central time, CT, "
    "US Central",
    "America/Denver": "Salt Lake City, Albuquerque, El Paso, Colorado, Utah, Mountain time, MT, US Mountain",
    "America/Edmonton": "Calgary",
    "America/Guayaquil": "Ecuador, Quito",
    "America/Los_Angeles": "San Francisco, Seattle, San Diego, Las Vegas, Sacramento, Silicon Valley, "
    "LA, California, Pacific time, PT, US Pacific",
    "America/Mexico_City": "Guadalajara, Puebla",
    "America/New_York": "New York City, NYC, Manhattan, Brooklyn, Boston, Philadelphia, Miami, "
    "Atlanta, Orlando, Pittsburgh, Cleveland, Baltimore, Washington DC, Eastern "
    "time, ET, US Eastern",
    "America/Santiago": "Chile",
    "America/Sao_Paulo": "Rio de Janeiro, Rio, Brasilia",
    "America/Toronto": "Ottawa, Quebec, Quebec City",
    "Africa/Abidjan": "Ivory Coast",
    "Asia/Dhaka": "Chittagong",
    "Asia/Dubai": "UAE, Emirates, Abu Dhabi",
    "Asia/Ho_Chi_Minh": "Hanoi, Da Nang",
    "Asia/Jerusalem": "Haifa",
    "Asia/Karachi": "Islamabad, Lahore",
    "Asia/Kolkata": "Mumbai, Bombay, Delhi, New Delhi, Bangalore, Bengaluru, Chennai, Pune, Ahmedabad",
    "Asia/Makassar": "Bali, Denpasar",
    "Asia/Manila": "Cebu, Quezon City",
    "Asia/Qatar": "Doha",
    "Asia/Riyadh": "Mecca, Jeddah, Medina",
    "Asia/Seoul": "Korea, South Korea, Busan",
    "Asia/Pyongyang": "North Korea",
    "Asia/Shanghai": "China, Beijing, Peking, Shenzhen, Guangzhou, Chengdu, Wuhan, Hangzhou, "
    "Nanjing, Tianjin",
    "Asia/Tokyo": "Osaka, Kyoto, Yokohama, Nagoya, Sapporo",
    "Asia/Yangon": "Burma",
    "Australia/Brisbane": "Gold Coast, Queensland",
    "Australia/Melbourne": "Victoria",
    "Europe/Amsterdam": "Holland, Rotterdam, The Hague, Eindhoven, Utrecht",
    "Europe/Berlin": "Germany, Munich, Frankfurt, Hamburg, Cologne, Düsseldorf, Stuttgart, Leipzig, Dresden",
    "Europe/Brussels": "Antwerp, Ghent, Bruges",
    "Europe/Dublin": "Cork, Galway",
    "Europe/Istanbul": "Ankara, Izmir, Türkiye",
    "Europe/Kyiv": "Ukraine, Kharkiv, Odesa, Lviv",
    "Europe/London": "UK, United Kingdom, Great Britain, England, Scotland, Wales, Northern "
    "Ireland, Edinburgh, Glasgow, Manchester, Liverpool, Cardiff, Bristol, Leeds, "
    "Belfast",
    "Europe/Madrid": "Spain, Barcelona, Seville, Bilbao, Malaga",
    "Europe/Moscow": "Saint Petersburg, Sochi",
    "Europe/Oslo": "Bergen, Trondheim",
    "Europe/Paris": "Lyon, Marseille, Nice, Bordeaux, Toulouse, Strasbourg, Lille",
    "Europe/Prague": "Czechia, Brno",
    "Europe/Rome": "Milan, Naples, Turin, Venice, Florence, Bologna, Palermo",
    "Europe/Stockholm": "Gothenburg, Malmö",
    "Europe/Vienna": "Salzburg, Graz, Innsbruck",
    "Europe/Warsaw": "Krakow, Gdansk, Wroclaw, Poznan",
    "Europe/Zurich": "Geneva, Basel, Bern, Lausanne",
    "Europe/Lisbon": "Porto",
    "Pacific/Auckland": "New Zealand, Wellington, Christchurch",
}

PLACES: Mapping[str, str] = {
    name: zone for zone, names in _PLACES.items() for name in (part.strip() for part in names.split(","))
}
"""Name → zone; a name here means this zone even where the zone data would offer several."""

COUNTRY_NAMES: Mapping[str, str] = {"USA": "US", "America": "US", "United States of America": "US"}
"""Further names of countries → ISO code."""

ABBREVIATIONS: Mapping[str, float] = {
    "PST": -8, "PDT": -7, "MDT": -6, "CDT": -5, "EDT": -4, "AKST": -9, "AKDT": -8, "ADT": -3, "BRT": -3,
    "ART": -3, "WEST": 1, "WAT": 1, "CEST": 2, "CAT": 2, "SAST": 2, "EEST": 3, "EAT": 3, "MSK": 3,
    "GST": 4, "PKT": 5, "NPT": 5.75, "ICT": 7, "WIB": 7, "AWST": 8, "HKT": 8, "PHT": 8, "SGT": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
"""Abbreviation → hours from UTC, all year; CET, EET, EST, GMT, HST, MST, UTC, WET are IANA names."""

KEPT_IN: Mapping[str, str] = {
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "MST": "America/Denver",
    "MDT": "America/Denver", "CDT": "America/Chicago", "EST": "America/New_York",
    "EDT": "America/New_York", "CEST": "Europe/Berlin", "EEST": "Europe/Helsinki",
    "WEST": "Europe/Lisbon", "AEST": "Australia/Sydney", "AEDT": "Australia/Sydney",
    "NZST": "Pacific/Auckland", "NZDT": "Pacific/Auckland",
}  # fmt: skip
"""Abbreviation → a zone that keeps it for a part of the year only."""

AMBIGUOUS: Mapping[str, Sequence[str]] = {
    "AST": ("America/Halifax", "Asia/Riyadh"),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "CST": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
}
"""Abbreviations that stand for several zones."""

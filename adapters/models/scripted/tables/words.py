"""The words of table questions: which mean an aggregate, a direction, a comparison, a grouping."""

import re
from difflib import get_close_matches
from functools import lru_cache

from adapters.models.scripted.numerals import NUMBER
from adapters.models.scripted.text import STOP, word_list

_UP = "highest|maximum|max|largest|biggest|greatest|most expensive|top"
_DOWN = "lowest|minimum|min|smallest|least expensive|cheapest|bottom"
_END = f"(?:{_UP}|{_DOWN})"
FUNCTIONS = {
    "SPREAD": rf"(?:difference|gap|spread) (?:between|of) (?:the )?{_END} and (?:the )?{_END}",
    "AVG": r"average|avg|mean|averages|on average|typical|averaged",
    "SUM": r"total|sum|totals|sums|summed|combined|altogether|overall|in all|add up|cumulative|in total",
    "MEDIAN": r"median|medians",
    "MAX": (
        r"maximum|max|highest|largest|biggest|greatest|top|peak|most expensive|priciest|oldest|"
        r"tallest|longest|heaviest|"
        r"latest|newest|most recent|hottest|warmest|fastest|best|strongest|costliest"
    ),
    "MIN": (
        r"minimum|min|lowest|smallest|least expensive|cheapest|youngest|shortest|lightest|earliest|"
        r"coldest|slowest|worst|"
        r"(?<!at )least|weakest|bottom"
    ),
    "COUNT": r"how many|number of|count of|count|counts|how often",
    "RANGE": r"range of",
}
FUNCTION = re.compile(
    "|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in FUNCTIONS.items()), re.IGNORECASE
)
MOST = re.compile(
    (
        r"(?<!at )\b(?:the )?(?P<desc>most)\b(?!\s+(?:expensive|recent|common|popular|costly|"
        r"profitable|of))|\b(?:the )?(?P<asc>fewest|(?<!at )least)\b(?!\s+expensive)"
    ),
    re.IGNORECASE,
)
HIGH = re.compile(
    rf"\b(?:{FUNCTIONS['MAX']}|(?<!at )most|leads?|leading|first place|ranks? (?:first|highest))\b",
    re.IGNORECASE,
)
LOW = re.compile(rf"\b(?:{FUNCTIONS['MIN']}|fewest|ranks? (?:last|lowest)|last place)\b", re.IGNORECASE)
GROUP = re.compile(
    r"\b(?:(?:grouped|group|broken down|break down|breakdown|split|separated|divided|aggregated|"
    r"summari[sz]ed|totall?ed|"
    r"averaged)(?: up)? by|per|by|for all|(?:for|in|of|at|from|within|with|across) (?:each|every|the "
    r"different|the various|individual)"
    r"(?: of the)?|each|every|across|depending on|according to|as per|for the different|among(?:st)?)\s+"
    r"(?:the\s+|different\s+|single\s+|individual\s+|distinct\s+)*$",
    re.IGNORECASE,
)
SORTED = re.compile(r"\b(?:sort|sorted|order|ordered|rank|ranked|arrange|arranged)\b", re.IGNORECASE)
TOP = re.compile(
    rf"\b(?:(?P<top>top|first|best|highest|largest|biggest)|(?P<bottom>bottom|last|lowest|smallest|"
    rf"worst|(?<!at )least|cheapest))\s+(?P<n>{NUMBER})\b"
    rf"|\b(?P<n2>{NUMBER})\s+(?:(?P<top2>most|highest|largest|biggest|best|top|priciest|oldest|"
    rf"newest|latest|longest|heaviest|tallest)"
    r"|(?P<bottom2>least|lowest|smallest|cheapest|fewest|youngest|shortest|lightest|worst|bottom))\b",
    re.IGNORECASE,
)
COMPARISON = re.compile(
    r"(?P<ge>at least|no less than|not less than|minimum of|>=|≥|from|or more|starting at)"
    r"|(?P<le>at most|no more than|not more than|not exceeding|up to|maximum of|<=|≤)"
    r"|(?P<ne>is not|isn't|not equal to|!=|<>|other than|not)"
    r"|(?P<gt>(?:more|greater|higher|larger|bigger|older|longer|heavier|taller|costlier|later|"
    r"hotter|warmer|faster) than|more expensive than|"
    r"over|above|exceeding|exceeds?|exceed|beyond|after|north of|>)"
    r"|(?P<lt>(?:less|fewer|lower|smaller|younger|shorter|lighter|cheaper|earlier|colder|slower) "
    r"than|less expensive than|under|below|before|beneath|<)"
    r"|(?P<eq>equal to|equals?|is exactly|exactly|is|are|was|were|of|=|==)",
    re.IGNORECASE,
)
OPERATORS = {"ge": ">=", "le": "<=", "ne": "<>", "gt": ">", "lt": "<", "eq": "="}
BETWEEN = re.compile(
    (
        rf"\b(?:between|from|ranging from|in the range)\s+[$€£]?(?P<low>{NUMBER})\s*(?:%|€|"
        rf"[a-z]{{1,6}})?\s*(?:and|to|-|until)\s+[$€£]?(?P<high>{NUMBER})"
    ),
    re.IGNORECASE,
)
LISTING = re.compile(
    (
        r"\b(?:list|show|display|give me|print|which|what are|what|names? of|name|enumerate|find|see|"
        r"get|fetch|who|return|select|view)\b"
    ),
    re.IGNORECASE,
)
ROWS = re.compile(
    (
        r"\b(?:rows?|records?|entries|entry|lines?|data ?points?|observations?|everything|items?|"
        r"cases|samples?)\b"
    ),
    re.IGNORECASE,
)
DISTINCT = re.compile(r"\b(?:distinct|different|unique|various|separate)\b", re.IGNORECASE)
ABOUT_COLUMNS = re.compile(
    r"\b(?:what|which|list|show|name|tell|how many|describe|number of)\b[^?.]*\b(?:columns?|"
    r"fields|headers?|attributes|variables)\b|"
    r"\b(?:describe|summari[sz]e|summary of|overview of|structure of|schema of|profile)\b|"
    r"\bwhat(?:'s| is| does)\b[^?.]*\b(?:in|inside|contain)\b[^?.]{0,12}(?:\b(?:file|table|csv|"
    r"data|dataset|it|this|that|spreadsheet)\b|\.\w{3,4})[^?.]*\??$|\blook(?:s)? like\b|"
    r"\bhow (?:big|large|long) is\b[^?.]*\b(?:file|table|csv|data|dataset|it|this|spreadsheet)\b",
    re.IGNORECASE,
)
COUNTED = re.compile(
    r"\b(?:how many|number of|count(?: of)?|counts? the|per|each|every|"
    r"single|percentage of|share of|proportion of|percent of)\s+"
    r"(?:(?:the|all|total|of|different|single|our|my)\s+)*$",
    re.IGNORECASE,
)
QUANTITY = re.compile(r"\b(?:units?|pieces?|items?|copies|articles?|goods|products?|things)\b", re.IGNORECASE)
SOLD = re.compile(
    r"\b(?:sold|sell|sells|bought|buy|ordered|purchased|shipped|delivered|produced|used)\b", re.IGNORECASE
)
NONE = re.compile(r"\b(?:no|without|without any|zero)\s+$", re.IGNORECASE)
SHARE = re.compile(
    (
        r"\b(?:what|which)\s+(?:percentage|percent|share|proportion|fraction|part)\b|\b(?:percentage|"
        r"share|proportion)\s+of\b|%\s+of\s+(?:the\s+|all\s+)"
    ),
    re.IGNORECASE,
)
VERSUS = re.compile(r"\b(?:compare|compared|comparison|versus|vs\.?|respectively|against)\b", re.IGNORECASE)

# Words of a question that are never a value to look for.
NOISE = STOP | frozenset(
    word_list(
        """
    average avg mean total sum median maximum max minimum min highest lowest largest smallest
    biggest greatest most least fewest number count many much different distinct unique per group
    grouped by each every top bottom first last best worst rows row records record entries entry
    column columns table file csv data dataset spreadsheet sheet value values list show display
    calculate compute find report print sort sorted order ordered rank ranked descending ascending
    desc asc decreasing increasing where whose with without having has had over under above below
    between than more less greater higher lower fewer exceeding equal equals exactly at least only
    please using use according based across among overall combined altogether percentage percent
    share proportion save result results note notes uploaded attached look see given contains
    contain name names cheapest expensive priciest oldest youngest tallest longest shortest heaviest
    lightest newest latest earliest sold made earned spent cost costs bought ordered placed come
    comes came live lives worked work works belong belongs there in on up out do does did was were
    is are been tell give get me quick question typical range compare compared versus vs
    respectively together add added sells sell sold earn earns generate generates generated bring
    brings brought break down broken split separately individual respective its their his her exact
    precise rounded roughly about
    """
    )
)

_SPELT = (
    "average",
    "median",
    "maximum",
    "minimum",
    "highest",
    "lowest",
    "number",
    "total",
    "largest",
    "smallest",
)


@lru_cache(maxsize=1024)
def _spelt(word: str) -> str:
    if len(word) < 5 or word.lower() in NOISE:
        return word
    return next(iter(get_close_matches(word.lower(), _SPELT, n=1, cutoff=0.85)), word)


def corrected(question: str) -> str:
    """Return the question with slips of the pen in these words mended: "avarage"."""
    return re.sub(r"(?<!['\"“\w])[a-z]{5,}\b", lambda match: _spelt(match[0]), question)

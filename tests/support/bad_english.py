"""What no generated sentence says: patterns of English that a native speaker would rewrite, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from forecast.schema.words import MINUS

PLURALS = (
    "men|women|children|people|events|wishes|captures|arrivals|transfers|days|rows|points|soldiers|prisoners|strikes|boats|oxen|captives"
)
SINGULARS = "man|woman|child|person|event|wish|capture|arrival|transfer|day|row|point|soldier|prisoner|strike|boat|ox|captive"
DIGITS = r"(?:[1-9]\d{3,}\.\d|[1-9]\d{2}\.\d|[1-9]\d\.\d{2}|[1-9]\.\d{3}|0\.0*[1-9]\d{3})"
BAD_ENGLISH = (
    (r"\bone or more (?!of\b)[a-z]", "an event that is named and not told"),
    (r"\bif no (?!one\b)[a-z]", "an event that is named and not told"),
    (rf"(?<![\d.,] )(?<![\w.,{MINUS}-])1 (?:{PLURALS})\b", "one of something in the plural"),
    (rf"\b(?:at least one|no more than one|one) (?:{PLURALS})\b", "one of something in the plural"),
    (rf"(?<![\d.,\w/:-])(?:[02-9]|[1-9][\d,]*\d) (?:{SINGULARS})\b", "several of something in the singular"),
    (rf"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?:{SINGULARS})\b", "several of something in the singular"),
    (rf"\b0 (?:{PLURALS})\b", "none of something as a number"),
    (r"\bfewer than (?:0|1|zero|one)\b(?! of 1,000)", "none, said as a number"),
    (rf"\bmore than (?:0|zero|1|one) (?:{PLURALS})\b", "one or more, said as a number"),
    (r"\bat least (?:0|zero)\b(?!\.\d)", "nothing, said as a bound"),
    (r"\bpercentage points?\b(?<=1 percentage points)", "one percentage points"),
    (r"\bchance itself\b", "a chance of a chance"),
    (r"\bparameters that nobody knows\b|\bwhatever the parameters\b", "what is plausible"),
    (r"\b[Oo]ver variants\b|\bwhich variant is right\b", "a word that nothing explains"),
    (r"\bThe (?:record|rows) of [a-z, ]+ (?:ends|are not)\b", "a list of names of streams"),
    (r"\bIf so (?!,)|, if not \d", "a clause without its comma"),
    (r", a correction\b", "an event with a word of the files"),
    (r"\bthe prior of (?!a\b|the\b|that\b|each\b|one\b|what\b)[a-z]+\b(?= is| was|,)", "a name that is not quoted"),
    (r"\bin the middle\b", "a median"),
    (r"\bupright\b", "a vertical line"),
    (r"\bnine times in ten between\b|\bnineteen times in twenty\b", "a 90 % range"),
    (r"\bnot assumed quiet\b", "what is unknown"),
    (r"\bwatched for is expected\b", "no single event"),
    (r"\bUnmoved\b", "no change"),
    (r"\bhas a chance of \d", "is so likely"),
    (r"\bthan \d+ [A-Z][a-z]+ \d{4}, probably", "after a year"),
    (r"\bhad nothing been learnt from the row\b", "without the row"),
    (r"\bMore likely not by\b", "probably not by"),
    (r"\b(?!that\b|had\b)([A-Za-z]{2,}) \1\b", "a word twice"),
    (r"\ba (?!one|once|uni|use|usu|eu)[aeio][a-z]+", "a for an"),
    (r"\ban (?!hour|honest|heir)[bcdfghjklmnpqrstvwxyz]", "an for a"),
    (r"(?<=[\w%)”])\s+[,;:](?!\S)", "a space before a sign"),
    (r"(?<![.…])\.\.(?![.…\d])", "two full stops"),
    (r"[,;:]\s*[.;](?=\s|$)", "two signs"),
    (r"\(\s*\)|“\s*”", "nothing in brackets or quotes"),
    (r"\b(?:None|nan|NaN)\b|(?<!\w)-?inf\b", "a value of the program"),
    (r"(?<![\w`\"/.\[])[a-z]+_[a-z_]+(?![\w`\"/(=\[]|\.\w)", "a name of the program"),
    (r"\bfrom (\d[\d.,]*(?: %)?) to \1(?![\d.,]*\d)", "a change from a number to itself"),
    (r"\bbetween (\S+) and \1(?![\w.,]*\d)", "a range of one number"),
    (rf"(?<![\w.,{MINUS}-])(\d[\d.,]*) to \1(?![\d,]|\.\d)", "a range of one number"),
    (rf"(?<![\d.,\w/+{MINUS}-])(?<!up )(?<!down )" + DIGITS, "more than three digits"),  # parts of a change have as many as add up
    (r"\d(?:\.\d+)?e[+-]?\d", "a power of ten"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), why) for pattern, why in BAD_ENGLISH)


def bad_english(texts: Iterable[str]) -> Iterator[str]:
    """Yield, for each pattern that a text has, the text around it, with why it is bad."""
    for text in texts:
        for pattern, why in _PATTERNS:
            if found := pattern.search(text):
                yield f"{why}: …{text[max(0, found.start() - 60) : found.end() + 60]}…"

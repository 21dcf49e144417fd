"""Talk of the price: whether the money truly was not there, was there, or only stands on a form.

A good reader of a loss keeps three things apart. Price decided where what a buyer has stands beside what we
ask, or where the money was taken away. It did not where the buyer says so, where both prices were near each
other, or where money was to be had. And what a letter, a form or a field of the CRM says is what somebody wrote
down, not what happened. General English; measured on ``training/corpus`` (docs/quality.md).
"""

from __future__ import annotations

import re

MONEY = (
    r"(?:pric(?:e|es|ed|ing)|costs?|budgets?|money|cheap(?:er|est)?|dear(?:er|est)?|expensive|"
    r"afford(?:able)?|discounts?|fees?|quotes?|funds?|funding|commercials?|figures?|spend(?:ing)?|"
    r"[£$€]\s?\d)"
)
_SUM = r"(?:pric(?:e|es|ing)|costs?|budget|money|cash|dear|expensive|fees?|rates?|figure|number|sum|tariff|commercials?)"
_BE = r"(?:is|was|are|were|be|been|had|has|['’]s|['’]re)"
_FUNDS = (
    r"(?:budgets?|money|cash|funds?|funding|grant|levy|loan|overdraft|credit|allowance|capex|capital|spending|"
    r"borrowing|reserves?|headcount)"
)
_UNIT = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    r"eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|"
    r"grand|lakh|crore|nil|nothing)"
)
_AMOUNT = re.compile(
    rf"(?:[£$€]\s?)?\b(?:\d+(?:[.,\u00a0 ]\d+)*\s?(?:k|m|bn|grand|thousand|million|percent|per cent|%)?|"
    rf"(?:an? )?{_UNIT}(?:[- ](?:and |point |a )?(?:half|one|{_UNIT}))*)\b(?!\s?(?:[ap]\.?m\b|o['’]clock|"
    r"(?:minutes?|hours?|days?|nights?|weeks?|months?|years?|people|of (?:us|them)|times)\b)|[:/-]\d)",
    re.I,
)
"""A figure in digits or words that is no time and no head count."""
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_SHARE = re.compile(r"%|per ?cent", re.I)
_BEFORE, _AFTER = 40, 30  # characters in which a sum and whose it is stand
_LARGE = re.compile(
    r"[£$€%]|\d\s?k\b|\d[.,]?\d\d\d\b|\b(?:hundred|thousand|million|billion|grand|lakh|crore|percent|per cent|pounds?|"
    rf"euros?|dollars?|rupees|kron[ae]r?|crowns?|francs?|shillings?|rand|quid|banks?|till|pot|kitty|{_FUNDS})\b",
    re.I,
)
"""What shows that figures are money, not counts of things."""

_HAVE = re.compile(
    r"\b(?:(?:we|i|he|she|they|who|city|council|board|bank|ministry|county|group|government|it)(?:['’](?:ve|d|s))? "
    r"(?:\w+ )?(?:has|have|had|got|gave|gives?|given|lends?|lets?|allows?|wants?|pays?|needed|may|can)|"
    r"(?:i|we)['’](?:ve|d)|there(?:['’]s| is| was|['’]d)|left|whole|in the (?:pot|till|plan|bank|account|"
    r"budget|kitty)|budget(?:ed)?|line|limits?|ceiling|cap(?:ped|s)?|allow(?:s|ed|ance)|threshold|grant|levy|"
    r"maximum|at most|no more than|not above|up to|reserves?)\b",
    re.I,
)
_ASKED = re.compile(
    r"\b(?:you(?:['’]re|['’]d| are| were| came| come| stand| stood| put| take| want| ask(?:ed)?)?|yours?|"
    r"quot(?:e|ed|ation)|price[ds]?|costs?|offer|bid|tender|licen[cs]es?|invoice|repayments?|minimum|rate|"
    r"it['’]s|it is|that['’]s|comes? to)\b",
    re.I,
)
_GONE = re.compile(
    rf"\b{_FUNDS}\b[^.?!;]{{0,60}}?\b(?:cut|cuts|slashed|frozen|froze|halved|in half|withdrawn|taken (?:away|back|out)|"
    r"pulled|refused|stopped|capped|gone|went (?:to|on)|fell (?:over|through)|dried up|ran out|used up|spent|lapsed|"
    r"reduced|trimmed)\b|"
    rf"\b(?:cut|cuts|slashed|froze|halved|took (?:away|back|out|off)|pulled|withdr[ae]w|refused|stopped|capped|lost|"
    rf"reduced|trimmed|spent)\b[^.?!;]{{0,30}}?\b(?:our|the|my|all|every|its|their|that) (?:\w+ ){{0,2}}{_FUNDS}\b|"
    rf"\b(?:no|any|enough|the|have the|little|less) (?:more )?{_FUNDS} (?:left|anywhere|for it|till|until|this|in the)\b",
    re.I,
)
_WITHOUT = re.compile(
    rf"(?:\b(?:no|not any|not the|without|isn['’]t any|isn['’]t the|hasn['’]t the|haven['’]t (?:got )?(?:the|any)|"
    rf"(?:don|do|did|does)(?:n['’]t| not) have (?:the|any|enough|that)|not enough|n['’]t enough|too little|"
    rf"short of|out of) (?:kind of )?{_FUNDS}\b)|"
    r"\bcan(?:no|['’])?t (?:\w+ )?(?:afford|find (?:the|that|it)|raise|borrow|stretch to|spare|"
    r"(?:go|get) (?:above|over|beyond|to that)|pay (?:that|it|more))\b|"
    r"\bcould(?:n['’]t| not) (?:\w+ )?(?:afford|find (?:the|that|it)|raise|borrow|stretch to|spare|"
    r"(?:go|get) (?:above|over|beyond|to that)|pay (?:that|it|more))\b|"
    r"\b(?:out of|beyond|above|outside) (?:our|my|the|what) (?:\w+ )?(?:reach|range|means|budget|limit|ceiling|"
    r"we can|i can|we have|we could)\b|"
    r"\b(?:over|above|beyond|exceed(?:s|ed)?|under|below|inside|within|past) (?:the|our|my|that|what the|what our) "
    r"(?:\w+ )?(?:line|limit|ceiling|cap|threshold|bank|amount|maximum)\b|"
    r"\b(?:ceiling|limit|cap|line|threshold)\b[^.?!]{0,80}\b(?:you|yours|it|that|the quote) (?:were|was|are|is|came|stood|"
    r"stand|went|don['’]t|doesn['’]t)\b(?: \w+){0,2} (?:above|over|beyond|outside|higher|under|fit)\b|"
    r"\bmore than (?:the |our |my )?\w+(?: \w+)? can (?:carry|bear|pay|afford|stand)\b|"
    r"\bno (?:way|means) (?:to|of) (?:get|bring|mak|squeez|push)\w* (?:it|this|that|you|yours|the \w+) (?:under|below|inside|"
    r"within|down)\b|\b(?:what|whatever|anything|everything) (?:goes |is |comes )?(?:over|above|beyond) (?:that|it|this)?"
    r"[^.?!]{0,20}\b(?:ourselves|out of our|our own|myself|nobody pays)\b|"
    r"\bbank(?:['’]s| has| have)? (?:\w+ )?cut\b|"
    r"\btoo (?:dear|expensive|much money) for (?:us|me|our)\b",
    re.I,
)

DENIED = re.compile(
    # that it was not about money
    rf"\b(?:{_BE} ?n['’]t|{_BE} (?:not|never)|not|never|nothing to do with|(?:do|did)(?:n['’]t| not) think it was) "
    rf"(?:really |just |even |only |so much |down to |because of |about |for |over |due to |on |a (?:question|matter|"
    rf"case) of |to do with |the |your |our |a |any |too |so |an? issue of )*{_SUM}\b(?! (?:for|left|in|to)\b)|"
    rf"\b{_SUM}(?: \w+)? (?:(?:is|was|were|are|did|does|had|has|would)(?:n['’]t| not| never| nothing| no\b)|"
    r"never (?:was|came|entered|mattered|decided|stood)|(?:was|is|were) (?:fine|fair|okay|right|equal|"
    r"the same|reasonable|never|nothing|neither|not))|"
    r"\b(?:not|n['’]t) (?:wish|want|like) you to think (?:that )?it was\b|"
    rf"\bnobody (?:\w+ )?(?:looked at|minded|asked about|cared about|mentioned) (?:the |your |any )?{_SUM}\b|"
    rf"\bwith (?:the |your )?{_SUM} (?:we|i|they|nobody) (?:had|have|saw) no\b|"
    # that the money was there
    r"\b(?:we|they|i|he|she|who)(?:['’]d| had| have|['’]ve)(?: got| always)? (?:had )?(?:the|all the|enough|plenty of) "
    rf"{_FUNDS}\b|\b{_FUNDS} (?:was|were|is|are)(?: always| all)? (?:there|set aside|available|in place|approved|"
    r"released|reserved|no object)\b|\b(?:could|would|['’]d)(?: easily| well)? have (?:found|paid|afforded|stretched)\b|"
    # that both were near each other, or the other one dearer
    r"\bwithin (?:an?|a few|two|three|five|ten) (?:\w+ )?(?:fiver|whisker|hair|percent|per cent|%|penn(?:y|ies)|pounds?|"
    r"euros?|dollars?|quid|hundred|points?)\b|\b(?:same|equal|identical|level) (?:on |in )?(?:price|money|cost|figure|"
    r"number|sum)\b|\byou (?:were|are|came)(?:n['’]t| not)? (?:in )?(?:\w+ )?(?:cheaper|cheapest|under|below|lower|lowest|"
    r"equal|level)\b|\byour (?:price|offer|quote|bid) was (?:\w+ )?(?:lower|lowest|cheaper|the best|good|fair)\b|"
    r"\b(?:they|theirs|he|she|the others?|the other (?:one|lot|side|offer)|the winner) (?:were|was|is|are|came|cost|"
    r"costs|charges?|charged|ended|wanted)\b[^.?!;]{0,25}\b(?:more|higher|dearer|above (?:you|yours|ours)|double|"
    r"more expensive)\b|\b(?:higher|stiffer|dearer|bigger) (?:fee|price|rate|sum|figure)\b|"
    # that a lower one would have changed nothing
    r"\b(?:even (?:if you|for (?:free|nothing)|at (?:half|nothing))|if you(?:['’]d| had) (?:given it|halved|come for nothing)|"
    r"wouldn['’]t have (?:mattered|helped|changed)|at any price|whatever the price)\b|"
    r"\b(?:not|isn['’]t|wasn['’]t) un(?:reasonable|affordable)\b|\b(?:reasonable|affordable)\b",
    re.I,
)  # fmt: skip
"""That it was not the price, that money was there, or that no lower price would have helped."""

_PAPER = (
    r"(?:letters?|forms?|notes?|notice|sheet|grid|file|box(?:es)?|drop-?down|paper|paperwork|record|records|system|crm|"
    r"report|minutes|comment|statement|field|template|text block|wording|text|email|mail|press office|heading|column)"
)
ON_PAPER = re.compile(
    rf"\b(?:on|in|for|off) (?:the|our|your|that|my|a|this|public|paper)\b ?(?:\w+ )?{_PAPER}?[^.?!]{{0,60}}\b(?:put|puts|"
    r"writ(?:e|es|ten|ing)|wrote|tick(?:ed)?|sa(?:y|ys|id)|recorded|stands|reads?)\b|"
    rf"\b{_PAPER}\b[^.?!]{{0,40}}\b(?:sa(?:y|ys|id)|will be|it['’]ll be|reads?|mentions?|goes down|tells?|put|"
    r"writes?|written|wrote|ticked|offers|uses)\b|"
    rf"\b(?:put|wrote|ticked|tick|entered|enter|recorded|write|type[sd]?|typed|went down|goes down)\b[^.?!]{{0,50}}\b"
    rf"(?:(?:on|in|into|as|down) (?:the |a |our |your |my )?(?:{_PAPER}|reason|cost|price|budget|money)|{_PAPER})\b|"
    r"\b(?:spare|sparing) your feelings\b|\bboilerplate\b|\btext block\b|\bstandard (?:wording|phrase|text)\b|"
    r"\b(?:it|that|what it) (?:always |just )?says\b|\bwhat it['’]ll say\b|\bsaid so\b|\bsays so\b|"
    r"\b(?:official(?:ly)?|on the record|for the record|formally|on paper|in public|publicly)\b|"
    r"\b(?:had|have) to (?:put|write|tick|give|say) something\b|"
    rf"\b(?:they|we|you|purchasing|procurement|he|she|i)(?:['’]ll| will|['’]d) (?:all )?(?:tell|say|hear|write|read|put)"
    rf"\b[^.?!]{{0,40}}(?:{MONEY}|\bsum\b|\btariff\b)|"
    rf"\b(?:recorded|listed|filed|logged|noted|booked|put down|down) as (?:a )?(?:\w+ )?{MONEY}",
    re.I,
)  # fmt: skip
"""What stands written as the reason, or what people will say."""


TRULY = re.compile(
    r"\b(?:the (?:real|true|actual|honest) (?:reason|story|cause|answer|one)|in truth|the truth|truth is|between "
    r"(?:ourselves|us|you and me|the two of us)|off the record|off it|to be honest|honestly|if i['’]m honest|"
    r"the (?:straight|plain) (?:version|truth)|what (?:really |actually )?(?:happened|went on|decided)|really "
    r"(?:was|is) that|it(?:['’]s| is| was) that|(?:the )?thing is|what it (?:was|is)|in (?:reality|fact)|whatever "
    r"(?:the |our )?\w+ (?:says?|said|put|writes?))\b",
    re.I,
)
"""The real reason is told after the one that stands on paper."""


def compared(text: str) -> bool:
    """Whether a text sets a sum that somebody has beside one that is asked."""
    if not _LARGE.search(text):
        return False
    found = [m for m in _AMOUNT.finditer(text) if not _YEAR.match(m[0].strip()) and not _SHARE.search(m[0])]
    around = [text[max(0, m.start() - _BEFORE) : m.end() + _AFTER] for m in found]
    have = [bool(_HAVE.search(a)) for a in around]
    asked = [bool(_ASKED.search(a)) for a in around]
    return any(h and a for i, h in enumerate(have) for j, a in enumerate(asked) if i != j)


def short_of_money(text: str) -> bool:
    """Whether a turn says that the money is not there: what they have beside what it costs, a budget that was
    cut, or that they cannot afford it."""
    return bool(_GONE.search(text) or _WITHOUT.search(text)) or compared(text)


def denies_price(text: str) -> bool:
    """Whether a sentence says that the price did not decide."""
    return bool(DENIED.search(text))


def on_paper(text: str) -> bool:
    """Whether a sentence tells what is written or said as the reason, rather than what happened."""
    return bool(ON_PAPER.search(text))

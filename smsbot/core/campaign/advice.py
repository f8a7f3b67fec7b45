"""What the gate says to whoever wrote a text: for each finding, in one sentence or two, what to do.

The texts are English for gettext, with named values: `where` is the piece of the text or what it lacks, `place` the country.
"""

from collections.abc import Mapping

# What to do, by code. The values of a finding stand for the names in it.
SAYS: Mapping[str, str] = {
    # what cannot be examined
    "no_rules": "There are no rules for %(where)s, so nobody there gets it. Leave it out, or enter a lawyer's advice in the clinic's file.",
    "no_words": "There are no words to examine a text in %(where)s with, so it cannot be sent. Leave this language out.",
    "empty": "Write a text first.",
    "broken": "The character %(where)s cannot be read. Type this place anew.",
    "script": "This text is not written in the letters of %(where)s, so it cannot be examined. Write it in the language that it is for.",
    "mixed": "“%(where)s” mixes letters of two alphabets. Type the word anew, in one.",
    "invisible": "There is an invisible character (%(where)s) in the text. Delete it.",
    # who writes, and how to end it
    "identity": "Say who writes: put %(where)s into the text.",
    "address": "Put the clinic's address into the text: %(where)s.",
    "opt_out": "Say how to end these messages: “Reply %(where)s to end.”",
    # placeholders
    "unknown": "%(where)s is not known here. Choose a placeholder from the list.",
    "lost": "The text lacks %(where)s, which the wording that it translates has.",
    "malformed": "“%(where)s” is no whole placeholder. Delete it and choose one from the list.",
    # the medicine
    "name": "“%(where)s” names the medicine, and in %(place)s no campaign may. Invite people to talk with a doctor instead.",
    "name_inside": "What stands for %(placeholder)s names the medicine (“%(where)s”), and in %(place)s no campaign may. Leave it out.",
    "name_allowed": "“%(where)s” names the medicine. In %(place)s that rests on the clinic's own evidence; nothing may be claimed of it.",
    "medicine": "“%(where)s” means the medicine even without its name. Invite people to talk with a doctor instead.",
    # claims
    "safe": "Take out “%(where)s”: nothing may be said of safety. A doctor tells each person what may suit them.",
    "best": "Take out “%(where)s”: no superlatives, no praise, no other people's opinions.",
    "result": "Take out “%(where)s”: no result may be promised or shown.",
    "painless": "Take out “%(where)s”: nothing may be said of pain.",
    "offer": "Take out “%(where)s”: no discounts, presents or haste for a medical treatment.",
    "percent": "Take out “%(where)s”: a percentage is a claim or a discount, and neither may be made.",
    "eighty": "Take out “%(where)s”: it is read as the share of wrinkles that vanish. If it is anything else, write it in words.",
    "price": "Take out “%(where)s”: no price may be named in %(place)s.",
    "price_needs": "Where a price stands, %(place)s also asks for %(where)s.",
    # people
    "minors": "“%(where)s” speaks to people under age. Write to adults only.",
    "health": "“%(where)s” tells somebody of their own health or treatment. Whoever sees the phone would read it: leave it out.",
    "looks": "“%(where)s” tells somebody that something is wrong with their looks. Leave it out.",
    "wrinkles": "“%(where)s” is what the medicine is for. Make sure that nothing is promised and no treatment is meant.",
    "purpose": "“%(where)s” is what the medicine is for, and in %(place)s that alone is advertising it. Leave it out.",
    "word": "“%(where)s” may not be said in %(place)s. Leave it out.",
    "syringe": "The picture %(where)s means an injection. Leave it out.",
    # links
    "link_plain": "Write %(where)s as a whole address that begins with https://",
    "link_shortener": "%(where)s hides where it leads, and carriers block it. Use a page of the clinic's own.",
    "link_foreign": "%(where)s is not the clinic's own page. Link only to the clinic's own.",
    "link_whatsapp": "WhatsApp rejects templates with a link to WhatsApp itself: take out %(where)s.",
    # length and form
    "emoji": "There are %(where)s emoji; at most %(most)s are allowed.",
    "long": "The text has %(where)s characters; at most %(most)s are allowed.",
    "segments": "As an SMS this is %(where)s segments; at most %(most)s are allowed. Make it shorter.",
    "dear": "As an SMS this is %(where)s segments, and each is paid for. Try to say it in %(most)s.",
    "variable_edge": "WhatsApp rejects templates that begin or end with a placeholder: put words before and after %(where)s.",
    "variables_side": "WhatsApp rejects templates with two placeholders side by side: put words between %(where)s.",
    "variable_value": "What stands for %(where)s has a line break or many spaces in it, which WhatsApp rejects. Write it on one line.",
    # where it may go
    "barred": "Nobody in %(place)s can be invited on %(where)s: %(why)s.",
}  # fmt: skip

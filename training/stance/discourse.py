"""Moves of conversation put together from parts: an argument whose side is known, and an answer to it.

They teach for any proposition what agreement, disagreement, yes and no, reported speech, questions and procedure do to a side, and
that only the sentence after the bar is judged. `moves` gives (turns, marked sentence, label) with turns as [(speaker, text)].
"""
import random

NAMES = """Okafor Lindqvist Benali Stein Costa Achterberg Oyelaran Sundaram Petrenko Fernando Ruiz Tanaka Mbeki Novak Haddad Larsen Kowalska Silva Nguyen
Rahman O'Brien Duarte Ivanova Mensah Park Yilmaz Schmidt Moreau Rossi Papadakis Horvat Kim Chanda Alvarez Bianchi Jones Smith Clarke Walsh Murphy Patel Singh
Abebe Diallo Traore Kamau Zhou Li Wang Sato Santos Pereira Gomez Torres Weber Fischer Dubois Laurent Jansen Bakker Nielsen Berg Virtanen Popescu Ionescu Kaya Demir
Cohen Levi Mansour Farouk Hassan Aziz Khan Ahmed Chowdhury Perera Wijaya Tan Lim Reyes Cruz Ortega Molina Campbell Fraser Evans Davies Morgan Hughes""".split()
TITLES = ["Mr. ", "Ms. ", "Mrs. ", "Dr. ", "Prof. ", "Senator ", "Minister ", "Cllr ", "Ambassador ", "Commissioner ", "Dame ", "Judge "]
FIRST = "Ann Ben Carla David Elena Farid Grace Hana Ivan Joy Karim Lena Marco Nadia Omar Paula Ravi Sara Tomas Uma Victor Wei Yusuf Zoe Amina Peter Ruth Simon".split()
ROLES = ["The Chair", "Moderator", "Chair", "The President", "Host", "Interviewer", "The Speaker", "Q", "Presenter", "The Convener"]

AGREE = """I agree with {A}. | I agree. | Yes, {A} is right. | {A} is right about that. | I share that view. | Exactly. | Hear, hear. | I could not have put it better. | Absolutely. | Quite so.
I second that. | I am with {A} on this. | That is our position too. | We align ourselves with what {A} has just said. | {A} has said what I came here to say. | Nothing to add, that is how I see it.
I cannot disagree with {A}. | Very true. | So do I. | I support {A} in this. | For once {A} and I are of one mind. | You have convinced me. | I would sign every word of that.
That is precisely the point. | I was against this for years, but {A} has changed my mind. | {A} took the words out of my mouth. | Count me in. | Right, and about time that somebody said so.
My group shares the analysis of {A}. | We think as {A} thinks. | Of course, there can be no doubt. | Well, yeah, I mean, {A} is, is totally right there. | I associate myself with those remarks.
I am glad that {A} has spoken so plainly, because it needed saying. | I do not often say so, but {A} is right. | My delegation endorses that statement. | Same here. | And that is why I will vote as {A} does.""".replace("\n", " | ").split(" | ")
DISAGREE = """I disagree with {A}. | I disagree. | No, {A} is wrong. | {A} is mistaken about that. | I do not share that view. | On the contrary. | I see it the other way round. | That is nonsense.
I cannot follow {A} there. | With great respect to {A}, that is not so. | Not at all. | I am not with {A} on this. | We cannot support what {A} has just said. | I beg to differ.
I cannot agree with {A}. | Quite the opposite is true. | I don't think so at all. | {A} has not convinced me. | I would not sign a single word of that. | I reject that.
My group takes the opposite view. | No, no, I mean, {A}, that is, that's just not right. | I dissociate myself from those remarks. | I used to think like {A}, and I have given it up. | Nobody should be misled by this.
Allow me to contradict {A}. | What {A} says sounds good and is wrong. | My delegation takes the contrary position. | I am afraid that {A} has it backwards. | {A} and I will never agree about this. | Much as I like {A}, I must oppose this.
That argument does not hold. | If that is the case, then I am a Dutchman. | I have heard this argument often, and it has never been true. | And that is exactly why I will not vote as {A} does.""".replace("\n", " | ").split(" | ")
NEUTRAL = """Thank you, {A}. | The next speaker on my list is {C}. | {C}, the floor is yours. | Could {A} tell us where that figure comes from? | {A} has spoken for her two minutes. | I note what {A} has said.
Let me turn to another matter. | I have no view on this. | I can see both sides. | What does {C} think of that? | We shall come back to this after lunch. | How long have you worked on this question, {A}? | {A} has set out her position clearly.
I agree with {A} that we need a break. | I agree with {A} about the timetable. | Is that an official position, {A}? | Does anybody wish to respond? | That was the view of {A}. | We have heard one side and will now hear the other.
I will not take a position today. | It is too early to say. | The committee received that submission in March. | Would {A} repeat the last sentence for the record? | There are good arguments on both sides. | I have listened to {A} with interest.
Perhaps, perhaps not. | Some will agree with {A} and some will not. | {A} represents the northern district. | I thank {A} for coming. | Who else wants to speak? | When did you first say this, {A}? | My colleagues are divided about it.
Um, I, I really don't know. | Others are better placed to answer that. | That question is for the ministers. | {A} raised the same point last year. | Do you agree with {A}, {C}? | Can you give an example?""".replace("\n", " | ").split(" | ")
ASK = ["Do you think that {h}?", "Would you say that {h}?", "Is it your view that {h}?", "Do you agree that {h}?", "The motion reads: {H} Do you agree?", "Let me read you the statement: {H} True or not?", "Is it right that {h}?",
       "{C}, do you believe that {h}?", "A simple question, {C}: {H} Yes or no?", "Can you say to this committee that {h}?"]
ASK_NOT = ["Don't you think that {h}?", "Would you not agree that {h}?", "Isn't it the case that {h}?", "Surely you accept that {h}?"]
ASK_WRONG = ["Is it wrong to say that {h}?", "Do you dispute that {h}?", "Would it be a mistake to say that {h}?", "So you deny that {h}?"]
YES = ["Yes.", "Yes, I do.", "Absolutely.", "Certainly.", "Of course.", "I do indeed.", "Without hesitation, yes.", "Yes, and I have said so before.", "Very much so.", "Definitely.", "Yeah, I, yes, I do.", "Yes, for more than one reason.", "It is, yes.", "I would, yes."]
NO = ["No.", "No, I don't.", "Certainly not.", "Not at all.", "I don't.", "By no means.", "No, and I never have.", "Never.", "Not in the least.", "I am afraid not.", "Uh, no, no, I don't think so.", "No, quite the contrary.", "It is not, no.", "Hardly."]
DUNNO = ["I don't know.", "That is not for me to say.", "I would rather not answer that.", "Ask me again next year.", "We have not decided yet.", "Yes and no.", "It depends.", "That is a good question.", "Let me first thank you for the invitation.", "I will send you a written answer.", "What do you mean by that?", "Yes, I heard the question."]
AFTER_FOR = ["I am for it.", "I am in favour.", "I will vote for it.", "I support that.", "We back this without reservation.", "It has my vote.", "This is what we want.", "Nothing makes more sense than that.", "I would put my name to it.", "We should say yes to it.", "I stand by it.", "It is true."]
AFTER_AGAINST = ["I am against it.", "I am opposed.", "I will vote against it.", "I cannot support that.", "We oppose this without reservation.", "It will not have my vote.", "This is not what we want.", "Nothing makes less sense than that.", "I would never put my name to it.", "We should say no to it.", "I reject it.", "It is false."]
AFTER_NEUTRAL = ["We vote on it at noon.", "It was tabled in May.", "I have not made up my mind about it.", "It has been debated twice.", "I abstain.", "The text is before you in three languages.", "What would it cost?", "It stands in the name of {A}.", "Who seconds it?", "I take no side in this."]
REPORT = ["{A} says that {h}.", "According to the newspapers, {h}.", "The report claims that {h}.", "Some of my constituents think that {h}.", "We have been told that {h}.", "There are those who believe that {h}.", "My predecessor used to say that {h}.", "In the survey, half of them said that {h}."]
REPORT_YES = ["{A} says that {h}, and rightly so.", "Those who say that {h} are right.", "The report concludes that {h}, and I share the conclusion.", "As {A} has shown, {h}.", "It is no longer possible to deny that {h}.", "Nobody who has read the file can doubt that {h}.", "I once doubted it, but today I am sure that {h}."]
REPORT_NO = ["{A} says that {h}, which is simply wrong.", "Those who say that {h} are mistaken.", "The report concludes that {h}, and I do not accept it.", "It is a myth that {h}.", "Nothing I have read suggests that {h}.", "I once believed that {h}, but no longer.", "How can anybody still claim that {h}?", "I will never accept that {h}."]
SAY_YES = ["{H}", "I believe that {h}.", "Let me be clear: {h}.", "My position is that {h}.", "For us there is no question: {h}.", "I insist that {h}."]
SAY_NO = ["I do not believe that {h}.", "It is not true that {h}.", "We do not accept that {h}.", "I doubt very much that {h}.", "My position is not that {h}, quite the reverse."]
ARGUED = ["{A} argues: \"{t}\"", "\"{t}\" That is what {A} told the paper.", "In the words of {A}, {t}"]

LOWER = set("the a an we there it this that these those all every no more most some any many few both our their its public private state national local children people women men schools parents governments government states countries citizens it's stricter higher lower free new large small big rich poor foreign military nuclear social political economic human international global".split())


def low(s):
    """A proposition without its full stop, as the end of a sentence that begins otherwise."""
    s = s.rstrip(".")
    first = s.split(" ", 1)[0]
    return s[0].lower() + s[1:] if first.lower() in LOWER or first.endswith("s") and first[1:].islower() and len(first) > 6 else s


FLIP = {"favor": "against", "against": "favor", "neither": "neither"}


def person(rng):
    x = rng.random()
    return rng.choice(TITLES) + rng.choice(NAMES) if x < 0.5 else rng.choice(FIRST) + (" " + rng.choice(NAMES) if x < 0.85 else "")


def move(rng, h, args, foreign):
    """One conversation about proposition `h`; args: {label: [sentences]} on it, foreign: a sentence on something else."""
    A = person(rng); B = person(rng); C = person(rng); role = rng.choice(ROLES) if rng.random() < 0.7 else C
    if rng.random() < 0.15:
        A = rng.choice(["my colleague", "the previous speaker", "the last speaker"]) if rng.random() < 0.3 else A
    named = A if A[0].isupper() else person(rng)
    f = lambda form, **k: (lambda s: s[0].upper() + s[1:])(form.format(A=A, C=C, h=low(h), H=h, **k))
    sides = [s for s in ("favor", "against") if args.get(s)]
    kinds = ["ask", "ask", "ask_not", "ask_wrong", "after", "after", "report", "say"] + (["react", "react", "react", "react", "react", "oppose", "same", "neutral", "off", "quote"] if sides else []) + (["two", "two", "two"] if len(sides) == 2 else [])
    k = rng.choice(kinds)
    pick = lambda: rng.choices(["favor", "against", "neither"], [1, 1, 0.8])[0]
    if k in ("ask", "ask_not", "ask_wrong"):
        l = pick()
        q = f(rng.choice({"ask": ASK, "ask_not": ASK_NOT, "ask_wrong": ASK_WRONG}[k]))
        if l == "neither" and rng.random() < 0.35 and k == "ask":
            return [(role, q)], q, l
        yes = (l == "favor") != (k == "ask_wrong")
        a = rng.choice(DUNNO if l == "neither" else YES if yes else NO)
        return [(role, q), (B, a)], a, l
    if k == "after":
        l = pick()
        a = f(rng.choice({"favor": AFTER_FOR, "against": AFTER_AGAINST, "neither": AFTER_NEUTRAL}[l]))
        lead = rng.choice(["The motion before us reads: {H}", "We are debating whether {h}.", "The question tonight is this: {H}", "The amendment states that {h}.", "You have all read the proposal that {h}."])
        lead = f(lead)
        return ([(B, lead + " " + a)] if rng.random() < 0.4 else [(role, lead), (B, a)]), a, l
    if k in ("report", "say"):
        l = pick()
        if k == "say" and l == "neither":
            k = "report"
        s = f(rng.choice({"favor": SAY_YES if k == "say" else REPORT_YES, "against": SAY_NO if k == "say" else REPORT_NO, "neither": REPORT}[l]))
        turns = [(B, s)]
        if sides and rng.random() < 0.4:
            turns.insert(0, (named, rng.choice(args[rng.choice(sides)])))
        return turns, s, l
    side = rng.choice(sides); t = rng.choice(args[side])
    if k == "react":
        l = pick()
        form = AGREE if l == side else NEUTRAL if l == "neither" else DISAGREE
        a = f(rng.choice(form))
        turns = [(named, t), (B, a)]
        x = rng.random()
        if x < 0.15:
            turns.insert(0, (role, f("The question is whether {h}.")))
        elif x < 0.25 and l != "neither":
            turns.insert(1, (role, f(rng.choice(["{C}, your answer?", "{C}?", "Thank you. {C}, please.", "{C}, do you agree?"])))); turns[2] = (C, a)
        return turns, a, l
    if k in ("oppose", "same"):
        other = FLIP[side] if k == "oppose" else side
        if not args.get(other):
            other = side
        u = rng.choice(args[other])
        return [(named, t), (B, u)], u, other
    if k == "neutral" or k == "off":
        u = f(rng.choice(NEUTRAL)) if k == "neutral" else foreign
        return ([(named, t), (B, u)] if k == "neutral" or rng.random() < 0.6 else [(named, t + " " + u)]), u, "neither"
    if k == "quote":
        u = f(rng.choice(ARGUED), t=t)
        return [(B, u)], u, "neither"
    one, two = (("favor", "against") if rng.random() < 0.5 else ("against", "favor"))
    n1, n2 = named, person(rng)
    turns = [(n1, rng.choice(args[one])), (n2, rng.choice(args[two]))]
    i = rng.randrange(2)
    l = (one, two)[i]
    A = (n1, n2)[i]
    x = rng.random()
    if x < 0.6:
        a = rng.choice(["I agree with {A}.", "I am with {A}.", "{A} is right.", "Of the two, {A} has the better case.", "My vote goes with {A}.", "I find {A} the more convincing.", "{A} speaks for me.", "Put me down on the side of {A}.", "Here I follow {A}."])
    else:
        a = rng.choice(["I disagree with {A}.", "I am not with {A}.", "{A} is wrong.", "Of the two, {A} has the weaker case.", "I cannot follow {A}.", "{A} does not convince me.", "{A} does not speak for me."])
        l = FLIP[l]
    a = a.format(A=A)
    return turns + [(B, a)], a, l

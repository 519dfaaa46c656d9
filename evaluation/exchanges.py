#!/usr/bin/env python3
"""Interruptions in TEI: what is read of marks, and what the rule that reads only the text finds without them.

    pip install polars
    evaluation/exchanges.py --plenary target/release/plenary

Builds documents in five conventions and seven languages in which the record marks who interrupts whom: parts of a turn that `next` and `prev` connect,
a turn within a turn, `trans="overlap"`, `type="interruption"` at the turn, and ParlaMint's `vocal` with the name in it. Each is read twice: as it is,
and without its marks, where the words of a `vocal` are printed in brackets. The record prints the place where a speaker is cut off in one of four
ways (a dash, an ellipsis, a hyphen, nothing), and the speaker goes on afterwards or does not. Between the interruptions are turns that interrupt nobody:
answers, and speakers who fall silent with an ellipsis or a dash, who go on or do not. How often each occurs is invented, so that the shares per
way of printing say something, and a mean over all would not.

Prints recall and precision, and fails if a mark is not found or an interruption is found that is not marked.
"""
import argparse
import os
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

import polars as pl

# Names, and sentences: what is cut off, how it goes on, what is called out, whole sentences.
LANGUAGES = {
    "en": (["Ann Lee", "Bo Hill", "Cy Fox"], "We must say that the budget", "is not large enough.", "That is not true!",
           ["The committee read the report.", "The harbour needs a new wall.", "I thank the minister for the answer."]),
    "de": (["Anna Berg", "Bernd Kern", "Carl Uhl"], "Wir müssen sagen, dass der Haushalt", "nicht groß genug ist.", "Das stimmt nicht!",
           ["Der Ausschuss hat den Bericht gelesen.", "Der Hafen braucht eine neue Mauer.", "Ich danke für die Antwort."]),
    "fr": (["Anne Petit", "Bruno Morel", "Claire Roux"], "Nous devons dire que le budget", "n'est pas assez grand.", "Ce n'est pas vrai !",
           ["La commission a lu le rapport.", "Le port a besoin d'un nouveau mur.", "Je remercie le ministre de sa réponse."]),
    "es": (["Ana Ruiz", "Blas Gil", "Clara Soto"], "Debemos decir que el presupuesto", "no es bastante grande.", "¡Eso no es verdad!",
           ["La comisión ha leído el informe.", "El puerto necesita un muro nuevo.", "Agradezco la respuesta del ministro."]),
    "pl": (["Anna Nowak", "Bogdan Lis", "Celina Mazur"], "Musimy powiedzieć, że budżet", "nie jest wystarczający.", "To nieprawda!",
           ["Komisja przeczytała sprawozdanie.", "Port potrzebuje nowego muru.", "Dziękuję ministrowi za odpowiedź."]),
    "sv": (["Anna Lind", "Bo Ek", "Cilla Ström"], "Vi måste säga att budgeten", "inte är tillräckligt stor.", "Det är inte sant!",
           ["Utskottet har läst rapporten.", "Hamnen behöver en ny mur.", "Jag tackar för svaret."]),
    "tr": (["Ayşe Kaya", "Bora Demir", "Can Aydın"], "Şunu söylemeliyiz, bu bütçe", "yeterince büyük değil.", "Bu doğru değil!",
           ["Komisyon raporu okudu.", "Limana yeni bir duvar gerekiyor.", "Bakana cevabı için teşekkür ederim."]),
}
CONVENTIONS = ["parts", "nested", "overlap", "type", "vocal"]
SIGNS = {"dash": " —", "ellipsis": " ...", "hyphen": "-", "nothing": ""}
# What happens, and how often in a document.
INTERRUPTED = [(sign, resumes) for sign in SIGNS for resumes in (True, False)]
OTHERS = ["answer", "answer and resume", "silent with an ellipsis, resumes", "silent with an ellipsis", "silent with a dash, resumes", "silent with a dash"]
REPEATED = 4


class Document:
    """Turns of one convention with their marks, and the same without them."""

    def __init__(self, language, convention, random):
        self.language, self.convention = language, convention
        self.names, self.cut, self.rest, self.call, self.whole = LANGUAGES[language]
        self.body, self.plain = [], []
        # The kind of each place with two speakers, by the number in its first sentence.
        self.kinds = []
        kinds = [("interrupted", kind) for kind in INTERRUPTED] + [("other", kind) for kind in OTHERS]
        kinds = [kind for kind in kinds * REPEATED if self.fits(kind)]
        random.shuffle(kinds)
        for kind in kinds:
            self.place(kind, random)

    def fits(self, kind):
        """In two conventions the speaker goes on by definition."""
        return self.convention in ("overlap", "type") or kind[0] == "other" or kind[1][1]

    def u(self, who, text, attributes=""):
        mark = f"<u who=\"#{who}\"{attributes}><seg>{escape(text)}</seg></u>"
        self.body.append(mark)
        self.plain.append((who, text))

    def place(self, kind, random):
        number = len(self.kinds)
        self.kinds.append(kind)
        a, b, c = random.sample(range(3), 3)
        first = f"{self.whole[0][:-1]} {number}. "
        if kind[0] == "other":
            what = kind[1]
            end = {"answer": self.whole[1], "answer and resume": self.whole[1]}.get(what) or self.cut + (" ..." if "ellipsis" in what else " —")
            self.u(a, first + end)
            self.u(b, self.whole[2])
            self.u(a if "resume" in what else c, self.whole[1])
        else:
            self.interrupted(kind[1], number, first, (a, b, c))
        # Somebody else, so that one place does not touch the next.
        self.u(c if self.plain[-1][0] != c else b, self.whole[0])

    def interrupted(self, kind, number, first, people):
        (sign, resumes), (a, b, c) = kind, people
        begin, rest = first + self.cut + SIGNS[sign], self.rest
        if self.convention == "parts":
            self.u(a, begin, f' xml:id="p{number}" next="#q{number}"')
            self.u(b, self.call)
            self.u(a, rest, f' xml:id="q{number}" prev="#p{number}"')
        elif self.convention == "nested":
            self.body.append(f'<u who="#{a}"><seg>{escape(begin)}</seg><u who="#{b}"><seg>{escape(self.call)}</seg></u><seg>{escape(rest)}</seg></u>')
            self.plain += [(a, begin), (b, self.call), (a, rest)]
        elif self.convention == "vocal":
            called = f"{self.names[b]}: {self.call}"
            vocal = f'<vocal type="interruption"><desc>{escape(called)}</desc></vocal>'
            self.body.append(f'<u who="#{a}"><seg>{escape(begin)} {vocal} {escape(rest)}</seg></u>')
            self.plain.append((a, f"{begin} ({called}) {rest}"))
        else:
            self.u(a, begin)
            self.u(b, self.call, ' trans="overlap"' if self.convention == "overlap" else ' type="interruption"')
            self.u(a if resumes else c, rest)

    def tei(self):
        people = "".join(f'<person xml:id="{at}"><persName>{name}</persName></person>' for at, name in enumerate(self.names))
        return (f'<TEI xml:lang="{self.language}"><teiHeader><profileDesc><particDesc><listPerson>{people}</listPerson></particDesc></profileDesc>'
                f'</teiHeader><text><body><div>{"".join(self.body)}</div></body></text></TEI>\n')

    def without_marks(self):
        return "".join(f"**{self.names[who]}**\n\n{text}\n\n" for who, text in self.plain)


def found(plenary, files, models):
    """The places of each document at which an interruption was found, by the number in the last numbered sentence before it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        (Path(folder) / "study.toml").write_text('[models]\nsentiment = "none"\n', encoding="utf-8")
        environment = os.environ | ({"PLENARY_MODELS": str(models)} if models else {})
        subprocess.run([plenary, "run", *sorted(files), "--study", "study.toml", "--out", "out", "--no-cache", "--quiet"],
                       cwd=folder, check=True, env=environment)
        read = lambda table: pl.read_parquet(Path(folder) / "out" / f"{table}.parquet")
        documents, segments, exchanges, people = read("documents"), read("segments"), read("exchanges"), read("people")
    name_of = dict(people.select("person_id", "name").iter_rows())
    places, number, document = {}, None, None
    for row in segments.select("document_id", "segment_id", "text").iter_rows(named=True):
        number, document = (None, row["document_id"]) if row["document_id"] != document else (number, document)
        digits = "".join(c for c in row["text"] if c.isdigit())
        number = int(digits) if digits else number
        places[row["segment_id"]] = number
    path_of = dict(documents.select("document_id", "path").iter_rows())
    result = {name: {} for name in files}
    for row in exchanges.filter(pl.col("kind") == "interrupts").iter_rows(named=True):
        by = (name_of.get(row["from_person_id"]), name_of[row["to_person_id"]])
        result[path_of[row["document_id"]]].setdefault(places[row["segment_id"]], []).append((row["rule"], by))
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plenary", default="target/release/plenary")
    parser.add_argument("--models", help="folder of the models, if it is not beside the program")
    options = parser.parse_args()
    plenary = os.path.abspath(options.plenary)
    documents = {f"{convention}-{language}": Document(language, convention, Random(f"{convention} {language}"))
                 for convention in CONVENTIONS for language in LANGUAGES}
    marked = found(plenary, {f"{name}.xml": document.tei() for name, document in documents.items()}, options.models)
    plain = found(plenary, {f"{name}.md": document.without_marks() for name, document in documents.items()}, options.models)

    failed = 0
    for convention in CONVENTIONS:
        n, right, wrong = 0, 0, 0
        for name, document in documents.items():
            if document.convention != convention:
                continue
            places = marked[f"{name}.xml"]
            for number, kind in enumerate(document.kinds):
                rules = [rule for rule, (by, of) in places.get(number, []) if by and of]
                n += kind[0] == "interrupted"
                right += kind[0] == "interrupted" and rules in (["marked"], ["marked_overlap"])
                wrong += kind[0] == "other" and any(rule.startswith("marked") for rule in rules)
        print(f"marked, {convention}: {right} of {n} found, {wrong} others")
        failed += right != n or wrong > 0
    totals = Counter()
    for name, document in documents.items():
        places = plain[f"{name}.md"]
        for number, kind in enumerate(document.kinds):
            # The words of a `vocal` are printed in brackets within the turn, whatever sign is before them.
            what = ("in brackets",) if kind[0] == "interrupted" and document.convention == "vocal" else kind
            totals[what, bool(places.get(number))] += 1
    print("without marks:")
    for what in sorted({what for what, _ in totals}, key=str):
        n, hits = totals[what, True] + totals[what, False], totals[what, True]
        if what == ("in brackets",):
            label = "interruption in brackets within the turn"
        elif what[0] == "interrupted":
            label = f"interruption after {what[1][0]}, the speaker {'goes on' if what[1][1] else 'does not go on'}"
        else:
            label = f"no interruption: {what[1]}"
        print(f"  {label}: found in {hits} of {n}")
    raise SystemExit(failed)


if __name__ == "__main__":
    main()

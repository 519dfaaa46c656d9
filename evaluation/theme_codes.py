#!/usr/bin/env python3
"""Measures codes for themes: macro-F1 from descriptions alone and with 10 and 50 coded texts per code, beside a nearest centroid.

    cargo build --release --example embed_texts
    cargo build --release -p plenary-measure --example code_themes
    theme_codes.py EMBED CODE NAME=TEXTS:VECTORS... [--models DIR] [--draws 5]

EMBED and CODE are the two programs. TEXTS is JSONL (plain or .gz) with text and label; VECTORS a two-dimensional .npy (plain or .gz), row
for row. Needs numpy. The descriptions of codes below are in our own words after the codebook of the Comparative Agendas Project
(https://www.comparativeagendas.net), for the departments of the UK after what they are responsible for; no text of a set is among them.

Coded texts are drawn at random, at most half of a code's; the others are the test. Centroid: the code with the nearest mean vector of the
coded texts, without descriptions. Figures are means over the draws, of macro-F1 over all codes without abstention; for probabilities of
at least 0.3 the share of texts with a code and how many of these are right.
"""
import argparse
import gzip
import io
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

FLOOR = 0.3
DESCRIPTIONS = {
    "agriculture": "Farming, crops and livestock, farm subsidies, food inspection, fisheries, animal welfare.",
    "arts and entertainment": "Arts and entertainment: music, films, theatre, books, television, celebrities.",
    "churches and religion": "Churches and religion: clergy, believers, worship.",
    "civil rights": "Discrimination by race, sex, age or disability, voting rights, freedom of speech and religion, privacy, abortion.",
    "culture": "Cultural policy: arts, museums, heritage.",
    "death notices": "Deaths and obituaries of well-known people.",
    "defense": "The military and national security: armed forces, weapons, veterans, war, terrorism, intelligence.",
    "domestic commerce": "Banks, securities and business: bankruptcy, mergers, small businesses, consumer protection, insurance, disaster relief.",
    "education": "Schools, teachers, students, colleges and universities, loans for students, vocational education.",
    "energy": "Electricity, oil, natural gas, coal, nuclear and renewable energy, energy conservation.",
    "environment": "Pollution of air and water, waste, climate change, conservation of species, drinking water.",
    "fires": "Fires and accidents by fire.",
    "foreign trade": "Tariffs, trade agreements, exports and imports, foreign investment, exchange rates.",
    "government operations": "How government works: agencies, civil servants, elections and campaigns, Congress, the presidency, procurement, the post office.",
    "health": "Health care and insurance, hospitals, doctors, medicines, disease and prevention, mental health, drug and alcohol abuse.",
    "housing": "Housing and community development: mortgages, rents, homelessness, urban development.",
    "immigration": "Immigrants and refugees, visas, citizenship, border control.",
    "international affairs": "Foreign policy: relations with other countries, foreign aid, treaties, international organizations, human rights abroad.",
    "labor": "Work and employment: wages, working conditions, job training, trade unions, pensions, child labor, migrant workers.",
    "law and crime": "Crime and criminal justice: police, courts, prisons, drug trafficking, guns, juvenile crime, family law.",
    "macroeconomics": "The state of the economy: inflation, unemployment rates, interest rates, the national budget and debt, taxes, industrial policy.",
    "other": "Greetings, thanks, ceremony and general remarks without a subject of policy.",
    "public lands": "National parks, public lands, water resources, historic sites, indigenous peoples, territories.",
    "social welfare": "Poverty and assistance to the poor, the elderly and the disabled, food stamps, child care, charities.",
    "sports": "Sports and recreation: games, players, teams, championships.",
    "state and local government": "Government of states and cities: mayors, governors, city budgets and councils.",
    "technology": "Science, space, telecommunications, broadcasting, computers and the internet, research.",
    "transportation": "Roads and highways, mass transit, railways, airports and airlines, shipping, road safety.",
    "weather and natural disasters": "Weather, storms, floods, earthquakes and other natural disasters.",
    "cabinet office": "The civil service, public appointments, elections, government procurement and statistics.",
    "department for business and trade": "Companies, trade, exports, employment rights, the Post Office.",
    "department for culture, media and sport": "Arts, heritage, broadcasting, gambling, sport, tourism and charities.",
    "department for education": "Schools, teachers, pupils, special needs, child care, universities and student loans.",
    "department for energy security and net zero": "Electricity and gas, energy bills, heating of homes, carbon emissions, wind and nuclear power.",
    "department for environment, food and rural affairs": "Farming, food, fisheries, water companies, sewage, floods, wildlife and animals.",
    "department for science, innovation and technology": "Research, artificial intelligence, broadband, mobile networks, online safety.",
    "department for transport": "Railways, buses, roads, driving tests, aviation and ports.",
    "department for work and pensions": "Benefits, universal credit, pensions, job centres, disability payments.",
    "department of health and social care": "The health service, hospitals, doctors, dentists, medicines, mental health and social care.",
    "foreign, commonwealth and development office": "Other countries, war and diplomacy, sanctions, human rights abroad, foreign aid.",
    "home office": "Police and crime, immigration, asylum, visas, passports, fire services and terrorism.",
    "ministry of housing, communities and local government": "Housing, planning, tenants, homelessness, building safety and local councils.",
    "ministry of defence": "The armed forces, military equipment, bases, veterans and their housing.",
    "ministry of justice": "Courts, prisons, probation, sentences, legal aid and victims.",
    "northern ireland office": "Northern Ireland, its executive and its troubles.",
    "women and equalities": "Equality of women, sex and gender, race, disability and sexual orientation.",
    "treasury": "Taxes, public spending, the budget, banks and national insurance.",
}


def unpacked(path):
    data = Path(path).read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def unit(a):
    return a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-12)


def macro_f1(gold, found, n_codes):
    scores = []
    for code in range(n_codes):
        both = ((gold == code) & (found == code)).sum()
        scores.append(2 * both / max(1, (gold == code).sum() + (found == code).sum()))
    return float(np.mean(scores))


def embedded(program, texts, folder, options):
    (folder / "t.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    subprocess.run([program, folder / "t.jsonl", "all-minilm-l6-v2", folder / "t.npy", *options], check=True, capture_output=True)
    return np.load(folder / "t.npy")


def coded(program, vectors, codes, folder):
    (folder / "codes.json").write_text(json.dumps(codes))
    (folder / "v.f32").write_bytes(np.uint32(len(vectors)).tobytes() + np.ascontiguousarray(vectors, "<f4").tobytes())
    done = subprocess.run([program, folder / "codes.json", folder / "v.f32"], check=True, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return np.array([row["code"] for row in rows]), np.array([row["probability"] for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("embed")
    parser.add_argument("code")
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--models")
    parser.add_argument("--draws", type=int, default=5)
    args = parser.parse_args()
    print("| set | codes | coded texts per code | macro-F1 | nearest centroid | accuracy | with a code at 0.3 | of these right |")
    print("|" + "---|" * 8)
    for given in args.sets:
        name, _, paths = given.partition("=")
        texts, _, vectors = paths.partition(":")
        rows = [json.loads(line) for line in unpacked(texts).splitlines()]
        x = unit(np.load(io.BytesIO(unpacked(vectors))).astype("f8"))
        labels = sorted({row["label"].lower() for row in rows})
        gold = np.array([labels.index(row["label"].lower()) for row in rows])
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            options = ["--models", args.models] if args.models else []
            described = embedded(args.embed, [DESCRIPTIONS[label] for label in labels], folder, options)
            all_vectors = np.vstack([x, described])
            for n in (0, 10, 50):
                figures = []
                for draw in range(args.draws if n else 1):
                    random = np.random.default_rng(draw)
                    chosen = []
                    for code in range(len(labels)):
                        own = random.permutation((gold == code).nonzero()[0])
                        chosen.append(own[: min(n, len(own) // 2)])
                    test = np.setdiff1d(np.arange(len(x)), np.concatenate(chosen).astype(int))
                    codes = [{"description": len(x) + at, "examples": [int(i) for i in own]} for at, own in enumerate(chosen)]
                    found, probability = (part[test] for part in coded(args.code, all_vectors, codes, folder))
                    right = found == gold[test]
                    is_given = probability >= FLOOR
                    centroid = np.nan
                    if n:
                        means = unit(np.array([x[own].mean(0) if len(own) else np.zeros(x.shape[1]) for own in chosen]))
                        centroid = macro_f1(gold[test], (x[test] @ means.T).argmax(1), len(labels))
                    figures.append([macro_f1(gold[test], found, len(labels)), centroid, right.mean(), is_given.mean(), right[is_given].mean()])
                f1, centroid, accuracy, given_share, given_right = np.mean(figures, 0)
                centroid = "" if np.isnan(centroid) else f"{centroid:.3f}"
                print(f"| {name} | {len(labels)} | {n} | {f1:.3f} | {centroid} | {accuracy:.2f} | {given_share:.2f} | {given_right:.2f} |", flush=True)


if __name__ == "__main__":
    main()

//! Who speaks, in the many ways that transcripts print it: one short document for each layout.

use plenary::attribute::attribute;
use plenary::corpus::{BlockKind, Role, Style, Transcript};
use plenary::read::read;

fn transcribe(path: &str, text: &str) -> Transcript {
    attribute(read(path, text.as_bytes()).expect("the text is a transcript"), &plenary::attribute::Options::default())
}

/// Label and words of each turn, line breaks within a turn as blanks.
fn turns(transcript: &Transcript) -> Vec<(String, String)> {
    let shown = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    transcript
        .utterances
        .iter()
        .map(|utterance| (utterance.label.clone().unwrap_or_default(), shown(&utterance.text)))
        .collect()
}

#[track_caller]
fn expect(path: &str, text: &str, expected: &[(&str, &str)]) -> Transcript {
    let transcript = transcribe(path, text);
    let expected: Vec<(String, String)> =
        expected.iter().map(|(label, text)| (label.to_string(), text.to_string())).collect();
    assert_eq!(turns(&transcript), expected, "read in the style {}", plenary::corpus::style_name(transcript.style));
    transcript
}

#[test]
fn hearings_close_a_label_with_a_full_stop() {
    let text = "   The Chairman. We will come to order: it is ten.
   Ms. Marchetti. Thank you, Mr. Chairman. The bridges are tired.

   STATEMENT OF GENERAL KEITH ASHWORTH, DEPUTY
     COMMANDER, CORPS OF ENGINEERS

   General Ashworth. So are the levees.
   Ms. Marchetti. How many miles?
   General Ashworth. Nobody knows.
   Mr. Osei of Ohio. Would the gentleman yield?
   The Chairman. We stand in recess.
   [Recess.]
";
    let transcript = expect(
        "hearing.txt",
        text,
        &[
            ("The Chairman", "We will come to order: it is ten."),
            ("Ms. Marchetti", "Thank you, Mr. Chairman. The bridges are tired."),
            ("General Ashworth", "So are the levees."),
            ("Ms. Marchetti", "How many miles?"),
            ("General Ashworth", "Nobody knows."),
            ("Mr. Osei of Ohio", "Would the gentleman yield?"),
            ("The Chairman", "We stand in recess."),
        ],
    );
    let kinds: Vec<BlockKind> = transcript.blocks.iter().map(|block| block.kind).collect();
    assert!(kinds.contains(&BlockKind::Heading) && kinds.contains(&BlockKind::StageNote));
}

#[test]
fn plays_and_assemblies_close_a_label_in_capitals_with_a_full_stop() {
    let text = "PRESIDENTE. La seduta è aperta.

MARTA BASSANI. Grazie, Presidente. Parliamo di scuole.

UGO FERRANTI, Sottosegretario di Stato. Le abbiamo contate.

PRESIDENTE. Passiamo ai voti.

MARTA BASSANI. Contatele ancora.
";
    expect(
        "aula.txt",
        text,
        &[
            ("PRESIDENTE", "La seduta è aperta."),
            ("MARTA BASSANI", "Grazie, Presidente. Parliamo di scuole."),
            ("UGO FERRANTI", "Le abbiamo contate."),
            ("PRESIDENTE", "Passiamo ai voti."),
            ("MARTA BASSANI", "Contatele ancora."),
        ],
    );
}

#[test]
fn a_short_sentence_that_recurs_is_no_label() {
    let text = "Ann: Where were you?\n\nBob: At home. Right.\n\nRight. I was asleep.\n\nAnn: All night?\n\nBob: All night.\n\n\
                Right. And alone.\n";
    expect(
        "talk.txt",
        text,
        &[
            ("Ann", "Where were you?"),
            ("Bob", "At home. Right. Right. I was asleep."),
            ("Ann", "All night?"),
            ("Bob", "All night. Right. And alone."),
        ],
    );
}

#[test]
fn articles_stand_before_honorifics() {
    let text = "El señor PRESIDENTE: Se abre la sesión.

La señora QUIROGA PAZ: Gracias. Lo dijimos en 2009: habrá sequía.

Varios señores DIPUTADOS: ¡Muy bien!

El señor PRESIDENTE: Silencio.
";
    let transcript = expect(
        "cortes.txt",
        text,
        &[
            ("El señor PRESIDENTE", "Se abre la sesión."),
            ("La señora QUIROGA PAZ", "Gracias. Lo dijimos en 2009: habrá sequía."),
            ("Varios señores DIPUTADOS", "¡Muy bien!"),
            ("El señor PRESIDENTE", "Silencio."),
        ],
    );
    assert_eq!(transcript.speakers[1].name, "Quiroga Paz");
    assert_eq!(transcript.speakers[1].details.honorific.as_deref(), Some("La señora"));
}

#[test]
fn a_spaced_dash_parts_label_and_speech() {
    let text = "O Sr. PRESIDENTE (Anselmo Teles) – Declaro aberta a sessão.

O SR. IVO PACHECO – A estrada está fechada. São 40 mil pessoas.

A SRA. LÍDIA FONTES – Um aparte?

O SR. IVO PACHECO – Pois não.

O Sr. PRESIDENTE (Anselmo Teles) – Concluam.
";
    expect(
        "camara.txt",
        text,
        &[
            ("O Sr. PRESIDENTE", "Declaro aberta a sessão."),
            ("O SR. IVO PACHECO", "A estrada está fechada. São 40 mil pessoas."),
            ("A SRA. LÍDIA FONTES", "Um aparte?"),
            ("O SR. IVO PACHECO", "Pois não."),
            ("O Sr. PRESIDENTE", "Concluam."),
        ],
    );
}

#[test]
fn initials_behind_a_surname_close_a_label() {
    let text = "Председательствующий. Начинаем.\n\nКовалёв С.П. Кто отвечает за мост?\n\n\
                Председательствующий. Область.\n\nКовалёв С.П. Значит, никто.\n";
    let transcript = transcribe("duma.txt", text);
    assert_eq!(transcript.speakers.len(), 2);
    assert_eq!(turns(&transcript)[1].1, "Кто отвечает за мост?");
}

#[test]
fn a_tab_stands_for_the_colon() {
    let text = "I\tHow long have you worked here?\nR\tNineteen years. Before that I was at sea.\nI\tWhat changed?\n\
                R\tThe engines. And the passengers, they used to talk to you.\n";
    expect(
        "interview.txt",
        text,
        &[
            ("I", "How long have you worked here?"),
            ("R", "Nineteen years. Before that I was at sea."),
            ("I", "What changed?"),
            ("R", "The engines. And the passengers, they used to talk to you."),
        ],
    );
}

#[test]
fn marks_and_numbers_stand_before_labels() {
    let captions = ">> GWEN HOLLIS: Good evening.\n>> MAYOR BRANT: Call the roll.\n>> GWEN HOLLIS: Yes, Mayor.\n";
    expect(
        "captions.txt",
        captions,
        &[("GWEN HOLLIS", "Good evening."), ("MAYOR BRANT", "Call the roll."), ("GWEN HOLLIS", "Yes, Mayor.")],
    );
    let numbered =
        "1. Interviewer: How old were you?\n2. Mrs Bexley: Six, or seven.\n3. Interviewer: And the school?\n";
    expect(
        "numbered.txt",
        numbered,
        &[("Interviewer", "How old were you?"), ("Mrs Bexley", "Six, or seven."), ("Interviewer", "And the school?")],
    );
}

#[test]
fn numbers_of_lines_in_the_margin_are_not_read() {
    let text = " 1       Q.   Did you see the truck?
 2       A.   I saw the lights of it. I did not see the
 3   truck until it was upon us.
 4       Q.   What did you do?
 5       A.   I braked.
 6            MR. SOTO:  Objection. Asked and answered.
 7            MS. KERR:  You may answer.
 8       A.   I braked and I steered to the right.
 9            MR. SOTO:  Thank you.
10            MS. KERR:  No more questions.
";
    expect(
        "deposition.txt",
        text,
        &[
            ("Q", "Did you see the truck?"),
            ("A", "I saw the lights of it. I did not see the truck until it was upon us."),
            ("Q", "What did you do?"),
            ("A", "I braked."),
            ("MR. SOTO", "Objection. Asked and answered."),
            ("MS. KERR", "You may answer."),
            ("A", "I braked and I steered to the right."),
            ("MR. SOTO", "Thank you."),
            ("MS. KERR", "No more questions."),
        ],
    );
}

#[test]
fn chats_print_times_and_addressees() {
    let zoom = "10:02:11 From Amara Bello to Everyone : Good morning!\n10:02:40 From Ken Ishida to Everyone : Slides: in the \
                invite\n10:03:05 From Amara Bello to Everyone : thanks\n";
    expect(
        "zoom.txt",
        zoom,
        &[("Amara Bello", "Good morning!"), ("Ken Ishida", "Slides: in the invite"), ("Amara Bello", "thanks")],
    );
    let phone = "12/03/2021, 09:14 - Nadia: Morning all\n12/03/2021, 09:15 - Uncle Rob: Is it still on?\n\
                 12/03/2021, 09:15 - Nadia: Yes at 10\n12/03/2021, 09:21 - petra_w: can't make it: the baby\n";
    let transcript = expect(
        "phone.txt",
        phone,
        &[
            ("Nadia", "Morning all"),
            ("Uncle Rob", "Is it still on?"),
            ("Nadia", "Yes at 10"),
            ("petra_w", "can't make it: the baby"),
        ],
    );
    assert!(
        transcript.utterances.iter().all(|utterance| utterance.time_start_s.is_none()),
        "a time of day is no offset"
    );
}

#[test]
fn times_stand_on_either_side_of_a_name_on_its_own_line() {
    let text = "0:00 Ferran Puig\nWelcome to the second hour.\n\n0:09 Otto Hensel\nI am retired.\n\n1:00:12 Ferran Puig\nSince \
                when?\n";
    let transcript = expect(
        "podcast.txt",
        text,
        &[
            ("Ferran Puig", "Welcome to the second hour."),
            ("Otto Hensel", "I am retired."),
            ("Ferran Puig", "Since when?"),
        ],
    );
    assert_eq!(transcript.utterances[2].time_start_s, Some(3612.0));
    let bracketed = "[Carmen Ibarra] 10:02:03\nCan you see it?\n\n[Lars Fjeld] 10:02:09\nYes, we can.\n";
    expect("meeting.txt", bracketed, &[("Carmen Ibarra", "Can you see it?"), ("Lars Fjeld", "Yes, we can.")]);
}

#[test]
fn headings_name_speakers_where_most_of_a_level_do() {
    let text = "# Water Week

## Session 1: Rivers without owners

### Adaeze Nwosu, Commissioner, Lake Basin Authority

Rivers cross borders. Our treaty has six members.

### Bertil Sandqvist, Hydrologist

Data first.

### Adaeze Nwosu, Commissioner, Lake Basin Authority

Eight gauges.

## Session 2: The price of a litre

The second session was short.

### Bertil Sandqvist, Hydrologist

Like a company.
";
    let transcript = expect(
        "week.md",
        text,
        &[
            ("Adaeze Nwosu", "Rivers cross borders. Our treaty has six members."),
            ("Bertil Sandqvist", "Data first."),
            ("Adaeze Nwosu", "Eight gauges."),
            ("Bertil Sandqvist", "Like a company."),
        ],
    );
    assert_eq!(transcript.style, Some(Style::Heading));
    assert_eq!(transcript.speakers[0].details.title.as_deref(), Some("Commissioner"));
}

#[test]
fn headings_that_name_subjects_are_none() {
    let text = "# Harbour Guide\n\n## Digital Archives\n\nThe archives are digital since 2004, and open.\n\n\
                ## Night Trains\n\nThe trains run at night.\n";
    assert!(transcribe("guide.md", text).speakers.is_empty());
}

#[test]
fn an_office_stands_in_italics_below_a_name_or_beside_it() {
    let office = |text: &str| {
        let transcript = expect(
            "forum.md",
            text,
            &[("Yusuf Demirel", "We have scanned two pages."), ("Grace Achterberg", "Who will read them?")],
        );
        transcript.speakers.iter().map(|speaker| speaker.details.title.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    let same_paragraph = "**Yusuf Demirel**\n*Director, National Library*\n\nWe have scanned two pages.\n\n\
                          **Grace Achterberg**\n*Professor of Information, University of Loenen*\n\nWho will read them?\n";
    assert_eq!(office(same_paragraph), ["Director", "Professor of Information"]);
    let own_paragraph = "**Yusuf Demirel**\n\n*Director, National Library*\n\nWe have scanned two pages.\n\n\
                         **Grace Achterberg**\n\n*Professor of Information*\n\nWho will read them?\n";
    assert_eq!(office(own_paragraph), ["Director", "Professor of Information"]);
    let bold_lines = "**YUSUF DEMIREL**\n**Director, National Library**\n\nWe have scanned two pages.\n";
    let transcript = expect("forum.md", bold_lines, &[("YUSUF DEMIREL", "We have scanned two pages.")]);
    assert_eq!(transcript.speakers[0].details.title.as_deref(), Some("Director"));
    let beside = "**Yusuf Demirel** | Director, National Library\n\nWe have scanned two pages.\n\n\
                  **Grace Achterberg** (Union of Readers)\n\nWho will read them?\n";
    assert_eq!(office(beside), ["Director", ""]);
}

#[test]
fn a_label_that_stands_once_counts_where_it_looks_like_the_others() {
    let text = "ELSA: It rains into the archive.\nTOM: It rains into everything.\nELSA: Paper does not dry like carpet.\n\
                VIKRAM: It can be frozen.\nTOM: Frozen!\n";
    expect(
        "meeting.txt",
        text,
        &[
            ("ELSA", "It rains into the archive."),
            ("TOM", "It rains into everything."),
            ("ELSA", "Paper does not dry like carpet."),
            ("VIKRAM", "It can be frozen."),
            ("TOM", "Frozen!"),
        ],
    );
}

#[test]
fn questions_of_the_press_are_turns() {
    let text = "QUESTION: Who will be at the talks?\n\nMR. HADDON: I can't say.\n\nQUESTION: But you said –\n\n\
                MR. HADDON: (Laughter.) I did.\n";
    expect(
        "briefing.txt",
        text,
        &[
            ("QUESTION", "Who will be at the talks?"),
            ("MR. HADDON", "I can't say."),
            ("QUESTION", "But you said –"),
            ("MR. HADDON", "I did."),
        ],
    );
}

#[test]
fn scripts_without_blanks_and_with_marks_of_abbreviation() {
    let chinese = "主持人：各位下午好，今天我们讨论城市供水的问题，请大家踊跃发言。\n王小明：谢谢。我认为首先要看数据：去年的漏损率是百分之十二。\n\
                   李芳：百分之十二太高了。\n王小明：钱从哪里来？\n李芳：换管道。\n";
    let transcript = transcribe("water.md", chinese);
    let labels: Vec<String> = turns(&transcript).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["主持人", "王小明", "李芳", "王小明", "李芳"]);
    let hebrew = "היו\"ר דנה שלו: בוקר טוב.\n\nאורי לוי: תודה.\n\nהיו\"ר דנה שלו: נעבור לנושא הבא.\n";
    let labels: Vec<String> = turns(&transcribe("knesset.txt", hebrew)).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["היו\"ר דנה שלו", "אורי לוי", "היו\"ר דנה שלו"]);
}

#[test]
fn headings_and_formulas_between_turns_are_nobodys() {
    let text = "1. Margaret Holloway (North Farrow) (Con): Will he keep the clinics open? [902311]

Mr Aldous: I will.

Margaret Holloway: I thank him.

Rural Clinics

Mr Speaker: Order.

MILK

Mr Aldous: It is blue.

Several hon. Members rose—

Mr Speaker: Order.
";
    expect(
        "hansard.txt",
        text,
        &[
            ("Margaret Holloway", "Will he keep the clinics open? [902311]"),
            ("Mr Aldous", "I will."),
            ("Margaret Holloway", "I thank him."),
            ("Mr Speaker", "Order."),
            ("Mr Aldous", "It is blue."),
            ("Mr Speaker", "Order."),
        ],
    );
}

#[test]
fn pages_leave_no_trace_in_a_turn() {
    let text = "Committee on Roads                 EVIDENCE                 12 June 1958

   Mr. DUNMORE. It was surveyed in 1949, sir, by my prede-
cessor, and I have the sheets here with me. They show

                            - 14 -
\u{0C}
Committee on Roads                 EVIDENCE                 12 June 1958

the culvert as it stood before the flood.

   The CHAIRMAN. Let the sheets be handed up.

                            - 15 -
\u{0C}
Comrnittee on Roads                 EVlDENCE                 12 June 1958

   Mr. DUNMORE. Here they are.
";
    expect(
        "evidence.txt",
        text,
        &[
            (
                "Mr. DUNMORE",
                "It was surveyed in 1949, sir, by my predecessor, and I have the sheets here with me. They show the culvert \
                 as it stood before the flood.",
            ),
            ("The CHAIRMAN", "Let the sheets be handed up."),
            ("Mr. DUNMORE", "Here they are."),
        ],
    );
}

#[test]
fn captions_of_court_files_and_lists_with_leaders_are_no_turns() {
    let text = "   HENSHAW FARMS, LLC,             )
             Plaintiff,            )   Case No. 17-CV-204
        vs.                        )
   DELTA GRAIN COMPANY,            )
             Defendant.            )

   For the Plaintiff:   MS. RUTH ADLER

Members:        Norlandia . . . . . . . . . Mr. Eriksen

          THE COURT: Are we ready?

          MS. ADLER: We are, Your Honor.

          THE COURT: Come forward.

                       CROSS-EXAMINATION

          MS. ADLER: Thank you.
";
    expect(
        "court.txt",
        text,
        &[
            ("THE COURT", "Are we ready?"),
            ("MS. ADLER", "We are, Your Honor."),
            ("THE COURT", "Come forward."),
            ("MS. ADLER", "Thank you."),
        ],
    );
}

#[test]
fn somebody_spoken_to_does_not_speak() {
    let text = "   Mr. GORTON. Mr. President, I rise to speak of three things: roads, rivers and rain.
   Mr. President, there are two more: snow and ice. I leave them out.
   Mr. President, Congress knows them.

   The PRESIDING OFFICER. The Senator from Maine.

   Mr. HALE. Mr. President, I thank the Senator.
   Mr. President, we have snow.

   Mr. GORTON. Without doubt.

   Mr. HALE. Without end.
";
    expect(
        "record.txt",
        text,
        &[
            (
                "Mr. GORTON",
                "Mr. President, I rise to speak of three things: roads, rivers and rain. Mr. President, there are two \
                 more: snow and ice. I leave them out. Mr. President, Congress knows them.",
            ),
            ("The PRESIDING OFFICER", "The Senator from Maine."),
            ("Mr. HALE", "Mr. President, I thank the Senator. Mr. President, we have snow."),
            ("Mr. GORTON", "Without doubt."),
            ("Mr. HALE", "Without end."),
        ],
    );
}

#[test]
fn a_list_of_bodies_and_numbered_sections_are_no_turns() {
    let text = "   Mr. GORTON. I thank those who helped.

   Park Police: Eljay Bow, Director; Bill Pick, Deputy.

   Department of Parks: Stan Lock.

   Printing Office: Charlie Cook and John Sapp.

   The PRESIDING OFFICER. Without objection.

   SEC. 2. Definitions.

   SEC. 3. Amendments.

   Mr. GORTON. I yield the floor.

   The PRESIDING OFFICER. The clerk will read.
";
    let transcript = transcribe("record.txt", text);
    let labels: Vec<String> = turns(&transcript).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Mr. GORTON", "The PRESIDING OFFICER", "Mr. GORTON", "The PRESIDING OFFICER"]);
}

#[test]
fn single_words_before_colons_are_labels_where_every_paragraph_has_one() {
    let text = "ANNA: The water was cold.\n\nBERT: Not so cold.\n\nANNA: You always say so.\n";
    let transcript = expect(
        "three.txt",
        text,
        &[("ANNA", "The water was cold."), ("BERT", "Not so cold."), ("ANNA", "You always say so.")],
    );
    assert!(transcript.utterances[1].needs_review, "a label that stands once is doubtful");
    expect("two.txt", "Anna: Cold.\n\nBert: Not so cold.\n", &[("Anna", "Cold."), ("Bert", "Not so cold.")]);
    let prose =
        "The plan has a cost, and the leakage is high.\n\nLeakage: a third is lost.\n\nPrice: it rose.\n\nThe end.\n";
    assert_eq!(transcribe("plan.txt", prose).speakers.len(), 0);
}

#[test]
fn directions_inside_a_line_are_notes_and_other_brackets_are_speech() {
    let text = "MS. ADLER: Thank you. (Applause.) We count to four (I am glad to say), and start again. [laughter]\n\n\
                MR. SOTO: (Laughter.) And five?\n\nMS. ADLER: It was (inaudible) by then. (Prolonged applause from\nthe \
                gallery) Good night.\n";
    let transcript = expect(
        "gala.txt",
        text,
        &[
            ("MS. ADLER", "Thank you. We count to four (I am glad to say), and start again."),
            ("MR. SOTO", "And five?"),
            ("MS. ADLER", "It was (inaudible) by then. Good night."),
        ],
    );
    let notes: Vec<&str> = transcript
        .blocks
        .iter()
        .filter(|block| block.kind == BlockKind::StageNote)
        .map(|block| block.span.of(&transcript.document.text).trim())
        .collect();
    assert_eq!(notes, ["(Applause.)", "[laughter]", "(Laughter.)", "(Prolonged applause from\nthe gallery)"]);
}

#[test]
fn a_call_in_brackets_is_a_turn_and_who_was_called_at_goes_on() {
    let text = "Anna Berg (SPD):\nWir bauen aus Holz. (Heiterkeit)\n\n(Dr. Jens Uhl [FDP]: Unglaublich!)\n\nUnd aus Stein.\n\n\
                Carl Moor (FDP):\nDanke. (Beifall bei der FDP – Anna Berg [SPD]: Wofür?) Für den Stein.\n\nAnna Berg (SPD):\nBitte.\n";
    let transcript = expect(
        "landtag.txt",
        text,
        &[
            ("Anna Berg", "Wir bauen aus Holz."),
            ("Dr. Jens Uhl", "Unglaublich!"),
            ("Anna Berg", "Und aus Stein."),
            ("Carl Moor", "Danke."),
            ("Anna Berg", "Wofür?"),
            ("Carl Moor", "Für den Stein."),
            ("Anna Berg", "Bitte."),
        ],
    );
    let roles: Vec<(&str, Role)> =
        transcript.speakers.iter().map(|speaker| (speaker.name.as_str(), speaker.role)).collect();
    // Who also has the floor is no mere interjector.
    assert_eq!(roles, [("Anna Berg", Role::Speaker), ("Jens Uhl", Role::Interjector), ("Carl Moor", Role::Speaker)]);
}

#[test]
fn interpreters_marks_stay_out_of_labels_and_speech() {
    let text = "The President: I give the floor to Ms. Quint.\n\nMs. Quint (Valdoria) (spoke in French): We closed no gate.\n\n\
                The President (spoke in Spanish): Thank you.\n\nMs. Quint (Valdoria): (continued in English) We never did.\n";
    let transcript = expect(
        "council.txt",
        text,
        &[
            ("The President", "I give the floor to Ms. Quint."),
            ("Ms. Quint", "We closed no gate."),
            ("The President", "Thank you."),
            ("Ms. Quint", "We never did."),
        ],
    );
    assert_eq!(transcript.speakers[1].details.affiliation.as_deref(), Some("Valdoria"));
}

#[test]
fn questions_in_a_typeface_of_their_own_are_answered_by_whom_the_head_introduces() {
    let bold = "# “I never wanted the lighthouse”\n\n*Engineer **Marit Solb** has kept the lamp for thirty years.*\n\nBy Jon Fell\n\n\
                **You came for a summer. What happened?**\n\nThe summer lasted.\n\n**And then?**\n\nWinter.\n\nA long one.\n\n\
                **They want to replace you.**\n\nA sensor needs no coffee.\n\n**What will you do?**\n\nSleep.\n";
    let expected = [
        ("Jon Fell", "You came for a summer. What happened?"),
        ("Marit Solb", "The summer lasted."),
        ("Jon Fell", "And then?"),
        ("Marit Solb", "Winter. A long one."),
        ("Jon Fell", "They want to replace you."),
        ("Marit Solb", "A sensor needs no coffee."),
        ("Jon Fell", "What will you do?"),
        ("Marit Solb", "Sleep."),
    ];
    let transcript = expect("lighthouse.md", bold, &expected);
    assert_eq!(transcript.style, Some(Style::Questions));
    let roles: Vec<Role> = transcript.speakers.iter().map(|speaker| speaker.role).collect();
    assert_eq!(roles, [Role::Questioner, Role::Speaker]);
    let italic = "# Talking with Hanne Bru\n\nHanne Bru, director of the Museum of Small Ships, on paint.\n\n*How many ships?*\n\n\
                  Four.\n\n*Do you regret that?*\n\nNo.\n\n*And the money?*\n\nCake.\n";
    let transcript = transcribe("ships.md", italic);
    let labels: Vec<String> = turns(&transcript).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["", "Hanne Bru", "", "Hanne Bru", "", "Hanne Bru"], "who asks is not named");
    let speaker = &transcript.speakers[1];
    assert_eq!(
        (speaker.details.title.as_deref(), speaker.details.affiliation.as_deref()),
        (Some("director"), Some("Museum of Small Ships"))
    );
    let advice = "# Boilers\n\n## Is it on?\n\nLook.\n\n## Is it hot?\n\nTouch it.\n\n## Is it yours?\n\nAsk.\n";
    assert!(transcribe("boilers.md", advice).speakers.is_empty(), "a page of advice introduces nobody");
}

#[test]
fn a_speech_is_of_the_person_in_its_title() {
    let body = "Mr Mayor, ladies and gentlemen,\n\nWhen I was a girl the harbour was so full that you could cross it on deck \
                planks. Today you can cross it in a boat and meet nobody.\n\nWe have three tasks: to count the fish, to count \
                the boats, and to make the second number smaller.\n\nI declare the fair open.\n";
    for (head, label, title) in [
        (
            "Speech by Ann Smith, Minister of Fish, at the Fair\n\nHolm, 14 August 2015\n\nCheck against delivery\n\n",
            "Ann Smith",
            "Minister of Fish",
        ),
        (
            "# Remarks by Governor Ann Smith to the Fair\n\n*As prepared for delivery.*\n\n",
            "Governor Ann Smith",
            "Governor",
        ),
        ("Statement by Ms. Ann Smith\nGovernor of the Bank of Norland\n\n", "Ms. Ann Smith", "Governor"),
    ] {
        let transcript = transcribe("speech.md", &format!("{head}{body}"));
        assert_eq!(turns(&transcript).len(), 1, "{head}");
        assert_eq!(turns(&transcript)[0].0, label, "{head}");
        assert!(transcript.utterances[0].text.starts_with("Mr Mayor"), "{head}");
        assert_eq!(transcript.speakers[0].details.title.as_deref(), Some(title), "{head}");
    }
    let colon = format!("# Ann Smith: The harbour that was\n\n*Annual lecture, 12 October 2017*\n\n{body}");
    assert_eq!(turns(&transcribe("lecture.md", &colon))[0].0, "Ann Smith");
    let other = format!("# The harbour that was\n\n{body}");
    assert!(transcribe("essay.md", &other).speakers.is_empty());
}

#[test]
fn bodies_speak_once_each() {
    let text = "Round-table on the Water Act\n\nUnion of Small Waterworks: We welcome the draft. We ask for five years.\n\n\
                City of Tams: The city supports the draft; the tests are cheap.\n\nBank of Norland: We lend to both of them.\n";
    let labels: Vec<String> = turns(&transcribe("act.txt", text)).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Union of Small Waterworks", "City of Tams", "Bank of Norland"]);
}

#[test]
fn fields_of_the_head_are_no_turns_and_tell_who_stands_behind_initials() {
    let text = "Interview with Josephine Soll\nInterviewed by Dale Whit\nTape: 1\n\nDW: Dale Whit\nJS: Josephine Soll\n\n\
                DW: When were you born?\n\nJS: Nineteen and twelve. It snowed, they say.\n\nDW: And your people farmed?\n\n\
                JS: They did. [Phone rings] Let it ring.\n";
    let transcript = expect(
        "tape.txt",
        text,
        &[
            ("DW", "When were you born?"),
            ("JS", "Nineteen and twelve. It snowed, they say."),
            ("DW", "And your people farmed?"),
            ("JS", "They did. Let it ring."),
        ],
    );
    let people: Vec<(&str, Role)> =
        transcript.speakers.iter().map(|speaker| (speaker.name.as_str(), speaker.role)).collect();
    assert_eq!(people, [("Dale Whit", Role::Questioner), ("Josephine Soll", Role::Speaker)]);
}

#[test]
fn answers_are_of_the_person_in_the_heading() {
    let text = "INTERVIEW WITH THE COMMISSIONER FOR DATA, NIAMH CARR\n\nQ: Were you surprised?\n\nA: By the letters.\n\nQ: Why?\n\n\
                A: There were none.\n";
    let transcript = transcribe("interview.txt", text);
    assert_eq!(transcript.speakers[1].label, "A");
    assert_eq!(transcript.speakers[1].name, "Niamh Carr");
    assert_eq!(transcript.speakers[1].details.title.as_deref(), Some("COMMISSIONER FOR DATA"));
}

#[test]
fn lists_in_the_head_tell_titles_and_are_no_turns() {
    let text = "Tern plc Earnings Call\n\nParticipants\n\nMiriam Cast - Head of Relations\nJorge Aldun - Chief Executive Officer\n\n\
                Operator\n\nGood morning, and welcome to the call.\n\nMiriam Cast\n\nThank you. Let us begin.\n\nJorge Aldun\n\n\
                Revenue rose.\n\nOperator\n\nThis concludes the call.\n\nJorge Aldun\n\nThank you all.\n";
    let transcript = transcribe("call.txt", text);
    let labels: Vec<String> = turns(&transcript).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Operator", "Miriam Cast", "Jorge Aldun", "Operator", "Jorge Aldun"]);
    assert_eq!(transcript.speakers[1].details.title.as_deref(), Some("Head of Relations"));
}

#[test]
fn courts_name_the_examiner_between_turns() {
    let text = "          THE COURT: Call the witness.\n\n                        RUTH CALL,\nhaving been first duly sworn, testified \
                as follows:\n\n                      DIRECT EXAMINATION\n\nBY MS. RENN:\n\n     Q.   Where were you?\n\n     A.   At \
                home.\n\n          MR. IST: Objection.\n\n          THE COURT: Overruled.\n\n     Q.   (By Ms. Renn) And \
                then?\n\n     A.   I called.\n";
    expect(
        "trial.txt",
        text,
        &[
            ("THE COURT", "Call the witness."),
            ("Q", "Where were you?"),
            ("A", "At home."),
            ("MR. IST", "Objection."),
            ("THE COURT", "Overruled."),
            ("Q", "And then?"),
            ("A", "I called."),
        ],
    );
}

#[test]
fn letters_without_a_full_stop_are_labels_where_questions_go_on_so() {
    let briefing = "     MS. TALB:  Good afternoon.  (Laughter.)  Go ahead.\n\n     Q    Does he regret it?\n\n     MS. TALB:  He \
                    likes ferries.\n\n     Q    But he said --\n\n     MS. TALB:  Thank you.\n";
    expect(
        "briefing.txt",
        briefing,
        &[
            ("MS. TALB", "Good afternoon. Go ahead."),
            ("Q", "Does he regret it?"),
            ("MS. TALB", "He likes ferries."),
            ("Q", "But he said --"),
            ("MS. TALB", "Thank you."),
        ],
    );
    let prose = "A man came to the door.\n\nHe knocked twice, and nobody opened it to him.\n\nA man came again.\n";
    assert!(transcribe("tale.txt", prose).speakers.is_empty());
}

#[test]
fn numbers_and_signs_stand_before_labels_of_parliaments() {
    let swedish = "Anf. 12 Statsrådet LENA HOLM (S):\nBåtarna går.\n\nAnf. 13 OSKAR FJELL (C):\nPå måndagar.\n\n\
                   Anf. 14 Statsrådet LENA HOLM (S):\nVi utreder.\n\nAnf. 15 TALMANNEN:\nDebatten är avslutad.\n";
    let transcript = transcribe("protokoll.txt", swedish);
    let labels: Vec<String> = turns(&transcript).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Statsrådet LENA HOLM", "OSKAR FJELL", "Statsrådet LENA HOLM", "TALMANNEN"]);
    assert_eq!(transcript.speakers[0].details.title.as_deref(), Some("Statsrådet"));
    let japanese =
        "○山川委員長　これより会議を開きます。\n\n○川口委員　予算は幾らですか。\n\n○山川委員長　次に、岸本君。\n";
    let transcript = transcribe("kaigi.txt", japanese);
    let labels: Vec<String> = turns(&transcript).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["山川委員長", "川口委員", "山川委員長"]);
    assert_eq!(transcript.speakers[0].role, Role::Chair);
}

#[test]
fn misread_honorifics_behind_times_do_not_end_a_label() {
    let text = "[00:00:01] Hon. Bill Blair: We met.\n\n[00:00:09] Ms. Ann Holm: When?\n\n[00:00:12] Hou. Bill Blair: In May.\n\n\
                [00:00:15] Ms. Ann Holm: Where?\n\n[00:00:19] Hon. Bill Blair: Here.\n";
    let labels: Vec<String> = turns(&transcribe("scan.txt", text)).into_iter().map(|(label, _)| label).collect();
    assert_eq!(labels, ["Hon. Bill Blair", "Ms. Ann Holm", "Hon. Bill Blair", "Ms. Ann Holm", "Hon. Bill Blair"]);
}

#[test]
fn offices_before_names_and_places_behind_them_are_fields() {
    let text = "Präsidentin Dr. Ulla Brenn: Guten Tag.\n\nCity Manager Hatch: Hello.\n\nMayor Diaz: Good evening.\n\n\
                Dr. Hoang Duc, Senior Researcher at the Delta Institute: Rice remembers water.\n\n\
                Präsidentin Dr. Ulla Brenn: Danke.\n\nMayor Diaz: Thanks.\n";
    let transcript = transcribe("offices.txt", text);
    let people: Vec<(&str, Option<&str>, Option<&str>)> = transcript
        .speakers
        .iter()
        .map(|speaker| {
            (speaker.name.as_str(), speaker.details.title.as_deref(), speaker.details.affiliation.as_deref())
        })
        .collect();
    assert_eq!(
        people,
        [
            ("Ulla Brenn", Some("Präsidentin"), None),
            ("Hatch", Some("City Manager"), None),
            ("Diaz", Some("Mayor"), None),
            ("Hoang Duc", Some("Senior Researcher"), Some("Delta Institute")),
        ]
    );
    assert_eq!(transcript.speakers[0].role, Role::Chair);
}

#[test]
fn headings_in_capitals_right_above_a_byline_are_nobodys() {
    let text = "Hon. Speaker: Let us start.\nSTATEMENTS\nMILK PRICES\nHon. Wanj: The price has fallen by half.\nHon. Speaker: \
                Order.\nVOTE ON ROADS\nHon. Wanj: I vote for roads.\n";
    expect(
        "house.txt",
        text,
        &[
            ("Hon. Speaker", "Let us start."),
            ("Hon. Wanj", "The price has fallen by half."),
            ("Hon. Speaker", "Order."),
            ("Hon. Wanj", "I vote for roads."),
        ],
    );
}

#[test]
fn formulas_of_the_record_that_begin_with_any_word_are_no_speech() {
    let text = "ANN LEE: We vote now, and then we go home.\n\nIn favour: Castoria, Norlandia\n\nBO HILL: I was against it all.\n\n\
                Questions from MR STONE\n\nANN LEE: That is that.\n\nHouse adjourned at 3.15 pm.\n";
    let spoken = [
        ("ANN LEE", "We vote now, and then we go home."),
        ("BO HILL", "I was against it all."),
        ("ANN LEE", "That is that."),
    ];
    expect("votes.txt", text, &spoken);
}

#[test]
fn a_list_of_those_present_gives_surnames_their_full_names() {
    let text = "\
Present: Cllr Rosa Field (Chair), Cllr Tom Okafor, Cllr Ada Brook, Cllr Ian Brook

The Chair: Welcome, everybody. We begin with the ferry.

Cllr Okafor: I am against it. It costs too much.

Cllr Brook: I am for it.

Cllr Okafor: At what price?
";
    let transcript = transcribe("ferry.txt", text);
    let names: Vec<&str> = transcript.speakers.iter().map(|speaker| speaker.name.as_str()).collect();
    assert_eq!(names, ["Rosa Field", "Tom Okafor", "Brook"], "of two people called Brook none is chosen");
}

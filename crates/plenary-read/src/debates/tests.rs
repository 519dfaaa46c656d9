//! Small records of different parliaments, and records that are damaged.

use crate::{Options, Place, ReadError, ReadErrorKind, read, read_all};
use plenary_attribute::attribute;
use plenary_corpus::{BlockKind, Role, Transcript};

fn attributed(xml: &str) -> Transcript {
    attribute(read("day.xml", xml.as_bytes()).unwrap(), &plenary_attribute::Options::default())
}

fn said(transcript: &Transcript) -> Vec<(Option<&str>, &str)> {
    transcript.utterances.iter().map(|u| (u.label.as_deref(), u.text.as_str())).collect()
}

fn outside(transcript: &Transcript, kind: BlockKind) -> Vec<&str> {
    let blocks = transcript.blocks.iter().filter(|block| block.kind == kind);
    blocks.map(|block| block.span.of(&transcript.document.text).trim()).collect()
}

fn error(xml: &str) -> ReadError {
    read("day.xml", xml.as_bytes()).unwrap_err()
}

const AKOMA_NTOSO: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><debate name="hansard">
<meta><identification source="#x"><FRBRWork><FRBRdate date="2031-03-04" name="debate"/></FRBRWork></identification>
<references source="#x"><TLCPerson eId="lee" href="/p/lee" showAs="Ann Lee"/><TLCPerson eId="hill" href="/p/hill" showAs="Bo Hill"/>
<TLCRole eId="speaker" href="/r/speaker" showAs="Deputy Chairperson"/></references></meta>
<preface><p>The House met at ten.</p></preface>
<debateBody><debateSection name="orders" eId="s1"><num>1.</num><heading>Ferries</heading>
<speech by="#lee" as="#speaker" startTime="2031-03-04T10:00:00"><from>MADAM DEPUTY CHAIRPERSON:</from><p>Good morning to <b>you</b> all.</p></speech>
<question by="#hill" startTime="2031-03-04T10:01:30"><from>Hon. Bo Hill:</from><p>When will the ferry <remark type="interjection">(Applause.)</remark> run?</p>
<blockList><item><num>(a)</num><p>Soon?</p></item></blockList></question>
<scene>Bells ring.</scene>
<answer by="#gone"><from>The Minister:</from><p>Soon.</p></answer>
<narrative>The House rose.</narrative></debateSection></debateBody></debate></akomaNtoso>"##;

#[test]
fn akoma_ntoso() {
    let transcript = attributed(AKOMA_NTOSO);
    assert_eq!(
        said(&transcript),
        [
            (Some("MADAM DEPUTY CHAIRPERSON"), "Good morning to you all."),
            (Some("Hon. Bo Hill"), "When will the ferry run?\n(a) Soon?"),
            (Some("The Minister"), "Soon."),
        ]
    );
    let people: Vec<_> = transcript.speakers.iter().map(|s| (s.name.as_str(), s.role)).collect();
    assert_eq!(people[0], ("Ann Lee", Role::Chair));
    assert_eq!(people[1], ("Bo Hill", Role::Questioner));
    assert_eq!(transcript.utterances[1].time_start_s, Some(90.0));
    assert_eq!(transcript.front.date, Some(jiff::civil::date(2031, 3, 4)));
    assert_eq!(outside(&transcript, BlockKind::Heading), ["Ferries"]);
    let notes = outside(&transcript, BlockKind::StageNote);
    assert_eq!(notes, ["The House met at ten.", "1.", "(Applause.)", "Bells ring.", "The House rose."]);
    assert!(transcript.warnings.iter().any(|warning| warning.contains("gone")), "{:?}", transcript.warnings);
}

const PARLPARSE: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE publicwhip [ <!ENTITY pound "&#163;"> <!ENTITY mdash "&#8212;"> ]>
<publicwhip scraperversion="a" latest="yes">
<major-heading id="uk.org.publicwhip/debate/2031-03-04a.1.0" nospeaker="true" time="23:30:00">Transport</major-heading>
<minor-heading id="uk.org.publicwhip/debate/2031-03-04a.1.1" nospeaker="true">Ferries</minor-heading>
<speech id="uk.org.publicwhip/debate/2031-03-04a.1.2" speakername="Ann Leigh" person_id="uk.org.publicwhip/person/1" time="23:31:00"><p pid="1">What does a ferry cost &mdash; &pound;5?</p></speech>
<speech id="uk.org.publicwhip/debate/2031-03-04a.1.3" speakername="Rosa Hall" speakeroffice="The Minister for Ferries" person_id="uk.org.publicwhip/person/2" time="00:02:00"><p pid="2">Less, as <phrase class="honfriend" name="Ann Leigh">my hon. Friend (Ann Leigh)</phrase> knows.</p><p class="italic">Interruption.</p><p>More.</p></speech>
<speech id="uk.org.publicwhip/debate/2031-03-04a.2.0" nospeaker="true" time="00:03:00"><p>Several hon. Members rose</p></speech>
<speech id="uk.org.publicwhip/debate/2031-03-04a.2.1" speakerid="unknown" speakername="Hon. Members" time="00:01:00"><p>Hear, hear.</p></speech>
<division id="uk.org.publicwhip/debate/2031-03-04a.3.0" divdate="2031-03-04" divnumber="1"><divisioncount ayes="1" noes="0"/><mplist vote="aye"><mpname person_id="1" vote="aye">Ann Leigh</mpname></mplist></division>
</publicwhip>"#;

#[test]
fn parlparse() {
    let transcript = attributed(PARLPARSE);
    assert_eq!(
        said(&transcript),
        [
            (Some("Ann Leigh"), "What does a ferry cost — £5?"),
            (Some("Rosa Hall"), "Less, as my hon. Friend (Ann Leigh) knows.\n\nMore."),
            (Some("Hon. Members"), "Hear, hear."),
        ]
    );
    assert_eq!(transcript.speakers[1].details.title.as_deref(), Some("The Minister for Ferries"));
    assert_eq!(transcript.front.date, Some(jiff::civil::date(2031, 3, 4)));
    let times: Vec<_> = transcript.utterances.iter().map(|u| u.time_start_s).collect();
    assert_eq!(
        times,
        [Some(0.0), Some(31.0 * 60.0), None],
        "midnight passes, and a time that runs backwards is not read"
    );
    assert!(transcript.warnings.iter().any(|warning| warning.contains("on line 9")), "{:?}", transcript.warnings);
    assert_eq!(outside(&transcript, BlockKind::Heading), ["Transport", "Ferries"]);
    assert_eq!(outside(&transcript, BlockKind::StageNote), ["Interruption.", "Several hon. Members rose", "Ann Leigh"]);
}

const CANADA: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Hansard xml:lang="EN" id="1"><StartPageNumber>1</StartPageNumber><DocumentTitle><DocumentName>Edited Hansard</DocumentName></DocumentTitle>
<ExtractedInformation><ExtractedItem Name="MetaDateNumDay">4</ExtractedItem><ExtractedItem Name="MetaDateNumMonth">3</ExtractedItem><ExtractedItem Name="MetaDateNumYear">2031</ExtractedItem></ExtractedInformation>
<HansardBody><Intro><ProceduralText>The House met at 10 a.m.</ProceduralText></Intro>
<OrderOfBusiness id="2"><OrderOfBusinessTitle>Routine Proceedings</OrderOfBusinessTitle><SubjectOfBusiness id="3">
<Timestamp Hr="10" Mn="05"/><FloorLanguage language="FR">[Translation]</FloorLanguage><SubjectOfBusinessTitle>Ferries Act</SubjectOfBusinessTitle><SubjectOfBusinessContent>
<Intervention Type="Debate" id="4"><PersonSpeaking><Affiliation DbId="318" Type="2">Hon. Helene Morin (Edmonton—Lake, NDP):</Affiliation></PersonSpeaking><Content><ParaText id="5">I table Bill <Document DbId="13">C-2</Document>.</ParaText><Timestamp Hr="10" Mn="10"/><ParaText>It is <I>short</I>.</ParaText></Content></Intervention>
<Intervention Type="Debate" id="7"><PersonSpeaking><Affiliation DbId="9" Type="9">The Chair (Mr. Bob Chan (Otley, Lib.))</Affiliation></PersonSpeaking><Content><ParaText id="8">Thank you.</ParaText></Content></Intervention>
<Intervention Type="Debate" id="8"><PersonSpeaking><Affiliation DbId="10" Type="9">Ms. Dee Moss (Director, Union of Bakers)</Affiliation></PersonSpeaking><Content><ParaText id="9">We bake.</ParaText></Content></Intervention>
</SubjectOfBusinessContent></SubjectOfBusiness></OrderOfBusiness></HansardBody></Hansard>"#;

#[test]
fn canadian_hansard() {
    let transcript = attributed(CANADA);
    let texts: Vec<&str> = transcript.utterances.iter().map(|u| u.text.as_str()).collect();
    assert_eq!(texts, ["I table Bill C-2.\nIt is short.", "Thank you.", "We bake."]);
    let [morin, chair, moss] = transcript.speakers.as_slice() else { panic!("{:?}", transcript.speakers) };
    assert_eq!((morin.name.as_str(), morin.details.party.as_deref()), ("Helene Morin", Some("NDP")));
    assert_eq!(morin.details.constituency.as_deref(), Some("Edmonton—Lake"));
    assert_eq!((chair.role, chair.details.party.as_deref()), (Role::Chair, Some("Lib.")));
    assert_eq!((moss.name.as_str(), moss.details.party.as_deref()), ("Dee Moss", None));
    let times: Vec<_> = transcript.utterances.iter().map(|u| u.time_start_s).collect();
    assert_eq!(times, [Some(0.0), Some(300.0), None]);
    assert_eq!(transcript.front.title.as_deref(), Some("Edited Hansard"));
    assert_eq!(transcript.front.date, Some(jiff::civil::date(2031, 3, 4)));
    assert_eq!(outside(&transcript, BlockKind::Heading), ["Routine Proceedings", "Ferries Act"]);
}

const AUSTRALIA: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<hansard version="2.1"><session.header><date>2031-03-04</date><session.no>1</session.no><chamber>REPS</chamber></session.header>
<chamber.xscript><business.start><day.start>2031-03-04</day.start><para>The SPEAKER took the chair at 9 am.</para></business.start>
<debate><debateinfo><title>FERRIES</title><page.no>1</page.no></debateinfo>
<question><talk.start><talker><time.stamp>12:31:00</time.stamp><name role="metadata">O'Brian, Kerry, MP</name><name role="display">Mr O'BRIAN</name><name.id>8O6</name.id><electorate>Otley</electorate><party>ALP</party></talker><para>(Queensland) (12.31 pm)—When does it sail?</para></talk.start></question>
<answer><talk.start><talker><time.stamp>12:32:00</time.stamp><name role="metadata">Hill, Sen Bo</name><name role="display">Senator HILL</name><name.id>HX4</name.id><role>Minister for Ports</role></talker><para>—At noon.</para></talk.start>
<interjection><talk.start><talker><name role="metadata">Moss, Dee, MP</name><name role="display">Ms Moss</name><name.id>ZZ1</name.id></talker><para>—Never!</para></talk.start></interjection>
<continue><talk.start><talker><name role="display">Senator HILL</name><name.id>HX4</name.id></talker><para>—At noon, I say.</para></talk.start></continue>
<para>Every day.</para></answer>
<division><division.header><para>The House divided.</para></division.header><division.data><ayes><num.votes>1</num.votes><names><name>Moss, D.</name></names></ayes></division.data></division>
</debate></chamber.xscript></hansard>"#;

#[test]
fn australian_hansard() {
    let transcript = attributed(AUSTRALIA);
    assert_eq!(
        said(&transcript),
        [
            (Some("Mr O'BRIAN"), "When does it sail?"),
            (Some("Senator HILL"), "At noon."),
            (Some("Ms Moss"), "Never!"),
            (Some("Senator HILL"), "At noon, I say."),
            (Some("Senator HILL"), "Every day."),
        ]
    );
    let people: Vec<_> = transcript.speakers.iter().map(|s| (s.name.as_str(), s.role)).collect();
    assert_eq!(
        people,
        [("Kerry O'Brian", Role::Questioner), ("Bo Hill", Role::Speaker), ("Dee Moss", Role::Interjector)]
    );
    let brian = &transcript.speakers[0].details;
    assert_eq!((brian.party.as_deref(), brian.constituency.as_deref()), (Some("ALP"), Some("Otley")));
    assert_eq!(transcript.utterances[1].time_start_s, Some(60.0));
    assert_eq!(outside(&transcript, BlockKind::Heading), ["FERRIES"]);
}

#[test]
fn the_newer_australian_form_marks_speakers_in_the_text() {
    let paragraph = |kind: &str, id: &str, name: &str, rest: &str| {
        format!("<p class=\"HPS-Normal\"><a href=\"{id}\" type=\"{kind}\"><span>{name}</span></a>{rest}</p>")
    };
    let body = [
        paragraph(
            "MemberSpeech",
            "8O6",
            "Mr O'BRIAN",
            " (<span>Otley</span>—<span>Minister: Ports</span>) (<span>12:31</span>): We sail.",
        ),
        "<p>At noon.</p>".to_string(),
        paragraph("MemberInterjecting", "ZZ1", "Ms Moss:", " Never!"),
        paragraph("GeneralInterjecting", "", "Members interjecting", "—"),
        "<p><span><span class=\"HPS-GeneralIInterjecting\">Members rising</span>—</span></p>".to_string(),
        paragraph("MemberContinuation", "8O6", "Mr O'BRIAN:", " We do."),
    ];
    let xml = format!(
        "<hansard version=\"2.2\"><session.header><date>2031-03-04</date></session.header><chamber.xscript><debate><debateinfo><title>FERRIES</title></debateinfo>\
         <speech><talk.start><talker><time.stamp>12:31:00</time.stamp><name role=\"metadata\">O'Brian, Kerry, MP</name><name.id>8O6</name.id><party>ALP</party></talker></talk.start>\
         <talk.text><body>{}</body></talk.text><interjection><talk.start><talker><name role=\"metadata\">Moss, Dee, MP</name><name.id>ZZ1</name.id></talker></talk.start></interjection></speech>\
         </debate></chamber.xscript></hansard>",
        body.concat()
    );
    let transcript = attributed(&xml);
    let words: Vec<&str> = transcript.utterances.iter().map(|u| u.text.as_str()).collect();
    assert_eq!(words, ["We sail.\nAt noon.", "Never!", "We do."]);
    let people: Vec<_> = transcript.speakers.iter().map(|s| (s.name.as_str(), s.n_utterances)).collect();
    assert_eq!(people, [("Kerry O'Brian", 2), ("Dee Moss", 1)]);
    assert_eq!(outside(&transcript, BlockKind::StageNote), ["Members interjecting—", "Members rising—"]);
}

#[test]
fn records_that_are_damaged_or_of_another_kind_are_refused_with_their_place() {
    for xml in [AKOMA_NTOSO, PARLPARSE, CANADA, AUSTRALIA] {
        let cut = &xml[..xml.rfind("</").unwrap()];
        let error = error(cut);
        assert!(matches!(error.place, Place::Column { .. }), "{error}");
        assert!(error.to_string().contains("the file ends inside"), "{error}");
    }
    let act = error("<akomaNtoso><act><body><p>Be it enacted.</p></body></act></akomaNtoso>");
    assert!(matches!(act.kind, ReadErrorKind::NoSpeech { .. }), "{act}");
    assert!(act.to_string().contains("nobody speaks"), "{act}");
    for root in ["publicwhip", "Hansard", "hansard"] {
        assert!(matches!(error(&format!("<{root}/>")).kind, ReadErrorKind::NoSpeech { .. }), "{root}");
    }
    let deep = format!("<hansard>{}", "<debate>".repeat(100_000));
    assert!(error(&deep).to_string().contains("deep"));
    let other = error("<?xml version=\"1.0\"?><members><member/></members>").to_string();
    assert!(other.contains("`members`") && other.contains("`publicwhip`"), "{other}");
    let latin = PARLPARSE.replace("Rosa Hall", "Ren\u{e9} Hall");
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(&latin);
    let document = read_all("a.xml", &bytes, &Options::default()).unwrap().documents.remove(0);
    assert_eq!(document.turns[1].speaker.as_ref().unwrap().label, "René Hall");
}

const BUNDESTAG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE dbtplenarprotokoll SYSTEM "dbtplenarprotokoll.dtd">
<dbtplenarprotokoll sitzung-datum="14.02.2031" sitzung-start-uhrzeit="09:00" sitzung-ende-uhrzeit="9:40">
<vorspann><inhaltsverzeichnis><p>Inhalt</p></inhaltsverzeichnis></vorspann>
<sitzungsverlauf><sitzungsbeginn><p klasse="J">Beginn: 9.00 Uhr</p><name>Vizepräsidentin Dr. Ulla Kern:</name>
<p klasse="J_1">Die Sitzung ist eröffnet.</p></sitzungsbeginn>
<tagesordnungspunkt top-id="Tagesordnungspunkt 1"><p klasse="J">Ich rufe auf:</p><p klasse="T_NaS">Fähren</p>
<rede id="ID1"><p klasse="redner"><a id="r1"/><redner id="11"><name><titel>Dr.</titel><vorname>Jens</vorname>
<namenszusatz>von</namenszusatz><nachname>Rohde</nachname><ortszusatz>(Kiel)</ortszusatz><fraktion>FDP</fraktion></name></redner>Dr. Jens von Rohde (Kiel) (FDP):</p>
<p klasse="J_1">Die Fähre fährt nicht.</p><kommentar>(Beifall bei der FDP – Maria Lund [SPD]: Doch!)</kommentar>
<p klasse="O">Nein.</p><kommentar>(Heiterkeit)</kommentar><p klasse="J">Sie fährt nicht.</p></rede>
<rede id="ID2"><p klasse="redner"><redner id="12"><name><vorname>Maria</vorname><nachname>Lund</nachname><rolle><rolle_lang>Bundesministerin für Verkehr</rolle_lang></rolle></name></redner>Maria Lund, Bundesministerin für Verkehr:</p>
<p klasse="J_1">Sie fährt im Mai.</p></rede></tagesordnungspunkt></sitzungsverlauf>
<rednerliste><redner id="12"><name><vorname>Maria</vorname><nachname>Lund</nachname></name></redner></rednerliste>
</dbtplenarprotokoll>"#;

#[test]
fn bundestag() {
    let transcript = attributed(BUNDESTAG);
    assert_eq!(
        said(&transcript),
        [
            (Some("Vizepräsidentin Dr. Ulla Kern"), "Die Sitzung ist eröffnet.\n\nIch rufe auf:"),
            (Some("Dr. Jens von Rohde"), "Die Fähre fährt nicht."),
            (Some("Maria Lund"), "Doch!"),
            (Some("Dr. Jens von Rohde"), "Nein.\n\nSie fährt nicht."),
            (Some("Maria Lund"), "Sie fährt im Mai."),
        ]
    );
    let [chair, rohde, lund] = transcript.speakers.as_slice() else { panic!("{:?}", transcript.speakers) };
    assert_eq!((chair.name.as_str(), chair.role), ("Ulla Kern", Role::Chair));
    let details = &rohde.details;
    assert_eq!(rohde.name, "Jens von Rohde");
    assert_eq!((details.party.as_deref(), details.constituency.as_deref()), (Some("FDP"), Some("Kiel")));
    assert_eq!(lund.details.title.as_deref(), Some("Bundesministerin für Verkehr"));
    assert_eq!(transcript.front.date, Some(jiff::civil::date(2031, 2, 14)));
    assert_eq!(outside(&transcript, BlockKind::Heading), ["Tagesordnungspunkt 1", "Fähren"]);
    assert_eq!(error("<dbtplenarprotokoll><sitzungsverlauf/></dbtplenarprotokoll>").path, "day.xml");
}

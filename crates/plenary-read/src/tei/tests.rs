//! Small files with the markup of different corpora.

use crate::{Options, Place, ReadError, ReadErrorKind, read, read_all};
use plenary_attribute::attribute;
use plenary_corpus::{BlockKind, Role, Transcript};

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="en" xml:id="day">
 <teiHeader>
  <fileDesc>
   <titleStmt>
    <title type="main" xml:lang="sl">Zapis</title>
    <title type="main" xml:lang="en">Record of the House</title>
    <respStmt><persName>Some Editor</persName></respStmt>
   </titleStmt>
   <publicationStmt><date when="2020-01-01"/></publicationStmt>
   <sourceDesc><bibl><title>Other</title><date when="2011-06-11"/></bibl></sourceDesc>
  </fileDesc>
  <profileDesc>
   <settingDesc><setting><date when="2011-06-10">10 June 2011</date></setting></settingDesc>
   <particDesc><listPerson>
    <person xml:id="LeeAnn"><persName><surname>Lee</surname><forename>Ann</forename><roleName>Minister</roleName></persName>
     <sex value="F"/></person>
   </listPerson></particDesc>
  </profileDesc>
 </teiHeader>
"#;

fn tei(body: &str) -> String {
    format!("{HEAD} <text><body>{body}</body></text>\n</TEI>\n")
}

fn attributed(body: &str) -> Transcript {
    attribute(read("day.xml", tei(body).as_bytes()).unwrap(), &plenary_attribute::Options::default())
}

fn said(transcript: &Transcript) -> Vec<(Option<&str>, &str)> {
    transcript.utterances.iter().map(|u| (u.label.as_deref(), u.text.as_str())).collect()
}

fn error(text: &str) -> ReadError {
    read("day.xml", text.as_bytes()).unwrap_err()
}

#[test]
fn turns_bear_the_printed_label_the_persons_name_or_the_id() {
    let transcript = attributed(
        r##"<div><head>OPENING</head>
        <note type="speaker">THE CHAIR (Ann Lee):</note>
        <u who="#LeeAnn" ana="#chair"><seg>Good day.</seg>
            <seg>We begin.</seg></u>
        <u who="#LeeAnn"><seg>A question?</seg></u>
        <u who="#McKayJohn1960"><note type="speaker">Mr.  McKay:</note><seg>Yes.</seg></u>
        <u who="#Bo.Hill"><seg>No.</seg></u>
        <u><seg>Who said this?</seg></u></div>"##,
    );
    assert_eq!(
        said(&transcript),
        [
            (Some("THE CHAIR"), "Good day.\nWe begin."),
            (Some("Ann Lee"), "A question?"),
            (Some("Mr. McKay"), "Yes."),
            (Some("Bo Hill"), "No."),
            (None, "Who said this?"),
        ]
    );
    let chair = &transcript.speakers[0];
    assert_eq!((chair.name.as_str(), chair.role, chair.n_utterances), ("Ann Lee", Role::Chair, 2));
    assert_eq!(chair.details.title.as_deref(), Some("Minister"));
    assert_eq!(transcript.front.title.as_deref(), Some("Record of the House"));
    assert_eq!(transcript.front.date, Some(jiff::civil::date(2011, 6, 10)));
    assert_eq!(transcript.language.as_deref(), Some("en"));
    assert!(transcript.blocks.iter().any(|block| block.kind == BlockKind::Heading));
}

#[test]
fn what_happens_is_no_speech() {
    let transcript = attributed(
        r##"<u who="#A"><seg>We go <note>(Applause.)</note> on, <gap reason="inaudible"/>and
        <vocal><desc>laughter</desc></vocal> on.</seg><incident><desc>A bell.</desc></incident></u>
        <kinesic><desc>gavel</desc></kinesic>"##,
    );
    assert_eq!(said(&transcript), [(Some("A"), "We go on, and on.")]);
    let notes: Vec<&str> = transcript
        .blocks
        .iter()
        .filter(|block| block.kind == BlockKind::StageNote)
        .map(|block| block.span.of(&transcript.document.text).trim())
        .collect();
    assert_eq!(notes, ["(Applause.)", "laughter", "A bell.", "gavel"]);
}

#[test]
fn interruptions_applause_and_laughter_are_marked() {
    use plenary_corpus::ReactionKind::{Applause, Call, Interruption, Laughter};
    let document = read(
        "day.xml",
        tei(r##"<u who="#A"><seg>We go <vocal type="interruption"><desc>Bo Hill: No!</desc></vocal>on.
            <kinesic type="applause" who="#B"/></seg><note type="comment">(A pause.)</note></u>
            <note ana="#laughter">Ha.</note><vocal who="#opposition"><desc>shouting</desc></vocal><vocal><desc>hm</desc></vocal>
            <incident type="entering"><desc>The king.</desc></incident><note type="speaker">A:</note>"##)
        .as_bytes(),
    )
    .unwrap();
    let reactions = document.reactions.iter();
    let found: Vec<_> = reactions.map(|of| (of.kind, of.who.as_deref(), of.span.of(&document.text))).collect();
    assert_eq!(
        found,
        [
            (Interruption, None, "Bo Hill: No!"),
            (Applause, Some("#B"), ""),
            (Laughter, None, "Ha."),
            (Call, Some("#opposition"), "shouting"),
        ]
    );
}

#[test]
fn turns_interrupt_where_the_file_says_so() {
    use plenary_corpus::Interrupts::{Marked, Overlapping};
    let interrupts = |body: &str| -> Vec<_> {
        let document = read("day.xml", tei(body).as_bytes()).unwrap();
        document.turns.iter().map(|turn| turn.interrupts).collect()
    };
    let parts = r##"<u who="#A" xml:id="a1" next="#a2"><seg>I say</seg></u><u who="#B"><seg>No!</seg></u><u who="#C"><seg>Yes!</seg></u>
        <u who="#A" xml:id="a2"><seg>it.</seg></u><u who="#B"><seg>Well.</seg></u>"##;
    assert_eq!(interrupts(parts), [None, Some(Marked(0)), Some(Marked(0)), None, None]);
    let earlier = parts.replace(r##" next="#a2""##, "").replace(r#""a2""#, r##""a2" prev="#a1""##);
    assert_eq!(interrupts(&earlier), interrupts(parts));
    let nested = r##"<u who="#A"><seg>I say</seg><u who="#B"><seg>No!</seg></u><seg>it.</seg></u>
        <u who="#B" trans="overlap"><seg>Well.</seg></u><u who="#C" ana="#guest #interruption"><seg>Oh.</seg></u>"##;
    assert_eq!(interrupts(nested), [None, Some(Marked(0)), Some(Overlapping(1)), Some(Marked(2))]);
    // References to nothing, to itself and backwards say nothing.
    let odd = r##"<u who="#A" xml:id="a" next="#x" prev="#y"><seg>I.</seg></u><u who="#B" xml:id="b" next="#b"><seg>No!</seg></u>
        <u who="#A" next="#a"><seg>it.</seg></u>"##;
    assert_eq!(interrupts(odd), [None, None, None]);
}

#[test]
fn annotated_words_are_joined_as_they_were_printed() {
    let transcript = attributed(
        r##"<u who="#A"><seg><s>
          <w lemma="it">It</w>
          <w join="right">don't<w norm="do"/><w norm="not"/></w>
          <pc>,</pc>
          <name><w>Ann</w> <w join="right">Lee</w></name>
          <pc>.</pc>
          <linkGrp><link ana="x" target="y"/></linkGrp></s><s><w>Two</w><w>words</w></s></seg></u>"##,
    );
    assert_eq!(said(&transcript)[0].1, "It don't, Ann Lee. Two words");
}

#[test]
fn one_reading_of_two_entities_numbers_and_pages() {
    let transcript = attributed(
        "<u who='#A'><p>a <choice><sic>b&amp;</sic><corr>c &lt; d</corr></choice> &#233;<pb/> e\u{301}<lb/>f <sic>g</sic>\
         <![CDATA[ <h> ]]></p></u><u who='#B'><p>i</p></u>",
    );
    assert_eq!(said(&transcript)[0].1, "a c < d é e\u{301} f g <h>");
    assert_eq!(transcript.blocks.last().unwrap().page, Some(2));
}

#[test]
fn times_come_from_the_timeline() {
    let transcript = attributed(
        r##"<timeline unit="s"><when xml:id="T0"/><when xml:id="T1" interval="2.5" since="#T0"/>
            <when xml:id="T2" interval="1" since="#T1"/></timeline>
        <u who="#A" start="#T1" end="#T2"><seg>One.</seg></u>
        <annotationBlock who="#B" start="#T2"><u><anchor synch="#T2"/><seg>Two.</seg></u></annotationBlock>"##,
    );
    let times: Vec<_> = transcript.utterances.iter().map(|u| (u.time_start_s, u.time_end_s)).collect();
    assert_eq!(times, [(Some(2.5), Some(3.5)), (Some(3.5), Some(3.5))]);
    assert_eq!(said(&transcript)[1].0, Some("B"));
}

#[test]
fn a_corpus_of_several_texts_is_several_documents() {
    let text = |id: &str| {
        format!("<TEI xml:id=\"{id}\"><text><body><u who=\"#A\"><seg>Here is {id}.</seg></u></body></text></TEI>")
    };
    let corpus = format!("<teiCorpus><teiHeader/>{}{}</teiCorpus>", text("one"), text("two"));
    let reading = read_all("c.xml", corpus.as_bytes(), &Options::default()).unwrap();
    let paths: Vec<&str> = reading.documents.iter().map(|document| document.path.as_str()).collect();
    assert_eq!(paths, ["c.xml/one", "c.xml/two"]);
    assert_ne!(reading.documents[0].document_id, reading.documents[1].document_id);
    assert!(matches!(
        read("c.xml", corpus.as_bytes()),
        Err(ReadError { kind: ReadErrorKind::Several { n: 2, .. }, .. })
    ));
}

#[test]
fn the_declared_encoding_counts() {
    let text = "<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?>\n<TEI><text><body><u who=\"#A\"><seg>\u{17e}ena \u{10d}as</seg></u></body></text></TEI>";
    let (bytes, _, _) = encoding_rs::ISO_8859_2.encode(text);
    let document = read("a.xml", &bytes).unwrap();
    assert_eq!((document.text.as_str(), document.encoding.as_str()), ("žena čas\n", "ISO-8859-2"));
}

#[test]
fn broken_xml_is_refused_with_its_place() {
    let message = error("<TEI>\n <text>\n  <body><u who=\"#A\">Hi</body>\n</text></TEI>").to_string();
    assert!(message.starts_with("day.xml, line 3, column ") && message.contains("</u>"), "{message}");
    let message = error("<TEI><text>\n<u>Hello").to_string();
    assert!(message.contains("line 2") && message.contains("expected `</u>`"), "{message}");
    let message = error("<TEI><text>\n\n<u who=#A>Hi</u></text></TEI>").to_string();
    assert!(message.contains("line 3"), "{message}");
    let message = error("<TEI><text>a &nbsp; b</text></TEI>").to_string();
    assert!(message.contains("&nbsp;"), "{message}");
    assert!(matches!(error("<TEI/><TEI/>").kind, ReadErrorKind::Xml { .. }));
}

#[test]
fn other_xml_is_named() {
    let message = error("<?xml version=\"1.0\"?>\n<!-- c -->\n<hansard:debate xmlns:hansard=\"x\"/>").to_string();
    assert!(message.contains("XML of a kind that is not read") && message.contains("`debate`"), "{message}");
    assert!(matches!(error("<TEI><teiHeader/><text><body/></text></TEI>").kind, ReadErrorKind::NoTextInTei));
}

#[test]
fn declared_entities_are_refused_and_nothing_is_fetched() {
    let laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE TEI [\n<!ENTITY a \"ha\">\n<!ENTITY b \"&a;&a;&a;&a;\">\n]>\n<TEI><text><u>&b;</u></text></TEI>";
    assert!(matches!(error(laughs), ReadError { kind: ReadErrorKind::Entities, place: Place::Line(1 | 2), .. }));
    let outside = "<!DOCTYPE TEI [<!ENTITY x SYSTEM \"file:///etc/hosts\">]><TEI><text><u>&x;</u></text></TEI>";
    assert!(matches!(error(outside).kind, ReadErrorKind::Entities));
    let named = "<!DOCTYPE TEI SYSTEM \"http://example.org/tei.dtd\"><TEI><text><body><u who=\"#A\">Fine.</u></body></text></TEI>";
    assert_eq!(read("a.xml", named.as_bytes()).unwrap().text, "Fine.\n");
}

#[test]
fn deep_nesting_is_refused() {
    let deep = format!("<TEI><text>{}", "<div>".repeat(100_000));
    assert!(error(&deep).to_string().contains("deep"));
}

/// A text with lists of persons and organisations after it. `date` is that of the sitting.
fn listed(date: &str, place: &str) -> String {
    let lists = r##"<listPerson>
      <person xml:id="lee"><persName><surname>Lee</surname><forename>Ann</forename></persName><sex value="F"/>
       <affiliation role="member" ref="#party.A" to="2030-06-30"/><affiliation role="member" ref="#party.B" from="2030-07-01"/>
       <affiliation role="minister" ref="#gov" from="2031"><roleName xml:lang="en">Minister of Ferries</roleName></affiliation></person>
      <person xml:id="hill"><persName to="2030-12-31">Moss, Bea</persName><persName from="2031-01-01">Hill, Bea</persName>
       <affiliation ref="#harbour">Harbour Board</affiliation><affiliation role="member" ref="#group.X"/></person></listPerson>
     <listOrg><org xml:id="party.A" role="politicalParty"><orgName full="yes" xml:lang="en">Alpha Party</orgName><orgName full="abb">AP</orgName></org>
      <org xml:id="party.B" role="politicalParty"><orgName full="yes" xml:lang="en">Beta Party</orgName></org>
      <org xml:id="gov" role="government"><orgName full="yes">The Government</orgName></org>
      <org xml:id="harbour"><orgName>Harbour Board of Otley</orgName></org></listOrg>"##;
    let turns = r##"<u who="#lee" ana="#chair"><seg>We begin.</seg></u><u who="#hill"><seg>Yes.</seg></u><u who="#gone"><seg>No.</seg></u>"##;
    let (back, stand_off) = match place {
        "back" => (format!("<back><div>{lists}</div></back>"), String::new()),
        _ => (String::new(), format!("<standOff>{lists}</standOff>")),
    };
    format!(
        "<TEI xml:lang=\"en\"><teiHeader><fileDesc><titleStmt><title type=\"main\">Corpus of the House</title><title type=\"sub\">Sitting 7</title>\
         <meeting n=\"3\" ana=\"#parla.term\">Term 3</meeting><meeting n=\"7\" ana=\"#parla.sitting\">Sitting 7</meeting>\
         <meeting n=\"2\" ana=\"#parla.session #parla.lower\">Session 2</meeting></titleStmt></fileDesc>\
         <profileDesc><settingDesc><setting><date when=\"{date}\"/></setting></settingDesc></profileDesc></teiHeader>\
         <text><body><div>{turns}</div></body>{back}</text>{stand_off}</TEI>"
    )
}

#[test]
fn lists_after_the_text_give_names_parties_and_offices_of_the_day() {
    for place in ["back", "stand_off"] {
        let document = read("a.xml", listed("2031-03-04", place).as_bytes()).unwrap();
        let speakers: Vec<_> = document.turns.iter().map(|turn| turn.speaker.as_ref().unwrap()).collect();
        assert_eq!(speakers[0].name.as_deref(), Some("Ann Lee"), "{place}");
        assert_eq!(speakers[0].details.party.as_deref(), Some("Beta Party"));
        assert_eq!(speakers[0].details.title.as_deref(), Some("Minister of Ferries"));
        assert_eq!(speakers[0].role, Some(Role::Chair));
        assert_eq!(speakers[0].details.sex.as_deref(), Some("F"));
        assert_eq!(speakers[1].name.as_deref(), Some("Bea Hill"));
        assert_eq!(speakers[1].details.affiliation.as_deref(), Some("Harbour Board of Otley"));
        assert_eq!(speakers[1].details.party.as_deref(), Some("X"), "the id names the party that no list has");
        assert_eq!((speakers[2].name.as_deref(), speakers[2].label.as_str()), (None, "gone"));
        assert!(document.warnings.iter().any(|warning| warning.contains("gone")), "{:?}", document.warnings);
        assert_eq!(document.text, "We begin.\nYes.\nNo.\n", "lists are not text");
        assert_eq!(document.front.title.as_deref(), Some("Sitting 7"));
        assert_eq!(document.front.session.as_deref(), Some("Session 2"));
    }
    let before = read("a.xml", listed("2030-03-04", "back").as_bytes()).unwrap();
    let speaker = before.turns[0].speaker.as_ref().unwrap();
    assert_eq!((speaker.details.party.as_deref(), speaker.details.title.as_deref()), (Some("AP"), None));
    assert_eq!(before.turns[1].speaker.as_ref().unwrap().name.as_deref(), Some("Bea Moss"));
    let unknown = read("a.xml", listed("some day", "back").as_bytes()).unwrap();
    assert_eq!(unknown.turns[0].speaker.as_ref().unwrap().details.party, None, "it depends on the day");
}

#[test]
fn turns_may_name_people_and_parties_themselves() {
    let transcript = attributed(
        r#"<sp who="Ann van der Lee" party="AP" role="presidency"><speaker>President Lee:</speaker><p>We begin.</p></sp>
        <sp who="Bo Hill" party="BP" role="mp"><p>Yes.</p></sp>"#,
    );
    let people: Vec<_> =
        transcript.speakers.iter().map(|s| (s.name.as_str(), s.role, s.details.party.as_deref())).collect();
    assert_eq!(people[0].1, Role::Chair);
    assert_eq!((people[0].2, people[1]), (Some("AP"), ("Bo Hill", Role::Speaker, Some("BP"))));
}

#[test]
fn lists_give_variables_of_persons_on_the_day_of_the_text() {
    let text = |date: &str| {
        format!(
            r##"<TEI xml:lang="en"><teiHeader><profileDesc><settingDesc><setting><date when="{date}"/></setting></settingDesc><particDesc>
            <listOrg><org xml:id="A" role="politicalParty"><orgName>Alpha</orgName></org><org xml:id="B" role="politicalParty"><orgName>Beta</orgName></org>
             <listRelation><relation name="coalition" mutual="#A" from="2030-01-01" to="2031-12-31"/>
              <relation name="opposition" active="#B" passive="#GOV" from="2030-01-01"/><relation name="renaming" active="#A" passive="#B"/></listRelation></listOrg>
            <listPerson><person xml:id="lee"><persName>Lee, Ann</persName><birth when="1970-02-03"><placeName>Otley</placeName></birth>
              <occupation>Fisher</occupation><education>University</education>
              <affiliation role="member" ref="#A"/><affiliation role="minister" ref="#GOV" from="2031-01-01"/></person>
             <person xml:id="hill"><persName>Hill, Bo</persName><affiliation role="member" ref="#B" from="2030"/></person></listPerson>
            </particDesc></profileDesc></teiHeader><text><body><u who="#lee">Yes.</u><u who="#hill">No.</u></body></text></TEI>"##
        )
    };
    let variables = |date: &str| -> Vec<Vec<(String, String)>> {
        let document = read("a.xml", text(date).as_bytes()).unwrap();
        document.turns.iter().map(|t| t.speaker.clone().unwrap().variables.into_iter().collect()).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_string(), (*value).to_string())).collect()
    };
    let found = variables("2031-05-01");
    assert_eq!(
        found[0],
        pairs(&[
            ("birth", "1970-02-03"),
            ("education", "University"),
            ("occupation", "Fisher"),
            ("party_status", "coalition"),
            ("roles", "member; minister"),
        ])
    );
    assert_eq!(found[1], pairs(&[("party_status", "opposition"), ("roles", "member")]));
    let later = variables("2032-05-01");
    assert!(!later[0].iter().any(|(name, _)| name == "party_status"), "the coalition has ended: {later:?}");
    assert_eq!(variables("2029-05-01")[0].last().unwrap().1, "member");
}

use crate::read;

const FILE: &str = "@UTF8\n@Begin\n@Languages:\teng, deu\n@Participants:\tINT Interviewer Investigator, LEN Lena_Mark Participant, CHI Target_Child\n\
    @Date:\t04-MAR-2025\n*INT:\tso how did you come to the harbour ? \u{15}0_4800\u{15}\n%mor:\tadv|so\n*LEN:\tmy father worked there [/] worked there and\n\
    \this father &=laughs before him . \u{15}4500_7150\u{15}\n@Comment:\ta door\n*CHI:\tno: !\n@End\n";

#[test]
fn utterances_have_speakers_times_and_no_marks() {
    let document = read("a.cha", FILE.as_bytes()).unwrap();
    assert_eq!(
        document.text,
        "so how did you come to the harbour?\nmy father worked there worked there and his father before him.\nlaughs\na door\nno!\n"
    );
    let speakers: Vec<_> = document
        .turns
        .iter()
        .map(|turn| {
            let speaker = turn.speaker.as_ref().unwrap();
            (speaker.label.as_str(), speaker.name.as_deref(), turn.time_start_s, turn.time_end_s)
        })
        .collect();
    assert_eq!(
        speakers,
        [
            ("INT", Some("Interviewer"), Some(0.0), Some(4.8)),
            ("LEN", Some("Lena Mark"), Some(4.5), Some(7.15)),
            ("CHI", None, None, None)
        ]
    );
    assert_eq!(document.front.language.as_deref(), Some("en"));
    assert_eq!(document.front.date, Some(jiff::civil::date(2025, 3, 4)));
    assert_eq!(document.warnings, ["dependent tiers were not read: %mor (1)"]);
}

#[test]
fn a_file_that_is_recognised_by_its_headers_needs_no_extension() {
    assert_eq!(read("a.txt", FILE.as_bytes()).unwrap().format.as_str(), "chat");
}

#[test]
fn what_is_missing_is_reported() {
    let cut = FILE.replace("@End\n", "stray\n*XXX:\tyes . \u{15}900_100\u{15}\n");
    let warnings = read("a.cha", cut.as_bytes()).unwrap().warnings.join("\n");
    for part in ["line 12: it begins with none", "XXX (1)", "no line @End", "line 13: it ends before"] {
        assert!(warnings.contains(part), "{part}: {warnings}");
    }
    let error = |text: &str| read("a.cha", text.as_bytes()).unwrap_err().to_string();
    assert!(error("@Begin\n*INT:\tyes .\n").contains("@Participants"));
    assert!(error("@Begin\n@Participants:\tINT Investigator\n@End\n").contains("line 3: found no speaker line"));
}

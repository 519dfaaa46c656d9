use super::*;
use plenary_names::bylines::split;

fn linked(bylines: &[&str], list: Option<&PeopleList>) -> Linked {
    link(
        Lexicon::builtin(),
        &[],
        &bylines.iter().map(|text| split(Lexicon::builtin(), text)).collect::<Vec<_>>(),
        list,
        None,
    )
}

fn owner(linked: &Linked, at: usize) -> &Owner {
    linked.owners[at].as_ref().unwrap()
}

fn people_of(linked: &Linked) -> Vec<usize> {
    linked.owners.iter().flatten().map(|owner| owner.person).collect()
}

#[test]
fn a_surname_and_an_office_find_their_person() {
    let linked =
        linked(&["Justice (ret.) Ellen Hill (Chair)", "Viktor Stone (Roads Agency)", "The Chair", "Mr Stone"], None);
    assert_eq!(linked.people.len(), 2);
    assert_eq!(people_of(&linked), [0, 1, 0, 1]);
    let rules: Vec<LinkRule> = linked.owners.iter().flatten().map(|owner| owner.rule).collect();
    assert_eq!(
        rules,
        [LinkRule::FirstMention, LinkRule::FirstMention, LinkRule::OfficeBesideName, LinkRule::UniqueSurname]
    );
    assert_eq!(owner(&linked, 2).supported_by, Some(Mention::Byline(0)));
    assert_eq!(owner(&linked, 3).supported_by, Some(Mention::Byline(1)));
}

#[test]
fn an_office_with_a_name_and_the_name_are_one_person() {
    let hills =
        linked(&["Mr Hill", "The Minister of Roads (Mr Hill)", "The Minister of Roads", "Mr Hill", "Ann Dahl"], None);
    assert_eq!(people_of(&hills), [0, 0, 0, 0, 1]);
    assert_eq!(owner(&hills, 2).rule, LinkRule::OfficeBesideName);
    assert_eq!(hills.people[0].byline.details.title.as_deref(), Some("Minister of Roads"));
    let full = linked(&["The Minister of Roads (Bo Hill)", "Bo Hill", "Mr Hill"], None);
    assert_eq!(people_of(&full), [0, 0, 0]);
    assert_eq!(
        linked(&["Speaker 1", "Speaker 2", "Speaker 1"], None).owners[0].as_ref().unwrap().rule,
        LinkRule::FirstMention
    );
    let two =
        linked(&["The Minister of State (Bo Hill)", "The Minister of State (Cy Dahl)", "The Minister of State"], None);
    assert_eq!(people_of(&two), [0, 1, 2]);
    assert_eq!(owner(&two, 2).rule, LinkRule::AmbiguousOffice);
}

#[test]
fn two_offices_of_one_word_are_two_people() {
    let house = linked(
        &["The CHAIRMAN pro tempore (Ms. DeVito)", "The SPEAKER pro tempore", "Ms. DeVITO", "The CHAIRMAN pro tempore"],
        None,
    );
    assert_eq!(people_of(&house), [0, 1, 0, 0]);
    assert_eq!(owner(&house, 1).rule, LinkRule::UnnamedOffice);
    let commons = linked(&["Mr Deputy Speaker (Sir Roy Gale)", "Mr Speaker", "The Speaker"], None);
    assert_eq!(people_of(&commons), [0, 1, 1]);
}

#[test]
fn two_people_with_one_surname_stay_two() {
    let stones = linked(&["Ann Stone", "Bob Stone", "Mr Stone"], None);
    assert_eq!(people_of(&stones), [0, 1, 2]);
    assert_eq!(owner(&stones, 2).rule, LinkRule::AmbiguousSurname);
    assert_eq!(owner(&stones, 2).others, ["Ann Stone", "Bob Stone"]);
    assert_eq!(linked(&["Mr. Michael Stone", "Mrs. Stone"], None).people.len(), 2);
}

#[test]
fn initials_before_a_surname_find_the_only_full_name_that_fits() {
    let hills = linked(&["Cllr. J. Hill", "Cllr. Jane Hill", "J. Hill", "Cllr. Hill", "B. Hill"], None);
    assert_eq!(people_of(&hills), [0, 0, 0, 1, 2]);
    assert_eq!(hills.people[0].byline.name, "Jane Hill");
    assert_eq!(owner(&hills, 0).rule, LinkRule::ShortenedLabel);
    assert_eq!(owner(&hills, 3).rule, LinkRule::AmbiguousSurname);
    let two = linked(&["John Hill", "Jane Hill", "J. Hill", "Cllr. J. Hill"], None);
    assert_eq!(people_of(&two), [0, 1, 2, 2]);
    assert_eq!(owner(&two, 3).rule, LinkRule::AmbiguousSurname);
    assert_eq!(owner(&two, 3).others, ["John Hill", "Jane Hill"]);
    assert_eq!(people_of(&linked(&["Mr J. Hill", "Ms Jane Hill"], None)), [0, 1]);
    assert_eq!(people_of(&linked(&["A Member", "Another Member", "A Member"], None)), [0, 1, 0]);
    assert_eq!(people_of(&linked(&["J. Hill", "J. M. Hill", "Mr Hill"], None)), [0, 0, 0]);
}

#[test]
fn a_list_of_people_takes_precedence_over_the_page() {
    let list = PeopleList::parse(
        b"name,aliases,title,party,role\nAnn Hill,The Chair;A. Hill,Dean,Reform,chair\nBo Stone,,,,\n",
        "people.csv",
        Lexicon::builtin(),
    )
    .unwrap();
    let linked = linked(
        &["A. Hill (Acme, Professor)", "MR. STONE", "The Chair", "Cy Wood (Acme)", "Ms Hill", "Mr. Stone"],
        Some(&list),
    );
    assert_eq!(people_of(&linked), [0, 1, 0, 2, 0, 1]);
    let ann = &linked.people[0].byline;
    assert_eq!(
        (ann.name.as_str(), ann.details.title.as_deref(), ann.details.party.as_deref()),
        ("Ann Hill", Some("Dean"), Some("Reform"))
    );
    assert_eq!(ann.details.affiliation.as_deref(), Some("Acme"), "what the list does not say is taken from the page");
    assert_eq!(linked.people[1].byline.name, "Bo Stone");
    assert_eq!((linked.people[2].byline.name.as_str(), linked.people[2].listed), ("Cy Wood", None));
    let rules: Vec<LinkRule> = linked.owners.iter().flatten().map(|owner| owner.rule).collect();
    assert_eq!(
        rules,
        [
            LinkRule::PeopleList,
            LinkRule::PeopleListSurname,
            LinkRule::PeopleList,
            LinkRule::FirstMention,
            LinkRule::UniqueSurname,
            LinkRule::PeopleListSurname
        ]
    );
}

#[test]
fn a_listed_surname_counts_only_if_nobody_else_has_it() {
    let list = PeopleList::parse(b"name\nAnn Hill\nBo Stone\nCy Stone\n", "people.csv", Lexicon::builtin()).unwrap();
    let hills = linked(&["Dee Hill", "Mr. Hill"], Some(&list));
    assert_eq!(people_of(&hills), [0, 0], "the Hill of the document, who is not listed");
    assert_eq!(hills.people[0].listed, None);
    let stone = linked(&["Mr. Stone"], Some(&list));
    assert_eq!((stone.people[0].listed, owner(&stone, 0).rule), (None, LinkRule::AmbiguousSurname));
    assert_eq!(owner(&stone, 0).others, ["Bo Stone", "Cy Stone"]);
}

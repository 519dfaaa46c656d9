//! The general vocabulary of proceedings, in English and some neighbours, as sets of lower-case words.
//!
//! None of the lists names a person, a place or an archive. What a word means for a label is left to `labels`.

use std::collections::HashSet;
use std::sync::OnceLock;

/// A set of words written as one text with blanks between them; the set is built when it is first asked.
pub struct Words {
    text: &'static str,
    set: OnceLock<HashSet<&'static str>>,
}

impl Words {
    const fn of(text: &'static str) -> Self {
        Self { text, set: OnceLock::new() }
    }

    /// Whether a word, in lower case, is one of them.
    pub fn contains(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.text.split_whitespace().collect()).contains(word)
    }

    /// Whether one of some words, in lower case, is one of them.
    pub fn any(&self, words: &[String]) -> bool {
        words.iter().any(|word| self.contains(word))
    }
}

/// Titles before a name.
pub static HONORIFICS: Words = Words::of(
    "mr mrs ms miss mx dr prof professor sir dame lord lady baroness baron viscount hon honourable honorable rt \
     right rev reverend father sister rabbi imam senator sen rep representative congressman congresswoman justice \
     judge cllr councillor councilor councilman councilwoman alderman amb ambassador h.e he excellency gov \
     governor mayor minister general gen col colonel capt captain lt sgt deputy señor señora sr sra herr frau m \
     mme mlle monsieur madame mag ing doutor dra dott onorevole pan pani commissioner madam srta don doña senhor \
     senhora dep sig signor signora hr fru dhr mevr mw shri shrimati smt major admiral sergeant lieutenant \
     commander sr.ª sr.as srs dr.ª prof.ª bishop archbishop cardinal earl ald revd canon ven archdeacon fr heer mevrouw abg vors sv dip pos г-н г-жа господин госпожа",
);

/// Offices that conduct a meeting.
pub static CHAIRS: Words = Words::of(
    "chair chairman chairwoman chairperson co-chair moderator convener convenor facilitator host presiding \
     président présidente präsident präsidentin presidente vorsitzender vorsitzende presidenta anchor chairlady \
     vicechair moderatorin moderador moderadora modérateur modératrice presidência sitzungsleiter voorzitter \
     ordförande ordstyrer formand formanden talman talmannen presidenten llywydd puheenjohtaja przewodniczący przewodnicząca marszałek předseda \
     předsedající predseda elnök vizepräsident vizepräsidentin vice-président vice-présidente vicepresidente \
     vicepresidenta başkan cathaoirleach comhairle председатель председательствующий ведущий ведущая модератор \
     головуючий 主持人 主席 议长 議長 委員長 司会 사회자 위원장 의장 الرئيس الرئيسة رئيس رئيسة المحاور יו\"ר היו\"ר יו״ר היו״ר",
);

/// Other nouns that name a part in proceedings.
pub static OFFICES: Words = Words::of(
    "speaker president vice-president clerk secretary secretary-general mayor minister interviewer interviewee \
     witness commissioner counsel court judge coroner rapporteur operator announcer narrator interpreter \
     translator reporter journalist questioner respondent panelist panellist participant delegate representative \
     ombudsman registrar bailiff foreman lord convenor leader premier chancellor treasurer officer host guest \
     editor teacher student doctor patient official spokesperson spokesman spokeswoman expert applicant claimant \
     defendant prosecutor member members senator senators candidate presenter plaintiff juror jurors prosecution \
     defence defense mediator cohost co-host deputies attorney ministre ministro ministra bundesminister \
     bundesministerin staatssekretär staatssekretärin secrétaire rapporteure maire alcalde alcaldesa prefeito \
     prefeita sindaco bürgermeister bürgermeisterin deputado deputada diputado diputada diputados député députée \
     senador senadora sénateur sénatrice abgeordneter abgeordnete sottosegretario journaliste periodista \
     entrevistador entrevistadora entrevistado entrevistada interviewte interviewter befragte befragter",
);

/// Nouns for people without a name.
pub static ANONYMOUS: Words = Words::of(
    "audience voice voices unidentified unknown crowd gallery floor public attendee questioner heckler all \
     several some male female man woman caller interjection chorus person anonymous inaudible resident \
     zwischenruf zuruf voix voces vozes varios varias vários várias público publikum intervenant intervenante \
     głos głosy sali voce voci unbekannt inconnu inconnue desconocido desconhecido голос голоса",
);

/// Words before a colon, or alone on a line, that are no speaker.
pub static NOT_SPEAKERS: Words = Words::of(
    "note notes nb key legend conventions transcription school present apologies absent appearances attendance attendees attending participants date time \
     place venue location subject re ref reference title topic theme agenda item items action actions resolved \
     resolution motion motions amendment decision decided vote votes voting ayes noes nays yeas abstentions \
     division source sources contents contact email e-mail tel telephone phone fax website web url http https \
     page pages figure table chart box annex appendix chapter section article part volume number no yes ok okay example \
     examples summary abstract introduction conclusion conclusions background overview keywords copyright \
     published recorded transcript transcribed edited translation translated photo photos photographs image video \
     audio minutes applause laughter music silence pause first second third fourth fifth firstly secondly thirdly \
     finally lastly next then also however therefore thus and but or so because remember again result results \
     questions answers important warning caution attention update correction erratum quote monday tuesday \
     wednesday thursday friday saturday sunday january february march april june july august september october \
     november december today tomorrow yesterday session meeting opening closing break lunch exhibit document \
     report petition petitions order orders continued cc to from sent footnote figures duration language status \
     version others prayers adjournment recess roll proposal proposed seconded carried moved lost mover seconder \
     point points purpose recommendation recommendations",
);

/// Small words inside names.
pub static PARTICLES: Words = Words::of(
    "de da do dos das di del della du des la le les van von der den ten ter zu zur af av el al bin bint ibn \
     ben y e i och und mac st san santa d' o' the of",
);

/// Words of sentences and titles that no name has, however it is printed.
pub static FUNCTION_WORDS: Words = Words::of(
    "on in at for to with by and or but is are was were be been it this that these we you i he she they not \
     no what when where who why how if as an our your my his her their its from into about over under after \
     before between against than there here all would should must have has had do does did us me so up out \
     more thank please yes",
);

/// Letters after a name: degrees, orders, seats.
pub static POST_NOMINALS: Words = Words::of(
    "phd md llm lld llb ma ba mba msc bsc jd qc kc mp mep am ms msp td obe cbe mbe jr sr esq mla mpp mna frs \
     pc sc ac ao ret dphil mphil cpa ii iii iv",
);

/// Words for a position.
pub static POSITIONS: Words = Words::of(
    "director professor minister fellow chair chairman chairwoman chairperson co-chair vice-chair officer \
     head secretary president economist counsel ambassador scholar manager editor analyst researcher lecturer \
     dean mayor convener convenor keeper curator partner breeder moderator facilitator inspector \
     representative leader commissioner member senator deputy adviser advisor consultant engineer scientist \
     founder co-founder ceo cto cfo coordinator co-ordinator specialist journalist correspondent writer \
     author translator interpreter judge attorney lawyer barrister solicitor advocate expert student \
     candidate rector provost chancellor governor treasurer clerk spokesperson spokesman spokeswoman \
     rapporteur envoy diplomat historian sociologist lead principal associate assistant trustee archivist \
     librarian physician nurse teacher farmer fisherman architect planner superintendent chief general \
     colonel admiral host panellist panelist speaker witness resident undersecretary under-secretary premier \
     councillor councilor justice bishop archdeacon executive technician geologist biologist chemist physicist ecologist designer \
     producer publisher owner operator organiser organizer pastor bishop vice-president secretary-general \
     governor-general spokesman vice-chancellor pro-rector ministre ministro ministra minister bundesminister \
     bundesministerin staatssekretär staatssekretärin secrétaire directeur directrice direktor direktorin directora \
     direttore direttrice directeur-generaal professeur professeure professorin profesor profesora professore \
     professoressa hoogleraar sottosegretario sottosegretaria relatore relatrice rapporteure berichterstatter \
     berichterstatterin ponente portavoz porte-parole sprecher sprecherin gouverneur gouverneure kanzler kanzlerin \
     bürgermeister bürgermeisterin burgemeester wethouder maire alcalde alcaldesa prefeito prefeita sindaco sindaca \
     statsrådet statsråd minister-president staatssecretaris minister-präsident ministerpräsident ministerpräsidentin \
     landrat landrätin poseł posłanka wiceminister host",
);

/// Words for a body; they tell "Department of the Head" from "Head of Department" by which comes first.
pub static BODIES: Words = Words::of(
    "university institute institution centre center association company ministry department bank council \
     union agency authority school college board foundation trust llp ltd inc gmbh forum parliament network \
     society group committee commission federation laboratory office bureau corporation hospital museum \
     church club party alliance cooperative co-operative cooperativa academy service services press kingdom \
     republic faculty municipality clinic trade securities capital industries holdings observatory archive archives \
     library laboratories lab consortium confederation coalition chamber universität université universidad università \
     universiteit institut instituto istituto ministerium ministère ministerio banque banco banca stiftung fondation \
     fundación fondazione verein verband",
);

/// Articles that may stand before an honorific: "El señor", "The Hon.", "O Sr.".
pub static ARTICLES: Words = Words::of("the el la lo il o a le os as los las der die das de het an");

/// Small words and ranks around an office: "The Acting Chair", "Mme la présidente".
pub static OFFICE_WORDS: Words = Words::of(
    "the a an of acting deputy vice co temporary interim pro tempore madam mr mrs ms m mme first second session \
     panel assistant committee senior hon honourable lord chief prime general meeting vice-chair herr frau \
     monsieur madame le la der die el los las il o os as sr sra señor señora señores señoras senhor senhora senhores senhoras ceann leas",
);

/// Words that may stand beside "speaker", "president" or "mayor" where one presides.
pub static PRESIDING_WORDS: Words = Words::of(
    "the mr madam madame mrs ms acting deputy speaker president mayor pro tempore vice temporary interim lord of \
     assistant hon principal",
);

/// Nouns that close a heading.
pub static HEADING_NOUNS: Words = Words::of(
    "questions remarks statement statements discussion debate motion motions report reports session agenda \
     minutes procedure business period order meeting petitions address introduction conclusion conclusions vote \
     votes proceedings review update welcome notes adjournment attendance present apologies policy affairs \
     examination",
);

/// Bodies whose chair conducts this meeting.
pub static SESSION_BODIES: Words = Words::of(
    "assembly committee meeting session panel sitting conference hearing inquiry subcommittee table forum debate \
     council",
);

/// Words that open a clause: behind a name and a comma they show that somebody is spoken to, not named.
pub static CLAUSE_OPENERS: Words = Words::of(
    "i we you he she it they this that these those there here is are was were what when where who why how if \
     please thank thanks my our your let may can could will would should do does did not no yes so but and as \
     because allow permit go have has had",
);

/// What is heard or seen in the room, at the head of a direction: "Applause", "Zurufe von der Regierungsbank". What
/// stands for words that were not understood ("inaudible") is none: it is part of the speech.
pub static STAGE: Words = Words::of(
    "applause laughter laughs laugh laughing laughed chuckle chuckles chuckling giggles giggling pause pauses paused silence \
     crosstalk cross-talk interruption interruptions interjection interjections \
     interjecting cheers cheering cheer jeers jeering boos booing booed uproar disturbance disorder commotion noise \
     music musical song sings singing coughs coughing cough sighs sighing sigh sobs sobbing weeps weeping cries \
     crying whispers whispering gasps groans gavel bell bells ovation overtalk overtalking overlapping overspeaking \
     background break recess video audio tape clip film slide begin end voice-over voiceover \
     off-mic off-mike off-camera off-screen offscreen on-camera on-screen beep beeps static sneezes sniffs hum hums \
     whistles whistling nods nodding shrugs gestures gesturing smiles smiling hear time-expired blank murmurs murmuring \
     protests knock knocking rustling commercial \
     beifall heiterkeit lachen zuruf zurufe gelächter widerspruch zustimmung unruhe glocke glockenzeichen zwischenruf \
     zwischenrufe gegenruf pfiffe lacht schmunzelt pause applaudissements applaudissement rires rire sourires sourire \
     exclamations exclamation murmures brouhaha protestations interruptions rit silence huées aplausos aplauso risas \
     risa rumores rumor protestas pausa ríe interrupciones murmullos abucheos pateos applausi applauso ilarità \
     commenti proteste mormorii risate ride brusio applaus gelach hilariteit rumoer geroffel lacht oklaski wesołość \
     śmiech gwar dzwonek poruszenie applåder skratt buller bifald latter uro klapsalver risos riso aplauso protestos \
     vozes naurua taputuksia аплодисменты смех шум оживление выкрики крики",
);

/// What people and things do in short directions: "Witness weeps", "Phone rings", "lights cigarette".
pub static STAGE_VERBS: Words = Words::of(
    "rings ringing opens closes enters leaves exits rises stands sits reads reading claps clapping plays playing fades \
     knocks weeps cries sobs laughs coughs sighs smiles nods points gestures shrugs whispers sings barks arrives \
     bangs slams interjecting writes shows holds hands looks turns walks drinks takes puts picks moves pours lights \
     throws drops",
);

/// What is clapped, under other words: "Lebhafter Beifall im ganzen Hause", "The delegates applauded".
pub static APPLAUSE: Words = Words::of(
    "applause applauded beifall applaudissements aplausos applausi applaus oklaski applåder laughter heiterkeit rires risas",
);

/// How loud, how long and whose, in front of such a word.
pub static LOUDNESS: Words = Words::of(
    "loud louder general prolonged long longer short brief some scattered renewed continued continuous sustained warm \
     much more great further slight soft quiet mild thunderous enthusiastic widespread polite nervous audience \
     simultaneous the a an lebhafter lebhafte starker starke anhaltender anhaltende große allgemeine weitere kurze \
     lange erneuter vifs vives nouveaux nouvelles quelques mêmes longs longues grandes fuertes prolongados prolongadas \
     grandi vivi vivissimi generali prolungati lange korte długie burzliwe продолжительные бурные",
);

/// Languages, by their English names and their own.
pub static LANGUAGES: Words = Words::of(
    "english french german spanish italian portuguese dutch polish russian arabic chinese mandarin cantonese japanese korean \
     hindi urdu bengali tamil telugu marathi punjabi gujarati welsh irish gaelic scots maori māori afrikaans zulu isizulu \
     xhosa isixhosa sesotho setswana swahili kiswahili hausa yoruba igbo amharic turkish greek hebrew persian farsi dari \
     pashto ukrainian czech slovak slovene slovenian croatian serbian bosnian bulgarian romanian hungarian finnish \
     swedish danish norwegian icelandic estonian latvian lithuanian maltese catalan basque galician albanian macedonian \
     inuktitut cree vietnamese thai lao khmer burmese malay indonesian tagalog filipino mongolian kazakh uzbek georgian \
     armenian azerbaijani nepali sinhala samoan tongan fijian latin translation translated traduction français anglais \
     deutsch englisch französisch español inglés francés italiano",
);

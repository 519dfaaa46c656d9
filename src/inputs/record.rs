//! What became of inputs that were read.
//!
//! **Input:** an input and its documents, or why it could not be read. **Output:** the documents that were not read before; further paths of
//! the others, and refusals, in [`Skipped`].

use plenary_corpus::Document;
use plenary_read::formats::has_transcript_extension;

use super::load::Loaded;
use super::{Share, Skipped, Sources, failure};
use crate::isolation::{FileReading, Refusal, RefusalKind};

impl Sources {
    /// Adds the documents of an input to `out`, unless the same bytes were read before, and lists what failed.
    pub(super) fn record(&mut self, loaded: Loaded, reading: Result<FileReading, Refusal>, out: &mut Vec<Document>) {
        match (loaded, reading) {
            (Loaded::File { path, file_id, .. }, _) if self.documents_of_file.contains_key(&file_id) => {
                for id in self.documents_of_file.get(&file_id).cloned().unwrap_or_default() {
                    self.add_path(&id, &path);
                }
            }
            (Loaded::File { path, file_id, share, .. }, Ok(FileReading { documents, refused })) => {
                let ids = documents.iter().map(|document| document.document_id.clone()).collect();
                self.documents_of_file.insert(file_id, ids);
                self.add_documents(&path, documents, share, out);
                for member in refused {
                    let is_failure =
                        has_transcript_extension(&member.path) && member.kind != RefusalKind::NotATranscript;
                    self.skipped.refuse(member, is_failure);
                }
            }
            (Loaded::File { path, is_expected, in_folder, .. }, Err(refusal)) => {
                let is_other = in_folder && refusal.kind == RefusalKind::NotATranscript;
                self.skipped.refuse(Refusal { path, ..refusal }, is_expected && !is_other);
            }
            (Loaded::Corpus { path, share, .. }, Ok(reading)) => {
                self.add_documents(&path, reading.documents, share, out);
            }
            (Loaded::Corpus { path, .. }, Err(refusal)) => self.skipped.refuse(Refusal { path, ..refusal }, true),
        }
    }

    /// Adds the documents of an input to `out`. Of a document that was read before, only the path is recorded.
    fn add_documents(&mut self, input: &str, documents: Vec<Document>, share: Option<Share>, out: &mut Vec<Document>) {
        for (mut document, place) in documents.into_iter().zip(0..) {
            if share.is_some_and(|share| !share.has(&document.document_id)) {
                continue;
            }
            document.source = input.to_string();
            if self.path_of_document.contains_key(&document.document_id) {
                self.add_path(&document.document_id, &document.path);
            } else {
                self.path_of_document.insert(document.document_id.clone(), document.path.clone());
                if place > 0 {
                    self.places.insert(document.document_id.clone(), place);
                }
                out.push(document);
            }
        }
    }

    /// Records a further path of a document.
    fn add_path(&mut self, document_id: &str, path: &str) {
        if self.path_of_document.get(document_id).is_some_and(|known| known != path) {
            self.skipped.other_paths.entry(document_id.to_string()).or_default().push(path.to_string());
        }
    }
}

impl Skipped {
    /// Lists a file that could not be read: as a failure, or as ignored if it may not be a transcript.
    fn refuse(&mut self, refusal: Refusal, is_failure: bool) {
        let may_be_ignored = refusal.kind != RefusalKind::Failed;
        let list = if is_failure || !may_be_ignored { &mut self.failures } else { &mut self.ignored };
        list.push(failure(&refusal.path, &refusal.error, &refusal.hint));
    }
}

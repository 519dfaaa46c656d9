# Results as a corpus of quanteda.
#
# Input: opened results, or a data frame with a column of text. Output: a corpus with the other columns as document variables.
# Refused: data without text; without quanteda. Left to others: cutting texts by speaker, to `plenary export docs`.

as_quanteda <- function(x, ...) {
  UseMethod("as_quanteda")
}

as_quanteda.plenary_results <- function(x, unit = c("segment", "utterance", "speaker"), ...) {
  unit <- match.arg(unit)
  if (unit == "segment") {
    return(as_quanteda(plenary_table(x, "analysis"), id = "segment_id"))
  }
  documents <- plenary_table(x, "documents")
  # The columns that the study adds to documents are in `analysis` as well.
  added <- setdiff(intersect(names(documents), plenary_codebook(x, "analysis")$column), c("document_id", "title", "date"))
  shown <- c("path", "date", "event", "panel", "session", added)
  speakers <- plenary_table(x, "speakers")
  speakers <- speakers[setdiff(names(speakers), c("document_id", "n_utterances", "n_words", "confidence", "evidence_block_ids"))]
  turns <- plenary_table(x, "utterances")
  turns <- turns[c("utterance_id", "document_id", "speaker_id", "position", "text", "n_words")]
  if (unit == "speaker") {
    # Turns that nobody is known to speak have no speaker to be joined by.
    turns <- turns[!is.na(turns$speaker_id), ]
    first <- !duplicated(turns$speaker_id)
    key <- factor(turns$speaker_id, levels = turns$speaker_id[first])
    texts <- vapply(split(turns$text, key), paste, "", collapse = "\n\n")
    words <- vapply(split(turns$n_words, key), sum, 0)
    turns <- data.frame(
      speaker_id = levels(key), document_id = turns$document_id[first], text = unname(texts), n_words = unname(words),
      stringsAsFactors = FALSE
    )
  }
  joined <- cbind(
    turns,
    speakers[match(turns$speaker_id, speakers$speaker_id), setdiff(names(speakers), "speaker_id"), drop = FALSE],
    documents[match(turns$document_id, documents$document_id), shown, drop = FALSE]
  )
  as_quanteda(joined, id = paste0(unit, "_id"))
}

as_quanteda.data.frame <- function(x, text = "text", id = NULL, ...) {
  if (!requireNamespace("quanteda", quietly = TRUE)) {
    stop("as_quanteda() needs the package quanteda: install.packages(\"quanteda\")", call. = FALSE)
  }
  for (column in c(text, id)) {
    if (!column %in% names(x)) {
      stop("there is no column `", column, "`; the columns are ", paste(names(x), collapse = ", "), call. = FALSE)
    }
  }
  rownames(x) <- NULL
  if (is.null(id)) {
    return(quanteda::corpus(x, text_field = text))
  }
  quanteda::corpus(x, text_field = text, docid_field = id)
}

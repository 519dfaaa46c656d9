# Running a study, and reading transcripts without one.
#
# Input: paths of transcripts, a study. Output: opened results, or a data frame of turns. Refused: what the program refuses,
# with its message; targets without an id or a proposition. Left to others: all computing, to the program.

plenary_run <- function(inputs, out, study = NULL, by = NULL, options = character(), quiet = !interactive()) {
  inputs <- paths_of(inputs, "`inputs`")
  out <- paths_of(out, "`out`")
  stopifnot(length(out) == 1, is.character(options), is.logical(quiet), length(quiet) == 1)
  if (is.data.frame(study) || (is.null(study) && !is.null(by))) {
    path <- tempfile("plenary-study-", fileext = ".toml")
    on.exit(unlink(path))
    writeLines(study_of_targets(study, by), path, useBytes = TRUE)
    study <- path
  } else if (!is.null(by)) {
    stop("`by` belongs to a study of a data frame; a study file names groups itself, in [[estimates.by]]", call. = FALSE)
  } else if (!is.null(study)) {
    study <- paths_of(study, "`study`")
  }
  arguments <- c(
    "run", inputs, "--out", out, option("--study", study), options, if (quiet) "--quiet"
  )
  said <- call_program(arguments, quiet)
  if (!quiet) {
    cat(said, sep = "\n")
  }
  plenary_open(out)
}

# A study as TOML from a data frame of targets and a formula of columns.
study_of_targets <- function(targets, by) {
  lines <- character()
  if (!is.null(targets)) {
    missing <- setdiff(c("id", "proposition"), names(targets))
    if (length(missing) > 0) {
      stop("a study of a data frame needs the columns `id` and `proposition`; `", missing[[1]], "` is missing", call. = FALSE)
    }
    keys <- intersect(c("id", "proposition", "negation", "note"), names(targets))
    for (row in seq_len(nrow(targets))) {
      values <- vapply(keys, function(key) as.character(targets[[key]][[row]]), "")
      values <- values[!is.na(values)]
      lines <- c(lines, "[[targets]]", paste(names(values), "=", toml_text(values)), "")
    }
  }
  if (!is.null(by)) {
    columns <- paste(toml_text(columns_of(by)), collapse = ", ")
    lines <- c(lines, "[[estimates.by]]", sprintf("columns = [%s]", columns), "differences = true")
  }
  enc2utf8(lines)
}

toml_text <- function(text) {
  text <- gsub("\\", "\\\\", enc2utf8(text), fixed = TRUE)
  text <- gsub("\"", "\\\"", text, fixed = TRUE)
  paste0("\"", gsub("[[:cntrl:]]", " ", text), "\"")
}

# The names of the columns of `~ party + year`, or of a character vector.
columns_of <- function(by) {
  if (inherits(by, "formula")) {
    if (length(by) != 2) {
      stop("`by` must be a formula without a left side, such as ~ party + year", call. = FALSE)
    }
    terms <- attr(stats::terms(by), "term.labels")
    if (any(grepl(":", terms, fixed = TRUE))) {
      stop("`by` must be a sum of columns, such as ~ party + year", call. = FALSE)
    }
    return(gsub("^`|`$", "", terms))
  }
  if (!is.character(by) || length(by) == 0 || anyNA(by)) {
    stop("`by` must be a formula such as ~ party + year, or names of columns", call. = FALSE)
  }
  by
}

plenary_read <- function(paths, study = NULL) {
  paths <- paths_of(paths, "`paths`")
  study <- if (!is.null(study)) paths_of(study, "`study`")
  lines <- call_program(c("segment", paths, "--format", "jsonl", option("--study", study)))
  turns <- lapply(lines[nzchar(lines)], from_json)
  if (length(turns) == 0) {
    return(data.frame())
  }
  columns <- unique(unlist(lapply(turns, names)))
  rows <- lapply(columns, function(column) {
    values <- lapply(turns, function(turn) turn[[column]])
    unlist(lapply(values, function(value) if (is.null(value)) NA else paste(unlist(value), collapse = "; ")))
  })
  names(rows) <- columns
  turns <- as.data.frame(rows, stringsAsFactors = FALSE, optional = TRUE)
  # A column whose values are all missing has no type to go by.
  texts <- vapply(turns, is.character, NA)
  turns[texts] <- lapply(turns[texts], utf8)
  numbers <- intersect(
    c("order", "line_start", "line_end", "start", "end", "time_start_s", "time_end_s", "boundary_confidence"), columns
  )
  turns[numbers] <- lapply(turns[numbers], as.numeric)
  turns$needs_review <- as.logical(turns$needs_review)
  other <- setdiff(columns, c(numbers, "needs_review"))
  turns[other] <- lapply(turns[other], as.character)
  turns
}

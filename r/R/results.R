# Opened results.
#
# Input: a results folder. Output: an object of class `plenary_results`, whose tables are data frames that are read when they are
# first used. Refused: folders that are damaged or of another format, with the program's message. Left to others: how a table is
# read (tables.R).

plenary_open <- function(folder) {
  folder <- paths_of(folder, "`folder`")
  stopifnot(length(folder) == 1)
  # The program checks sizes here, and the content of each table when it exports it.
  runs <- export_table(folder, "runs")
  codebook <- export_table(folder, "codebook")
  state <- new.env(parent = emptyenv())
  state$folder <- normalizePath(folder)
  state$codebook <- codebook
  state$run <- runs
  state$tables <- list()
  structure(list(), state = state, class = "plenary_results")
}

state_of <- function(results) {
  if (!inherits(results, "plenary_results")) {
    stop("`results` must be results of plenary_open() or plenary_run()", call. = FALSE)
  }
  attr(results, "state")
}

names.plenary_results <- function(x) {
  unique(state_of(x)$codebook$table)
}

`$.plenary_results` <- function(x, name) {
  plenary_table(x, name)
}

`[[.plenary_results` <- function(x, i, ...) {
  plenary_table(x, i)
}

print.plenary_results <- function(x, ...) {
  state <- state_of(x)
  nouns <- c("documents", "speakers", "utterances", "segments", "themes", "failures")
  counts <- vapply(nouns, function(noun) {
    n <- state$run[[paste0("n_", noun)]]
    paste(n, if (n == "1") sub("s$", "", noun) else noun)
  }, "")
  study <- if (is.na(state$run$study_name)) "" else paste0(" of \"", state$run$study_name, "\"")
  cat("<results", study, " in ", state$folder, ">\n", sep = "")
  cat(strwrap(paste(counts, collapse = ", "), indent = 2, exdent = 2), sep = "\n")
  cat(strwrap(paste0("plenary ", state$run$plenary_version, ", tables: ", paste(names(x), collapse = ", ")),
    indent = 2, exdent = 2
  ), sep = "\n")
  invisible(x)
}

plenary_codebook <- function(results, table = NULL) {
  codebook <- state_of(results)$codebook
  if (is.null(table)) {
    return(codebook)
  }
  table <- known_table(results, table)
  found <- codebook[codebook$table == table, ]
  rownames(found) <- NULL
  found
}

# The name of a table, or an error that names those that exist.
known_table <- function(results, table) {
  known <- names(results)
  if (!is.character(table) || length(table) != 1 || !table %in% known) {
    stop("there is no table `", paste(table, collapse = ", "), "`; the tables are ", paste(known, collapse = ", "),
      call. = FALSE
    )
  }
  table
}

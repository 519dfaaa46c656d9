# Tables to data frames.
#
# Input: results and the name of a table. Output: a data frame, the same whatever package reads it: numbers are doubles, days are
# Date, instants POSIXct in UTC, lists are texts joined with "; ", vectors are left out. Refused: damaged files. Left to others:
# where results are (results.R).

plenary_table <- function(results, table, engine = getOption("plenary.engine", "auto")) {
  table <- known_table(results, table)
  state <- state_of(results)
  if (!is.null(state$tables[[table]])) {
    return(state$tables[[table]])
  }
  codebook <- state$codebook[state$codebook$table == table, ]
  types <- stats::setNames(codebook$type, codebook$column)
  path <- file.path(state$folder, paste0(table, ".parquet"))
  read_with <- function(engine) {
    switch(engine,
      arrow = as.data.frame(arrow::read_parquet(path, as_data_frame = TRUE)),
      nanoparquet = as.data.frame(nanoparquet::read_parquet(path)),
      duckdb = read_with_duckdb(path, names(types)[!is_vector(types)]),
      program = export_table(state$folder, table)
    )
  }
  chosen <- reading_engine(engine)
  read <- if (engine == "auto" && chosen != "program") {
    # Not every package reads every type; the program does.
    tryCatch(read_with(chosen), error = function(problem) read_with("program"))
  } else {
    read_with(chosen)
  }
  state$tables[[table]] <- as_declared(read, types)
  state$tables[[table]]
}

engines <- c("arrow", "nanoparquet", "duckdb", "program")

# The package that reads Parquet: the first that is installed, or the program.
reading_engine <- function(engine) {
  if (!is.character(engine) || length(engine) != 1 || !engine %in% c("auto", engines)) {
    stop("`engine` must be one of ", paste(c("auto", engines), collapse = ", "), call. = FALSE)
  }
  is_there <- function(name) {
    name == "program" || (requireNamespace(name, quietly = TRUE) && (name != "duckdb" || requireNamespace("DBI", quietly = TRUE)))
  }
  if (engine == "auto") {
    return(Find(is_there, engines))
  }
  if (!is_there(engine)) {
    stop("the package ", engine, " is not installed; install it, or leave `engine` at \"auto\"", call. = FALSE)
  }
  engine
}

read_with_duckdb <- function(path, columns) {
  connection <- DBI::dbConnect(duckdb::duckdb())
  on.exit(DBI::dbDisconnect(connection, shutdown = TRUE))
  columns <- paste(paste0("\"", gsub("\"", "\"\"", columns, fixed = TRUE), "\""), collapse = ", ")
  path <- gsub("'", "''", path, fixed = TRUE)
  DBI::dbGetQuery(connection, paste0("SELECT ", columns, " FROM read_parquet('", path, "')"))
}

# A table as text that the program exports; all columns are texts.
export_table <- function(folder, table) {
  out <- tempfile("plenary-export-")
  on.exit(unlink(out, recursive = TRUE))
  call_program(c("export", "csv", folder, "--plain", "--quick", "--quiet", "--table", table, "--out", out))
  utils::read.csv(
    file.path(out, paste0(table, ".csv")),
    colClasses = "character", na.strings = "", encoding = "UTF-8", comment.char = "", check.names = FALSE,
    stringsAsFactors = FALSE
  )
}

# The columns with the types that the codebook declares.
as_declared <- function(frame, types) {
  frame <- frame[intersect(names(types)[!is_vector(types)], names(frame))]
  for (column in names(frame)) {
    frame[[column]] <- as_type(frame[[column]], types[[column]])
  }
  frame
}

is_vector <- function(types) {
  startsWith(types, "array")
}

as_type <- function(values, type) {
  if (startsWith(type, "list")) {
    if (is.list(values)) {
      values <- vapply(values, function(value) if (is.null(value)) NA_character_ else paste(value, collapse = "; "), "")
    }
    return(as.character(values))
  }
  if (startsWith(type, "datetime")) {
    if (is.character(values)) {
      values <- as.POSIXct(sub("Z$", "", values), format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC")
    }
    attr(values, "tzone") <- "UTC"
    return(values)
  }
  switch(type,
    string = as.character(values),
    bool = as.logical(values),
    date = as.Date(values),
    as.numeric(values)
  )
}

plenary_vectors <- function(results) {
  folder <- state_of(results)$folder
  lines <- call_program(c("show", folder, "--table", "embeddings", "--format", "json", "--quick"))
  lines <- sub(",$", "", lines[startsWith(lines, "{")])
  ids <- sub(".*\"segment_id\":\"([^\"]*)\".*", "\\1", lines)
  numbers <- lapply(regmatches(lines, regexpr("\\[[^]]*\\]", lines)), function(vector) {
    as.numeric(strsplit(substring(vector, 2, nchar(vector) - 1), ",", fixed = TRUE)[[1]])
  })
  vectors <- do.call(rbind, numbers)
  if (is.null(vectors)) {
    vectors <- matrix(numeric(), 0, 0)
  }
  rownames(vectors) <- ids
  vectors
}

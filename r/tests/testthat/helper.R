# The talk and the study of all tests, and their results, which are computed once.

talk_lines <- c(
  "**Ann Lee, Mayor (Green)**", "",
  paste(
    "Borders should be open to everybody. I am glad that the new rules help families. Trade makes all of us richer.",
    "We need people who work here. Our schools are full of clever children. They learn fast."
  ), "",
  "**Bo Hill, Miller (Blue)**", "",
  paste(
    "I do not agree: \"open\" borders are a terrible mistake, said Zo\u00eb. The government must protect our workers first.",
    "Wages fall every year. Nobody asked us before. We want a vote on this. It is not too late."
  )
)

targets <- data.frame(
  id = "open_borders",
  proposition = "Borders should be \"open\".",
  negation = "Borders should not be open.",
  stringsAsFactors = FALSE
)

write_talk <- function() {
  path <- file.path(tempfile("talks-"), "talk.md")
  dir.create(dirname(path))
  connection <- file(path, "wb")
  on.exit(close(connection))
  writeBin(charToRaw(enc2utf8(paste(c(talk_lines, ""), collapse = "\n"))), connection)
  path
}

has_program <- function() {
  tryCatch(nzchar(plenary_program()), error = function(problem) FALSE)
}

needs_program <- function() {
  skip_if_not(has_program(), "the program plenary was not found")
}

kept <- new.env()

example_results <- function() {
  needs_program()
  if (is.null(kept$results)) {
    kept$results <- plenary_run(
      write_talk(),
      out = tempfile("results-"), study = targets, by = ~name, options = "--no-cache", quiet = TRUE
    )
  }
  kept$results
}

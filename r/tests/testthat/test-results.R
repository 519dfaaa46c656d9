test_that("a study of a data frame is run and its tables are typed", {
  results <- example_results()
  expect_s3_class(results, "plenary_results")
  expect_true(all(c("analysis", "speakers", "estimates", "group_estimates") %in% names(results)))
  analysis <- results$analysis
  expect_equal(nrow(analysis), 12)
  expect_true(is.numeric(analysis$stance_open_borders))
  expect_s3_class(analysis$date, "Date")
  expect_s3_class(results$runs$started_at, "POSIXct")
  expect_false(is.na(results$runs$started_at))
  expect_true(is.logical(results$utterances$needs_review))
  expect_true(any(grepl("Zo\u00eb", analysis$text, fixed = TRUE)))
  expect_true(any(grepl("\"open\" borders", analysis$text, fixed = TRUE)))
  expect_equal(results[["speakers"]]$name, c("Ann Lee", "Bo Hill"))
  expect_output(print(results), "2 speakers")
  expect_error(results$speaker, "there is no table `speaker`; the tables are runs")
})

test_that("the codebook explains every column", {
  results <- example_results()
  codebook <- plenary_codebook(results, "analysis")
  expect_equal(codebook$column, names(results$analysis))
  expect_true(all(nzchar(plenary_codebook(results)$description)))
  expect_error(plenary_codebook(results, "no"), "no table")
})

test_that("every way of reading gives the same data frame", {
  results <- example_results()
  folder <- attr(results, "state")$folder
  tables <- c("runs", "documents", "speakers", "utterances", "segments", "stance", "themes", "estimates", "analysis")
  plain <- lapply(tables, function(table) plenary_table(plenary_open(folder), table, engine = "program"))
  for (engine in c("arrow", "nanoparquet", "duckdb")) {
    if (!requireNamespace(engine, quietly = TRUE)) {
      expect_error(plenary_table(plenary_open(folder), "speakers", engine = engine), "not installed")
      next
    }
    old <- options(plenary.engine = "auto")
    for (at in seq_along(tables)) {
      expect_equal(plenary_open(folder)[[tables[[at]]]], plain[[at]], tolerance = 1e-6, info = tables[[at]])
    }
    options(old)
  }
  expect_error(plenary_table(plenary_open(folder), "speakers", engine = "excel"), "must be one of")
})

test_that("vectors are a matrix of unit length", {
  results <- example_results()
  vectors <- plenary_vectors(results)
  expect_equal(rownames(vectors), results$segments$segment_id)
  expect_equal(unname(rowSums(vectors^2)), rep(1, nrow(vectors)), tolerance = 1e-5)
})

test_that("studies that are not ones are refused", {
  expect_error(plenary_run("talks", "out", study = data.frame(id = "a")), "`proposition` is missing")
  expect_error(plenary_run("talks", "out", study = "study.toml", by = ~party), "a study file names groups itself")
  expect_error(plenary_run(3, "out"), "must be one or more paths")
  expect_error(columns_of(y ~ party), "without a left side")
  expect_error(columns_of(~ party:year), "a sum of columns")
  expect_equal(columns_of(~ party + `birth year`), c("party", "birth year"))
  expect_equal(toml_text("a \"b\" \\ c\n"), "\"a \\\"b\\\" \\\\ c \"")
})

test_that("a run in which an input fails warns and returns the rest", {
  needs_program()
  talk <- write_talk()
  broken <- file.path(dirname(talk), "broken.pdf")
  writeLines("%PDF-1.4 no", broken)
  expect_warning(
    results <- plenary_run(c(talk, broken), out = tempfile("results-"), options = "--no-cache", quiet = TRUE),
    "broken.pdf"
  )
  expect_equal(nrow(results$failures), 1)
})

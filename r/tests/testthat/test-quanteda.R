test_that("results become a corpus of quanteda", {
  results <- example_results()
  if (!requireNamespace("quanteda", quietly = TRUE)) {
    expect_error(as_quanteda(results), "install.packages")
    skip("quanteda is not installed")
  }
  segments <- as_quanteda(results)
  expect_equal(quanteda::docnames(segments), results$analysis$segment_id)
  expect_equal(quanteda::ndoc(as_quanteda(results, "utterance")), 2)
  speakers <- as_quanteda(results, "speaker")
  expect_equal(quanteda::docvars(speakers, "name"), c("Ann Lee", "Bo Hill"))
  expect_error(as_quanteda(results$speakers), "there is no column `text`")
})

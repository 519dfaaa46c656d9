test_that("transcripts are read without a model", {
  needs_program()
  turns <- plenary_read(write_talk())
  expect_equal(turns$name, c("Ann Lee", "Bo Hill"))
  expect_true(grepl("said Zo\u00eb", turns$text[[2]], fixed = TRUE))
  expect_true(is.numeric(turns$boundary_confidence) && is.logical(turns$needs_review))
})

test_that("JSON is read without a package", {
  line <- "{\"a\":null,\"b\":[1,-2.5e3],\"c\":{\"d\":\"x \\\"y\\\" \\\\ \\n \\u00e9\"},\"e\":[],\"f\":{},\"g\":true}"
  found <- plain_from_json(line)
  expect_equal(names(found), c("a", "b", "c", "e", "f", "g"))
  expect_null(found$a)
  expect_equal(found$b, list(1, -2500))
  expect_equal(found$c$d, "x \"y\" \\ \n \u00e9")
  expect_equal(list(found$e, found$f, found$g), list(list(), list(), TRUE))
  long <- paste0("{\"text\":\"", strrep("word \\\"x\\\" ", 20000), "\"}")
  expect_equal(nchar(plain_from_json(long)$text), 9 * 20000)
  if (requireNamespace("jsonlite", quietly = TRUE)) {
    expect_equal(found$c, from_json(line)$c)
  }
})

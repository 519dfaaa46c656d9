with_environment <- function(values, code) {
  old <- Sys.getenv(names(values), unset = NA, names = TRUE)
  on.exit({
    Sys.unsetenv(names(old)[is.na(old)])
    if (any(!is.na(old))) do.call(Sys.setenv, as.list(old[!is.na(old)]))
  })
  do.call(Sys.setenv, as.list(values))
  force(code)
}

fake_program <- function(says) {
  skip_on_os("windows")
  folder <- tempfile("bin-")
  dir.create(folder)
  path <- file.path(folder, "plenary")
  writeLines(c("#!/bin/sh", paste("echo", shQuote(says))), path)
  Sys.chmod(path, "755")
  path
}

test_that("a program that is named comes before the search path", {
  path <- fake_program("plenary 9.9.9")
  with_environment(c(PLENARY_BIN = path), expect_equal(plenary_program(), normalizePath(path)))
  old <- options(plenary.program = path)
  on.exit(options(old))
  with_environment(c(PLENARY_BIN = "/nowhere"), expect_equal(plenary_program(), normalizePath(path)))
})

test_that("another program of the same name is refused", {
  path <- fake_program("a conference tool")
  with_environment(c(PLENARY_BIN = path), expect_error(plenary_program(), "is not the program plenary"))
  with_environment(c(PLENARY_BIN = "/nowhere"), expect_error(plenary_program(), "PLENARY_BIN"))
})

test_that("the search path is searched, and without a program the message says how to get it", {
  path <- fake_program("plenary 9.9.9")
  with_environment(
    c(PLENARY_BIN = "", PATH = dirname(path)),
    expect_equal(plenary_program(), normalizePath(path))
  )
  empty <- tempfile("empty-")
  dir.create(empty)
  with_environment(
    c(PLENARY_BIN = "", RETICULATE_PYTHON = "", PATH = empty),
    expect_error(plenary_program(), "pip install plenary-text")
  )
})

test_that("the folder of scripts of Python is searched", {
  path <- fake_program("plenary 9.9.9")
  python <- file.path(tempfile("python-"), "python3")
  dir.create(dirname(python))
  writeLines(c("#!/bin/sh", paste("echo", shQuote(dirname(path)))), python)
  Sys.chmod(python, "755")
  with_environment(
    c(PLENARY_BIN = "", RETICULATE_PYTHON = python, PATH = dirname(python)),
    expect_equal(plenary_program(), normalizePath(path))
  )
})

test_that("an error of the program is an error with its message", {
  needs_program()
  expect_error(plenary_open(tempfile("nowhere-")), "there is no such folder")
  expect_error(plenary_read(tempfile("nowhere-")), "ended with code 2")
})

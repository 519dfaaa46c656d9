# Finding and calling the program.
#
# Input: options, variables of the environment, the search path, an installed Python. Output: the path of the program, or what
# it prints. Refused: other programs of the same name. Left to others: the meaning of what is printed.

plenary_program <- function() {
  named <- getOption("plenary.program", Sys.getenv("PLENARY_BIN"))
  if (nzchar(named)) {
    if (!is_plenary(named)) {
      stop(
        "`", named, "` is not the program plenary; set options(plenary.program = ) or the variable PLENARY_BIN to its path",
        call. = FALSE
      )
    }
    return(normalizePath(named))
  }
  for (candidate in c(unname(Sys.which("plenary")), python_scripts())) {
    if (is_plenary(candidate)) {
      return(normalizePath(candidate))
    }
  }
  stop(
    "the program plenary was not found. Install it with `pip install plenary-text` or build it with ",
    "`cargo build --release`; then put it on the search path, or set options(plenary.program = ) or the variable ",
    "PLENARY_BIN to its path",
    call. = FALSE
  )
}

# The places where Python puts the programs of wheels.
python_scripts <- function() {
  code <- paste(
    "import os, sysconfig",
    "print(sysconfig.get_path('scripts'))",
    "print(sysconfig.get_path('scripts', os.name + '_user'))",
    sep = "; "
  )
  pythons <- c(Sys.getenv("RETICULATE_PYTHON"), Sys.which(c("python3", "python")))
  folders <- lapply(pythons[nzchar(pythons)], function(python) {
    tryCatch(
      suppressWarnings(system2(python, c("-c", shQuote(code)), stdout = TRUE, stderr = FALSE)),
      error = function(problem) character()
    )
  })
  name <- if (.Platform$OS.type == "windows") "plenary.exe" else "plenary"
  file.path(unique(unlist(folders)), name)
}

# Whether a path is that of this program, and not of another one of the same name.
is_plenary <- function(path) {
  if (!nzchar(path) || !file.exists(path) || dir.exists(path)) {
    return(FALSE)
  }
  version <- tryCatch(
    suppressWarnings(system2(path, "--version", stdout = TRUE, stderr = FALSE)),
    error = function(problem) character()
  )
  length(version) == 1 && grepl("^plenary [0-9]+[.][0-9]+", version)
}

# Calls the program and returns the lines of its standard output. Code 1 (done, but some inputs failed) is a warning with
# what the program says, code 2 an error.
call_program <- function(arguments, quiet = TRUE) {
  program <- plenary_program()
  messages <- tempfile("plenary-messages-")
  on.exit(unlink(messages))
  out <- suppressWarnings(system2(
    program, shQuote(arguments),
    stdout = TRUE, stderr = if (quiet) messages else "", stdin = ""
  ))
  code <- attr(out, "status")
  if (!is.null(code) && code != 0) {
    said <- if (quiet) utf8(readLines(messages, warn = FALSE, encoding = "UTF-8")) else "its messages are above"
    said <- paste(said, collapse = "\n")
    if (code != 1) {
      stop(sprintf("plenary %s ended with code %s:\n%s", arguments[[1]], code, said), call. = FALSE)
    }
    warning(sprintf("plenary %s: some inputs failed:\n%s", arguments[[1]], said), call. = FALSE)
  }
  attr(out, "status") <- NULL
  utf8(out)
}

utf8 <- function(text) {
  Encoding(text) <- "UTF-8"
  text
}

# An option of the program with its value, or nothing.
option <- function(name, value) {
  if (is.null(value)) character() else c(name, as.character(value))
}

# Paths as the program understands them.
paths_of <- function(paths, what) {
  if (!is.character(paths) || length(paths) == 0 || anyNA(paths)) {
    stop(what, " must be one or more paths as text", call. = FALSE)
  }
  # A path that begins with a dash is not an option.
  path.expand(ifelse(startsWith(paths, "-"), paste0("./", paths), paths))
}

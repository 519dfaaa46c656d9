# JSON to lists.
#
# Input: one line of JSON that the program wrote. Output: named lists, vectors of numbers, texts. jsonlite does this where it is
# installed; without it, what follows is enough for what the program writes. Refused: what is not JSON.

from_json <- function(line) {
  if (requireNamespace("jsonlite", quietly = TRUE)) {
    return(jsonlite::fromJSON(line, simplifyVector = FALSE))
  }
  plain_from_json(line)
}

plain_from_json <- function(line) {
  # Possessive, so that long texts need no stack.
  token <- "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|-?[0-9][0-9.eE+-]*|true|false|null|[][{}:,]"
  tokens <- regmatches(line, gregexpr(token, line, perl = TRUE))[[1]]
  at <- 0
  take <- function() {
    at <<- at + 1
    if (at > length(tokens)) stop("the line ends inside a value", call. = FALSE)
    tokens[[at]]
  }
  peek <- function() if (at < length(tokens)) tokens[[at + 1]] else ""
  value <- function() {
    one <- take()
    if (one == "{") {
      object(list())
    } else if (one == "[") {
      array(list())
    } else if (startsWith(one, "\"")) {
      json_text(one)
    } else {
      switch(one, true = TRUE, false = FALSE, null = NULL, as.numeric(one))
    }
  }
  object <- function(found) {
    if (peek() == "}") take()
    while (tokens[[at]] != "}") {
      key <- json_text(take())
      take()
      found[key] <- list(value())
      take()
    }
    found
  }
  array <- function(found) {
    if (peek() == "]") take()
    while (tokens[[at]] != "]") {
      found[length(found) + 1] <- list(value())
      take()
    }
    found
  }
  value()
}

# The text of a JSON string.
json_text <- function(token) {
  text <- substring(token, 2, nchar(token) - 1)
  if (!grepl("\\", text, fixed = TRUE)) {
    return(text)
  }
  escapes <- gregexpr("\\\\(u[0-9a-fA-F]{4}|.)", text, perl = TRUE)
  plain <- c(n = "\n", t = "\t", r = "\r", b = "\b", f = "\f")
  regmatches(text, escapes) <- list(vapply(regmatches(text, escapes)[[1]], function(escape) {
    kind <- substring(escape, 2, 2)
    if (kind == "u") {
      intToUtf8(strtoi(substring(escape, 3), 16L))
    } else if (kind %in% names(plain)) {
      plain[[kind]]
    } else {
      kind
    }
  }, ""))
  text
}

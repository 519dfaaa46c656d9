# Means by group.
#
# Input: results, columns to group by, and hand codes if there are any. Output: a data frame with a row for each group. Refused:
# unknown columns and measures. Left to others: all computing, to the program.

plenary_estimate <- function(results, by, measure = NULL, codes = NULL, differences = FALSE, options = character()) {
  state <- state_of(results)
  columns <- columns_of(by)
  if (is.null(codes) && length(options) == 0) {
    of_run <- estimates_of_run(results, columns, measure, differences)
    if (!is.null(of_run)) {
      return(of_run)
    }
  }
  out <- tempfile("plenary-estimate-")
  on.exit(unlink(out, recursive = TRUE), add = TRUE)
  arguments <- c(
    "--by", paste(columns, collapse = ","), "--out", out,
    option("--measure", measure), if (differences) "--differences", options
  )
  if (is.null(codes)) {
    call_program(c("means", state$folder, arguments))
    return(table_of(out, "group_means"))
  }
  if (is.data.frame(codes)) {
    path <- tempfile("plenary-codes-", fileext = ".csv")
    on.exit(unlink(path), add = TRUE)
    utils::write.csv(codes, path, row.names = FALSE, na = "", fileEncoding = "UTF-8")
    codes <- path
  }
  codes <- paths_of(codes, "`codes`")
  call_program(c("estimate", state$folder, codes, arguments))
  table_of(out, "corrected_estimates")
}

table_of <- function(folder, name) {
  utils::read.csv(file.path(folder, paste0(name, ".csv")),
    na.strings = "", encoding = "UTF-8", check.names = FALSE, stringsAsFactors = FALSE
  )
}

# The rows of `group_estimates` for some columns; NULL if the study did not ask for them.
estimates_of_run <- function(results, columns, measure, differences) {
  all <- plenary_table(results, "group_estimates")
  asked <- unique(all$by)
  matches <- vapply(strsplit(asked, ", ", fixed = TRUE), setequal, NA, columns)
  if (!any(matches)) {
    return(NULL)
  }
  by <- asked[matches][[1]]
  names_in_order <- strsplit(by, ", ", fixed = TRUE)[[1]]
  rows <- all[all$by == by, ]
  is_difference <- !is.na(rows$minus_1)
  rows <- rows[is_difference == differences, ]
  if (!is.null(measure)) {
    parts <- strsplit(measure, ":", fixed = TRUE)[[1]]
    wanted <- switch(parts[[1]], sentiment = "sentiment_score", stance = "stance_score", code = "code_share", parts[[1]])
    known <- unique(rows$measure)
    if (!wanted %in% known) {
      stop("there is no measure `", measure, "`; there are ", paste(known, collapse = ", "), call. = FALSE)
    }
    rows <- rows[rows$measure == wanted, ]
    if (length(parts) > 1 && parts[[1]] == "code") {
      code <- strsplit(parts[[2]], "=", fixed = TRUE)[[1]]
      rows <- rows[rows$code_id %in% code[[1]], ]
      # Without a label the first one counts, as in the program.
      rows <- rows[rows$label %in% (if (length(code) > 1) code[[2]] else rows$label[1]), ]
    } else if (length(parts) > 1) {
      rows <- rows[rows$target_id %in% parts[[2]], ]
    }
  }
  n <- length(names_in_order)
  groups <- rows[paste0("value_", seq_len(n))]
  names(groups) <- names_in_order
  if (differences) {
    minus <- rows[paste0("minus_", seq_len(n))]
    names(minus) <- paste0("minus_", names_in_order)
    groups <- cbind(groups, minus)
  }
  rest <- setdiff(names(rows), c("by", paste0("value_", 1:3), paste0("minus_", 1:3)))
  found <- cbind(groups, rows[rest])
  rownames(found) <- NULL
  found
}

# Means by group.
#
# Input: results, columns to group by, and hand codes if there are any. Output: a data frame with a row for each group. Refused:
# groups that the study did not ask for, without hand codes. Left to others: all computing, to the program.

plenary_estimate <- function(results, by, measure = NULL, codes = NULL, differences = FALSE, options = character()) {
  state <- state_of(results)
  columns <- columns_of(by)
  if (is.null(codes)) {
    if (length(options) > 0) {
      stop("`options` are those of `plenary estimate`, which needs hand codes; name them with `codes`", call. = FALSE)
    }
    return(estimates_of_run(results, columns, measure, differences))
  }
  out <- tempfile("plenary-estimate-")
  on.exit(unlink(out, recursive = TRUE), add = TRUE)
  if (is.data.frame(codes)) {
    path <- tempfile("plenary-codes-", fileext = ".csv")
    on.exit(unlink(path), add = TRUE)
    utils::write.csv(codes, path, row.names = FALSE, na = "", fileEncoding = "UTF-8")
    codes <- path
  }
  codes <- paths_of(codes, "`codes`")
  arguments <- c(
    "estimate", state$folder, codes, "--by", paste(columns, collapse = ","), "--out", out,
    option("--measure", measure), if (differences) "--differences", options
  )
  call_program(arguments)
  utils::read.csv(file.path(out, "corrected_estimates.csv"),
    na.strings = "", encoding = "UTF-8", check.names = FALSE, stringsAsFactors = FALSE
  )
}

# The rows of `group_estimates` for some columns.
estimates_of_run <- function(results, columns, measure, differences) {
  all <- plenary_table(results, "group_estimates")
  asked <- unique(all$by)
  matches <- vapply(strsplit(asked, ", ", fixed = TRUE), setequal, NA, columns)
  if (!any(matches)) {
    there <- if (length(asked) > 0) paste0(" It has estimates by ", paste(asked, collapse = "; by "), ".") else ""
    stop(
      "the study has no estimates by ", paste(columns, collapse = ", "), ".", there,
      " Name the columns in [[estimates.by]] of the study, or in `by` of plenary_run(), and run it again; or pass hand ",
      "codes with `codes` for estimates that are corrected with them",
      call. = FALSE
    )
  }
  by <- asked[matches][[1]]
  names_in_order <- strsplit(by, ", ", fixed = TRUE)[[1]]
  rows <- all[all$by == by, ]
  is_difference <- !is.na(rows$minus_1)
  rows <- rows[is_difference == differences, ]
  if (!is.null(measure)) {
    parts <- strsplit(measure, ":", fixed = TRUE)[[1]]
    wanted <- switch(parts[[1]], sentiment = "sentiment_score", stance = "stance_score", parts[[1]])
    known <- unique(rows$measure)
    if (!wanted %in% known) {
      stop("there is no measure `", measure, "`; there are ", paste(known, collapse = ", "), call. = FALSE)
    }
    rows <- rows[rows$measure == wanted, ]
    if (length(parts) > 1) {
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

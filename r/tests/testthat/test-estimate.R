test_that("estimates by groups are those of the study", {
  results <- example_results()
  tone <- plenary_estimate(results, ~name, "sentiment")
  expect_equal(tone$name, c("Ann Lee", "Bo Hill"))
  means <- tapply(results$analysis$sentiment_score, results$analysis$name, mean)
  expect_equal(tone$estimate, as.vector(means), tolerance = 1e-6)
  stance <- plenary_estimate(results, "name", "stance:open_borders")
  expect_equal(unique(stance$target_id), "open_borders")
  difference <- plenary_estimate(results, ~name, "sentiment", differences = TRUE)
  expect_equal(nrow(difference), 1)
  expect_equal(abs(difference$estimate), abs(diff(tone$estimate)), tolerance = 1e-9)
})

test_that("groups that the study did not ask for are estimated from the labels", {
  results <- example_results()
  by_role <- plenary_estimate(results, ~role, "sentiment")
  expect_equal(sum(by_role$n_segments), nrow(results$analysis))
  weighted <- plenary_estimate(results, ~name, "sentiment", options = c("--weights", "turn"))
  expect_equal(unique(weighted$weight), "turn")
  expect_error(plenary_estimate(results, ~ party + year), "no segment has a value in every column of party, year")
  expect_error(plenary_estimate(results, ~name, "mood"), "there are")
  expect_error(plenary_estimate(list(), ~name), "must be results")
})

test_that("hand codes correct estimates", {
  results <- example_results()
  analysis <- results$analysis
  codes <- data.frame(
    segment_id = analysis$segment_id, label = rep(c("favor", "against", "neither"), length.out = nrow(analysis)),
    inclusion_probability = 1, stringsAsFactors = FALSE
  )
  corrected <- plenary_estimate(results, ~role, "stance:open_borders", codes = codes)
  expect_true(all(c("role", "estimator", "estimate", "ci_low", "ci_high") %in% names(corrected)))
  by_hand <- corrected[corrected$estimator == "hand_coded" & corrected$level == "all", ]
  expect_equal(by_hand$estimate, 0, tolerance = 1e-9)
  codes$segment_id[[1]] <- "nobody"
  expect_error(plenary_estimate(results, ~role, "stance:open_borders", codes = codes), "nobody")
})

# The bootstrap of a mean: each permutation draws a sample with replacement from the data, as large as they are.
source("permafrost.R")

data <- scan("waiting.txt", quiet = TRUE)

serve(function(parameters, seed) {
  n <- if (parameters$size == 0) length(data) else parameters$size
  sample <- data[sample.int(length(data), n, replace = TRUE)]
  list(mean = mean(sample), median = median(sample))
})

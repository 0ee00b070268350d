# One permutation is one walk: every step goes up with probability p, else down.
source("permafrost.R")

serve(function(parameters, seed) {
  # set.seed() was called for this permutation. A row may depend on R's random numbers and on the parameters, and on nothing else.
  walk <- cumsum(ifelse(runif(parameters$steps) < parameters$p, 1, -1))
  list(end = walk[parameters$steps], highest = max(0, walk))
})

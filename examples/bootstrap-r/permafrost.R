# A model of permafrost in R: one file, to be copied beside the model. No packages.
#
#     source("permafrost.R")
#
#     serve(function(parameters, seed) {            # one permutation; set.seed() was called for it
#       flips <- runif(parameters$flips) < parameters$p
#       list(heads = sum(flips))                    # or a vector in the order of the metrics; NA: no value
#     })
#
# It answers lines of JSON (form: lines) and a process per permutation (form: one). What a model prints goes to stderr. An error fails its permutation, and
# no other. A row may depend on parameters and on R's random numbers only, not on what was computed before.

serve <- function(simulate) {
  options(warn = 1)
  requests <- file("stdin", open = "r")
  on.exit(close(requests))
  repeat {
    line <- readLines(requests, n = 1L, warn = FALSE, encoding = "UTF-8")
    if (length(line) == 0L) break
    request <- .permafrost_request(line)
    # What a model prints is no row.
    sink(stderr())
    rows <- vapply(request$seeds, function(seed) .permafrost_row(simulate, request$parameters, seed), "")
    sink()
    writeLines(rows, stdout(), useBytes = TRUE)
    flush(stdout())
  }
}

.permafrost_row <- function(simulate, parameters, seed) {
  tryCatch({
    # The generators by name: what R takes where none is named has changed before. Each permutation is begun anew.
    RNGkind("Mersenne-Twister", "Inversion", "Rejection")
    set.seed(.permafrost_seed(seed))
    .permafrost_values(simulate(parameters, seed))
  }, error = function(condition) {
    message(conditionMessage(condition))
    paste0("{\"error\": ", .permafrost_text(conditionMessage(condition)), "}")
  })
}

# R's seeds are 32 bits with a sign; the one that would be NA is 0.
.permafrost_seed <- function(seed) {
  signed <- if (seed >= 2147483648) seed - 4294967296 else seed
  if (signed == -2147483648) 0L else as.integer(signed)
}

.permafrost_values <- function(row) {
  values <- vapply(as.list(row), function(value) {
    if (length(value) != 1L || !(is.numeric(value) || is.logical(value))) stop("a metric is one number")
    value <- as.numeric(value)
    if (is.na(value)) "null" else if (is.finite(value)) sprintf("%.17g", value) else if (value > 0) "Infinity" else "-Infinity"
  }, "")
  if (is.null(names(row))) return(paste0("[", paste(values, collapse = ", "), "]"))
  paste0("{", paste0(vapply(names(row), .permafrost_text, ""), ": ", values, collapse = ", "), "}")
}

.permafrost_text <- function(text) {
  text <- gsub("\\", "\\\\", enc2utf8(text), fixed = TRUE)
  text <- gsub("\"", "\\\"", text, fixed = TRUE)
  text <- gsub("\n", "\\n", text, fixed = TRUE)
  paste0("\"", gsub("[[:cntrl:]]", " ", text), "\"")
}

# A request: {"cell", "parameters", "metrics", "first", "count", "seeds", "key"}. Seeds are many, and numbers: they are read at once.
.permafrost_request <- function(line) {
  place <- regexpr(",\"seeds\":\\[[0-9,\\[\\]]*\\],\"key\"", line, perl = TRUE)
  if (place < 0L) stop("not a request of permafrost in lines of JSON")
  end <- place + attr(place, "match.length") - 1L
  texts <- substr(line, place + 10L, end - 7L)
  words <- scan(text = gsub("[][]", "", texts), sep = ",", quiet = TRUE)
  request <- .permafrost_json(paste0(substr(line, 1L, place - 1L), substr(line, end - 5L, nchar(line))))
  # With scheme philox a seed has four words; R can use one.
  if (startsWith(texts, "[")) words <- words[seq(1L, length(words), by = 4L)]
  request$seeds <- words
  request
}

# Reads JSON: maps and lists become lists, lists of numbers vectors.
.permafrost_json <- function(text) {
  tokens <- regmatches(text, gregexpr("\"(?:[^\"\\\\]|\\\\.)*\"|[-+0-9.eE]+|true|false|null|[\\[\\]{},:]", text, perl = TRUE))[[1L]]
  at <- 0L
  nextToken <- function() {
    at <<- at + 1L
    tokens[at]
  }
  value <- function(token) {
    if (token == "{") {
      map <- list()
      token <- nextToken()
      while (token != "}") {
        if (token == ",") token <- nextToken()
        name <- .permafrost_unquote(token)
        nextToken() # :
        # A value of NULL would remove the name.
        map[name] <- list(value(nextToken()))
        token <- nextToken()
      }
      return(map)
    }
    if (token == "[") {
      items <- list()
      token <- nextToken()
      while (token != "]") {
        if (token == ",") token <- nextToken()
        items[length(items) + 1L] <- list(value(token))
        token <- nextToken()
      }
      numbers <- all(vapply(items, function(item) is.numeric(item) && length(item) == 1L, NA))
      return(if (numbers) as.numeric(unlist(items)) else items)
    }
    if (startsWith(token, "\"")) return(.permafrost_unquote(token))
    switch(token, true = TRUE, false = FALSE, null = NULL, as.numeric(token))
  }
  value(nextToken())
}

.permafrost_unquote <- function(token) {
  text <- substr(token, 2L, nchar(token) - 1L)
  escapes <- gregexpr("\\\\(?:u[0-9a-fA-F]{4}|.)", text, perl = TRUE)
  regmatches(text, escapes) <- list(vapply(regmatches(text, escapes)[[1L]], function(escape) {
    letter <- substr(escape, 2L, 2L)
    switch(letter, n = "\n", t = "\t", r = "\r", b = "\b", f = "\f", u = intToUtf8(strtoi(substr(escape, 3L, 6L), 16L)), letter)
  }, ""))
  text
}

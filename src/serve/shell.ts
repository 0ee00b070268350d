/** The page before its script has come; what it shows comes by events. */
export const SHELL = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>permafrost</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/style.css">
<script type="module" src="/assets/main.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<main id="main" tabindex="-1">
<noscript><p>This page needs a script to follow the runs. Without one: <code>permafrost status RUN --watch</code>.</p></noscript>
</main>
</body>
</html>
`;

// The pictures of the README, made by the product itself: `npm run pictures` (after a build). What a terminal showed of a run that was killed,
// resumed and verified, and the first pictures of a report of the S&P 500 example, as SVG files that need nothing else.
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLI = join(ROOT, 'dist', 'cli.js');
const PICTURES = join(ROOT, 'docs', 'pictures');
const folder = mkdtempSync(join(tmpdir(), 'permafrost-pictures-'));
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const env = { ...process.env, NO_COLOR: '1', COLUMNS: '80' };
function shown(args) {
  const { stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, env, encoding: 'utf8' });
  return `${stderr}${stdout}`.trimEnd();
}

/** The lines that a run printed before it was killed. */
async function killed(args, output) {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (text += String(piece)));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const begun = () => {
    const cells = join(folder, output, 'per_cell');
    const files = existsSync(cells) ? readdirSync(cells).map((cell) => join(cells, cell, 'metrics_compact.csv')) : [];
    return files.some((file) => existsSync(file) && statSync(file).size > 10_000);
  };
  while (child.exitCode === null && !begun()) await sleep(2);
  child.kill('SIGKILL');
  await ended;
  return text.trimEnd();
}

/** A terminal with these lines; those that begin with `$ ` were typed. */
function terminal(lines) {
  const width = 24 + 80 * 7.85;
  const height = 46 + 18 * lines.length;
  const rows = lines.map((line, k) => {
    const typed = line.startsWith('$ ') ? ' class="typed"' : '';
    return `<text x="16" y="${50 + 18 * k}"${typed}>${escape(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" xml:space="preserve">
<title>A run that is killed, resumed and verified</title>
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d6dde4;white-space:pre}.typed{fill:#7fd1b9;font-weight:600}</style>
<rect width="${width}" height="${height}" rx="8" fill="#161b22"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="38" cy="18" r="5" fill="#febc2e"/><circle cx="56" cy="18" r="5" fill="#28c840"/>
${rows.join('\n')}
</svg>
`;
}

/** The first lines of a text, those too long for a terminal cut. */
const cut = (text, lines) =>
  text
    .split('\n')
    .slice(0, lines)
    .map((line) => (line.length > 80 ? `${line.slice(0, 79)}…` : line));

/** Lines of the page's style that are about marks. */
const MARKS = /^(svg text|figure:not\(\.live\) svg text|\.grid\{stroke|\.line|\.spread)/;

/** Some pictures of a report, side by side, with what its page says of colours and lines. */
function figures(html, title, n) {
  // Colours and marks; the rest is of the page.
  const style = /<style>([^]*?)<\/style>/
    .exec(html)[1]
    .split('\n')
    .filter((line) => MARKS.test(line))
    .join('\n')
    .replaceAll('figure:not(.live) svg', 'svg');
  const group = html.slice(html.indexOf(`<h3>${title}</h3>`));
  // Those with several lines: one line says little.
  const all = [...group.matchAll(/<figure[^>]*>[^]*?<\/figure>/g)].map(([figure]) => figure);
  const found = all.filter((figure) => figure.includes('class="swatch"')).slice(0, n);
  const legend = /<p class="legend">([^]*?)<\/p>/.exec(group)?.[1] ?? '';
  const entries = [...legend.matchAll(/<span>(<svg[^]*?<\/svg>)([^<]*)<\/span>/g)];
  const swatches = entries.map(([, svg, name], k) => {
    const at = 20 + 470 * (k % 2);
    const y = 50 + 18 * Math.floor(k / 2);
    return `${svg.replace('<svg ', `<svg x="${at}" y="${y - 9}" width="26" height="10" `)}<text x="${at + 32}" y="${y}">${name.trim()}</text>`;
  });
  const pictures = found.map((figure, k) => {
    const svg = /<svg viewBox="0 0 460[^]*?<\/svg>/.exec(figure)[0];
    const caption = /<figcaption>([^]*?)<\/figcaption>/.exec(figure)?.[1].replaceAll(/<[^>]*>/g, '') ?? '';
    const at = 10 + k * 470;
    return `<text class="caption" x="${at + 10}" y="94">${caption}</text>${svg.replace('<svg ', `<svg x="${at}" y="100" width="460" height="290" `)}`;
  });
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${20 + n * 470} 400" role="img">
<title>${title}</title>
<style>${style}
text{font:11px system-ui,"Segoe UI","DejaVu Sans",sans-serif;fill:var(--ink)}.title{font-size:17px;font-weight:600}.caption{fill:var(--faint)}</style>
<rect width="100%" height="100%" fill="var(--paper)"/>
<text class="title" x="20" y="28">${title}</text>
${swatches.join('\n')}
${pictures.join('\n')}
</svg>
`;
  return onPaper(picture, html);
}

/** The one picture of the whole surface, with which a report begins. */
function overview(html, title) {
  const style = /<style>([^]*?)<\/style>/
    .exec(html)[1]
    .split('\n')
    .filter((line) => MARKS.test(line) || line.startsWith('.field'))
    .join('\n')
    .replaceAll('figure:not(.live) svg', 'svg');
  const first = html.slice(html.indexOf('<div class="first">'));
  const [svg, width, height] = /<svg viewBox="0 0 ([\d.]+) ([\d.]+)[^]*?<\/svg>/.exec(first);
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">
<title>${title}</title>
<style>text{font:11px system-ui,"Segoe UI","DejaVu Sans",sans-serif}
${style}</style>
<rect width="100%" height="100%" fill="var(--paper)"/>
${svg}
</svg>
`;
  return onPaper(picture, html);
}

/** Not every viewer of SVG knows variables: those of paper. */
function onPaper(picture, html) {
  const light = Object.fromEntries(
    [...html.matchAll(/(--\w+):(#\w+)/g)].reverse().map(([, name, value]) => [name, value]),
  );
  return picture.replaceAll(/var\((--\w+)\)/g, (_, name) => light[name]);
}

/** The three studies of docs/report.md, and what their reports show first. */
function threeQuestions() {
  const page = readFileSync(join(ROOT, 'docs', 'report.md'), 'utf8');
  cpSync(join(ROOT, 'examples', 'sp500', 'trades.csv'), join(folder, 'trades.csv'));
  const pictures = [...page.matchAll(/```yaml\n([^]*?)```\n\n!\[([^\]]*)\]\(pictures\/([^)]*)\)/g)];
  for (const [, text, title, name] of pictures) {
    writeFileSync(join(folder, `${name}.yaml`), text);
    shown(['run', `${name}.yaml`, '--output', name]);
    shown(['report', name]);
    const html = readFileSync(join(folder, name, 'report', 'index.html'), 'utf8');
    writeFileSync(join(PICTURES, name), overview(html, title));
  }
}

try {
  mkdirSync(PICTURES, { recursive: true });
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const block = (first) =>
    [...readme.matchAll(/```\w+\n([^]*?)```/g)].map(([, text]) => text).find((text) => text.startsWith(first));
  writeFileSync(join(folder, 'coin.ts'), block('import { defineModel'));
  writeFileSync(join(folder, 'study.yaml'), block('model: ./coin.ts'));
  const run = ['run', 'study.yaml', '--threads', '2'];
  const first = await killed(run, join('runs', 'coin'));
  const second = shown(run);
  const verified = shown(['verify', 'runs/coin', '--recompute', '1%']);
  const here = (text) => text.replaceAll(join(folder, '/'), '');
  writeFileSync(
    join(PICTURES, 'terminal.svg'),
    terminal([
      '$ permafrost run study.yaml',
      ...cut(here(first), 1),
      'Killed',
      '$ permafrost run study.yaml',
      ...cut(here(second), 11),
      '  …',
      '$ permafrost verify runs/coin --recompute 1%',
      ...cut(here(verified), 3),
    ]),
  );

  shown(['run', join(ROOT, 'examples', 'sp500', 'study.yaml'), '--output', 'sp500']);
  shown(['report', 'sp500']);
  const html = readFileSync(join(folder, 'sp500', 'report', 'index.html'), 'utf8');
  writeFileSync(join(PICTURES, 'report.svg'), figures(html, 'Maximum drawdown as trades are missed', 2));
  threeQuestions();
  for (const name of readdirSync(PICTURES))
    process.stdout.write(`${name}: ${statSync(join(PICTURES, name)).size} bytes\n`);
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

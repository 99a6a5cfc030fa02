/**
 * Makes the pictures of the README: a real run in a terminal as SVG, and the head of a real report as PNG, for which a
 * Chromium must be installed. `node scripts/make-pictures.mjs` after a build; takes two minutes.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './npm.mjs';

/** The codes with which a terminal changes colours. */
const colour = String.fromCharCode(27);
const codes = new RegExp(`(${colour}\\[[\\d;]*m)`);

const folder = mkdtempSync(join(tmpdir(), 'octavec-pictures-'));
const model = 'node_modules/@octavec/all-minilm-l6-v2';

try {
  const commands = [
    ['quantize', model, join(folder, 'minilm'), '--to', 'int8,q4', '--bench'],
    ['embed', join(folder, 'minilm'), '--variant', 'int8', 'hello world'],
  ];
  const screens = commands.map((command) => terminalScreen(command));
  writeFileSync(`${root}docs/pictures/terminal.svg`, terminalSvg(screens.join('\n')));

  const onnx = join(folder, 'minilm/onnx');
  const files = readdirSync(onnx).filter((name) => name.endsWith('.onnx'));
  octavec(['compare', model, ...files.map((name) => join(onnx, name)), '--html', join(folder, 'report.html')]);
  photograph(join(folder, 'report.html'), `${root}docs/pictures/report.png`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What a command prints in a terminal 132 columns wide, with colours, without its progress. */
function octavec(command) {
  const line = [process.execPath, `${root}dist/cli/main.js`, ...command].map((word) => `'${word}'`).join(' ');
  const { stdout, status } = spawnSync('script', ['-qec', `stty cols 132; ${line} 2>/dev/null`, '/dev/null'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm-256color' },
    maxBuffer: 1e8,
  });
  if (status !== 0) {
    throw new Error(stdout);
  }
  return stdout.replaceAll('\r', '');
}

/** A command as it is typed, and the beginning of what it prints. */
function terminalScreen(command) {
  const typed = `${colour}[32m$${colour}[0m ${colour}[1mnpx octavec ${command.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')}${colour}[0m`;
  const lines = octavec(command)
    .split('\n')
    .map((line) =>
      line.length > 110 && !line.includes(colour) && !line.includes('  –') ? `${line.slice(0, 108)} …` : line,
    );
  const shown = lines.findIndex((line) => plain(line).startsWith('int8:'));
  return [typed, ...lines.slice(0, shown === -1 ? 20 : shown)]
    .join('\n')
    .replaceAll(`${folder}/`, '')
    .trimEnd()
    .concat('\n');
}

/** Lines with the escape codes of colours as a picture. */
function terminalSvg(text) {
  const classes = { 1: 'bold', 2: 'dim', 31: 'red', 32: 'green', 33: 'yellow', 36: 'cyan' };
  const lines = text.trimEnd().split('\n');
  const [lineHeight, top, left] = [19, 62, 24];
  const width = Math.max(...lines.map((line) => plain(line).length)) * 7.83 + 2 * left;
  const height = top + lines.length * lineHeight + 8;
  const rows = lines.map((line, i) => {
    let active = [];
    const spans = line.split(codes).flatMap((part) => {
      const code = part.startsWith(colour) ? part.slice(2, -1) : undefined;
      if (code === undefined) {
        return part === '' ? [] : [`<tspan class="${active.join(' ')}">${escaped(part)}</tspan>`];
      }
      const names = code.split(';').map((number) => classes[number]);
      active = names.some(Boolean) ? [...active, ...names.filter(Boolean)] : [];
      return [];
    });
    return `<text x="${left}" y="${top + i * lineHeight}" xml:space="preserve">${spans.join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${Math.ceil(width)} ${height}" width="${Math.ceil(width)}" height="${height}" role="img" aria-label="octavec in a terminal">
<style>
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #d7dce5; white-space: pre; }
.bold { font-weight: 700; } .dim { fill: #8b95a5; } .red { fill: #ff8a7a; } .green { fill: #56c271; } .yellow { fill: #e6b450; } .cyan { fill: #4fd1dc; }
</style>
<rect width="100%" height="100%" rx="10" fill="#14171c"/>
<circle cx="24" cy="22" r="6" fill="#ff5f57"/><circle cx="44" cy="22" r="6" fill="#febc2e"/><circle cx="64" cy="22" r="6" fill="#28c840"/>
${rows.join('\n')}
</svg>
`;
}

function plain(line) {
  return stripVTControlCharacters(line);
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The head of a page, at the width of a desktop. */
function photograph(page, target) {
  const profile = mkdtempSync(join(tmpdir(), 'octavec-chromium-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--hide-scrollbars',
  ];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  execFileSync(
    'chromium',
    [
      ...flags,
      ...quiet,
      `--user-data-dir=${profile}`,
      '--window-size=1280,1120',
      `--screenshot=${target}`,
      `file://${page}`,
    ],
    { stdio: 'ignore' },
  );
  rmSync(profile, { recursive: true, force: true });
}

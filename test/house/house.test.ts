// Polices the house: who may import whom, which room may use which package, how long things may be,
// what may not be called. A breach fails with the line that commits it.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve } from 'node:path';
import { test } from 'node:test';
import { adapters } from '../../src/exchanges/index.js';
import { projectRoot } from '../support/shared.js';

const root = projectRoot();

/** What a room may import besides itself. A room not named here may import everything: it is a root of the house. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  series: ['core'],
  exchanges: ['core'],
  hub: ['core'],
  alerts: ['core'],
  quality: ['core', 'series'],
  ingest: ['core', 'exchanges/exchange.ts'],
  lake: ['core'],
  sockets: ['core'],
  feed: ['core', 'sockets'],
  windows: ['core', 'series'],
  history: ['core', 'series', 'lake', 'quality'],
  analysis: ['core', 'series', 'lake'],
  opportunities: ['core'],
  client: ['feed/protocol.ts'],
  api: ['core', 'sockets', 'history', 'opportunities', 'windows', 'alerts'],
  sim: ['core', 'lake'],
  replay: ['core', 'lake', 'ingest/source.ts', 'ingest/feed-health.ts'],
  config: ['core'],
};
const ROOTS = [
  'main.ts',
  'heap.ts',
  'app.ts',
  'clock.ts',
  'log.ts',
  'loop-delay.ts',
  'limits.ts',
  'version.ts',
  'app-alerts.ts',
  'app-costs.ts',
  'app-api.ts',
  'app-feed.ts',
  'app-exchange-feed.ts',
  'app-identity.ts',
  'app-identity-reply.ts',
  'app-ingest-thread.ts',
  'app-options.ts',
  'app-quality.ts',
  'app-replay.ts',
  'app-replay-names.ts',
  'app-snapshot.ts',
  'app-live.ts',
  'app-sources.ts',
  'app-summaries.ts',
  'app-threads.ts',
  'cli',
];

/** Which npm package may be used where. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  hyparquet: ['lake'],
  'hyparquet-writer': ['lake'],
  'hyparquet-compressors': ['lake'],
  ws: ['ingest', 'sockets', 'feed', 'api', 'sim'],
  fastify: ['api'],
  '@fastify/swagger': ['api'],
  'prom-client': ['api'],
  ajv: ['config'],
  typebox: ['config'],
  yaml: ['config', 'cli'],
  commander: ['cli'],
  flatbuffers: ['history/arrow.ts'],
  pino: ['log.ts'],
  ccxt: ['ingest/ccxt-source.ts'],
};

/** Time, timers and chance come in by argument; they are made in one place. */
const BANNED: readonly [RegExp, string][] = [
  [/\bDate\.now\(/, 'Date.now'],
  [/\bnew Date\(\)/, 'new Date()'],
  [/\bMath\.random\b/, 'Math.random'],
  [/\bsetTimeout\(/, 'setTimeout'],
  [/\bsetInterval\(/, 'setInterval'],
  [/\bperformance\.now\(/, 'performance.now'],
  [/\bprocess\.hrtime\b/, 'process.hrtime'],
];
/** The client runs where nothing of the server is: it has its own. */
const CLOCK_FILES = ['clock.ts', 'client/clock.ts'];

const FILE_LINES_MAX = 300;
const FUNCTION_LINES_MAX = 70;

interface Source {
  /** Relative to src, with forward slashes. */
  readonly name: string;
  readonly room: string;
  readonly lines: readonly string[];
  /** Without comments. */
  readonly code: readonly string[];
}

const sources: readonly Source[] = filesBelow(join(root, 'src'), '.ts').map((path) => {
  const name = relative(join(root, 'src'), path).replaceAll('\\', '/');
  const lines = readFileSync(path, 'utf8').split('\n');
  return { name, room: name.split('/')[0] as string, lines, code: withoutComments(lines) };
});

test('every file belongs to a room of the table', () => {
  for (const { name, room } of sources)
    assert.ok(room in ROOMS || ROOTS.includes(room), `src/${name}: no room "${room}" in the house`);
});

test('rooms import only those they may', () => {
  for (const source of sources)
    for (const { target, line } of importsOf(source)) {
      if (!target.startsWith('.')) continue;
      const file = posix.join(posix.dirname(source.name), target).replace(/\.js$/, '.ts');
      const allowed = ROOMS[source.room];
      const other = file.split('/')[0] as string;
      if (allowed === undefined || other === source.room) continue;
      const ok = allowed.some((entry) => entry === file || entry === other);
      assert.ok(
        ok,
        `src/${source.name}:${line} imports ${file}; ${source.room} may import ${allowed.join(', ')}`,
      );
    }
});

test('the words of the feed import nothing', () => {
  const protocol = sources.find(({ name }) => name === 'feed/protocol.ts');
  assert.deepEqual(protocol === undefined ? [] : importsOf(protocol), []);
});

test('a package is used only in its rooms', () => {
  for (const source of sources)
    for (const { target, line } of importsOf(source)) {
      if (target.startsWith('.') || target.startsWith('node:')) continue;
      const name = target.startsWith('@')
        ? target.split('/').slice(0, 2).join('/')
        : (target.split('/')[0] as string);
      const rooms = PACKAGES[name];
      assert.ok(rooms !== undefined, `src/${source.name}:${line}: package ${name} is not in the table`);
      assert.ok(
        rooms.includes(source.room) || rooms.includes(source.name),
        `src/${source.name}:${line}: ${name} belongs to ${rooms.join(', ')}`,
      );
    }
});

test('there are no import cycles', () => {
  const graph = new Map(
    sources.map((source) => [
      source.name,
      importsOf(source)
        .filter(({ target }) => target.startsWith('.'))
        .map(({ target }) => posix.join(posix.dirname(source.name), target).replace(/\.js$/, '.ts')),
    ]),
  );
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    assert.ok(!path.includes(name), `cycle: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`);
    if (done.has(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const name of graph.keys()) visit(name, []);
});

test('time, timers and chance are taken only where the real clock is built', () => {
  for (const { name, code } of sources) {
    if (CLOCK_FILES.includes(name)) continue;
    code.forEach((line, index) => {
      for (const [pattern, what] of BANNED)
        assert.ok(!pattern.test(line), `src/${name}:${index + 1} calls ${what}; take it as an argument`);
    });
  }
});

test('no exchange is named outside its own file', () => {
  const names = adapters.map(({ name }) => name).join('|');
  const pattern = new RegExp(`['"\`/](${names})(Perp)?['"\`/]`, 'i');
  for (const { name, code } of sources) {
    if (/^(sim\/)?exchanges\//.test(name)) continue;
    for (const [index, line] of code.entries())
      assert.ok(!pattern.test(line), `src/${name}:${index + 1}: ${line.trim()}`);
  }
});

test('files and functions stay short, and every file says what it is', () => {
  for (const { name, lines } of sources) {
    assert.ok(
      lines.length <= FILE_LINES_MAX + 1,
      `src/${name} has ${lines.length} lines, at most ${FILE_LINES_MAX}`,
    );
    assert.match(lines[0] ?? '', /^(\/\/ |#!)/, `src/${name} does not open with what it is`);
    assert.doesNotMatch(name, /(utils|helpers|handy|misc|common)\.ts$/, `src/${name}: a drawer, not a room`);
    for (const { from, length } of functionsOf(lines))
      assert.ok(
        length <= FUNCTION_LINES_MAX,
        `src/${name}:${from}: ${length} lines, at most ${FUNCTION_LINES_MAX}`,
      );
  }
});

test('only commands write to the console', () => {
  for (const { name, room, code } of sources) {
    if (room === 'cli' || room === 'main.ts') continue;
    for (const [index, line] of code.entries())
      assert.doesNotMatch(line, /\bconsole\./, `src/${name}:${index + 1}`);
  }
});

test('dependencies are few and exact, and the lockfile names no host', () => {
  const packages = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const versions = Object.entries<string>({ ...packages.dependencies, ...packages.devDependencies });
  for (const [name, version] of versions)
    assert.match(version, /^\d+\.\d+\.\d+$/, `${name} is not exact: ${version}`);
  for (const name of Object.keys(packages.dependencies))
    assert.ok(name in PACKAGES, `${name} is used nowhere`);
  for (const lock of ['package-lock.json', 'test/oracle/package-lock.json'])
    if (existsSync(join(root, lock)))
      assert.doesNotMatch(
        readFileSync(join(root, lock), 'utf8'),
        /"resolved": "http/,
        `${lock} names a registry`,
      );
});

test('the page imports only the client and the types of the contract', () => {
  for (const path of filesBelow(join(root, 'web'), '.ts'))
    for (const match of readFileSync(path, 'utf8').matchAll(/^import\s+(type\s)?.*?from\s+'([^']+)'/gms)) {
      const [, isType, target] = match as unknown as [string, string | undefined, string];
      if (!target.startsWith('.')) continue;
      const file = relative(root, resolve(dirname(path), target)).replaceAll('\\', '/');
      if (file.startsWith('web/') || file.startsWith('src/client/')) continue;
      assert.ok(
        isType !== undefined && file === 'src/api/contract.js',
        `${relative(root, path)} imports ${file}`,
      );
    }
});

test('every problem of the system before has its test, where docs/problems.md says', () => {
  const rows = [
    ...readFileSync(join(root, 'docs/problems.md'), 'utf8').matchAll(/^\| (\d+) \|.*\| `(.*)`: (.*) \|$/gm),
  ];
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Array.from({ length: 32 }, (_, n) => n + 1),
  );
  for (const [, number, file = '', title = ''] of rows)
    assert.ok(readFileSync(join(root, file), 'utf8').includes(`test('${title}'`), `${number}: ${file}`);
});

test('no file speaks of a machine or a place where it was made', () => {
  const tracked = gitFiles();
  // Written in pieces, so that this file does not speak of them itself.
  const words = [
    ['/wo', 'rk/'],
    ['/ho', 'me/'],
    ['registry.', 'npmjs'],
    ['/ro', 'ot/'],
  ].map((pair) => pair.join(''));
  for (const name of tracked.filter((file) => !file.endsWith('package-lock.json'))) {
    const text = readFileSync(join(root, name), 'utf8');
    for (const word of words) assert.ok(!text.includes(word), `${name} contains ${word}`);
  }
});

function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'))
    .sort()
    .map((name) => join(folder, name));
}

function gitFiles(): string[] {
  try {
    const out = execFileSync('git', ['ls-files'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return out.split('\n').filter((name) => name !== '' && existsSync(join(root, name)));
  } catch {
    return [];
  }
}

function importsOf({ lines }: Source): { target: string; line: number }[] {
  const text = lines.join('\n');
  const found: { target: string; line: number }[] = [];
  for (const match of text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gms,
  )) {
    const target = match[1] ?? match[2] ?? match[3];
    if (target !== undefined) found.push({ target, line: text.slice(0, match.index).split('\n').length });
  }
  return found;
}

function withoutComments(lines: readonly string[]): string[] {
  let inside = false;
  return lines.map((line) => {
    if (inside) {
      inside = !line.includes('*/');
      return '';
    }
    if (/^\s*\/\*/.test(line)) {
      inside = !line.includes('*/');
      return '';
    }
    return line.replace(/(^|\s)\/\/ .*$/, '');
  });
}

/** The formatter puts the closing brace of a function at the indent of its first line: that is enough to measure. */
function functionsOf(lines: readonly string[]): { from: number; length: number }[] {
  const found: { from: number; length: number }[] = [];
  const opening =
    /^(\s*)(?:export )?(?:async )?(?:function\b|(?:static |async |get |set |\*)*#?\w+\(|(?:const|let) \w+ = (?:async )?\().*/;
  lines.forEach((line, index) => {
    const match = opening.exec(line);
    if (match === null || /^\s*(if|for|while|switch|return|await|else)\b/.test(line)) return;
    const indent = match[1] as string;
    const end = lines.findIndex((other, at) => at > index && new RegExp(`^${indent}\\}`).test(other));
    const next = lines.findIndex(
      (other, at) =>
        at > index &&
        other.startsWith(indent) &&
        /^\S/.test(other.slice(indent.length)) &&
        !/^[})\]]/.test(other.slice(indent.length)),
    );
    if (end > index && (next === -1 || next > end)) found.push({ from: index + 1, length: end - index + 1 });
  });
  return found;
}

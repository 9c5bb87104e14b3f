// One writer of the bench, in a process of its own. argv: its name, the folder of the rows. A message 'write' has it write
// once, 'read' and 'read-library' have it read back what it wrote; each is answered by one with the figures.

import { closeSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadRows } from './lake-rows.mjs';
import { compiled } from './place.mjs';

const [name, folder] = process.argv.slice(2);
const { diskFiles } = await import(compiled('src/lake/files.js'));
const { QuoteFileWriter, RowGroupBuffer } = await import(compiled('src/lake/parquet-write.js'));
const { doublesOrNull, openParquet, stampsOrNull } = await import(compiled('src/lake/parquet-file.js'));
const { QUOTE_COLUMNS } = await import(compiled('src/lake/schema.js'));
const { openQuoteFile } = await import(compiled('src/lake/parquet-read.js'));
const { readByLibrary, readGroup } = await import(compiled('src/lake/parquet-columns.js'));

/** As the encoder of journals hands them on. */
const SLICE = 10_000;
const SOURCES = ['receivedUs', 'bid', 'ask', 'exchangeUs', 'bidSize', 'askSize'];

const instruments = loadRows(folder);
const paths = instruments.map((_, i) => join(folder, `${i}-${name}.parquet`));
const write = await writer();
process.on('message', (what) => {
  void answer(what).then((figures) => process.send(figures));
});
process.on('disconnect', () => process.exit());
process.send('ready');

async function answer(what) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (let i = 0; i < instruments.length; i++) {
    if (what === 'write') await write(i, paths[i]);
    else await readBack(paths[i], what === 'read-library');
  }
  const wallMs = Number(process.hrtime.bigint() - start) / 1e6;
  const { user, system } = process.cpuUsage(cpu);
  const quotes = instruments.reduce((sum, { length }) => sum + length, 0);
  const bytes = paths.map((path) => statSync(path).size);
  return { wallMs, cpuMs: (user + system) / 1_000, bytes, quotes };
}

/** Prepares what the writer writes from, and gives what writes instrument `i` to `path`. */
async function writer() {
  if (name === 'ours-hot' || name === 'ours-cold') {
    const group = new RowGroupBuffer();
    const layout = name.slice('ours-'.length);
    return (i, path) =>
      toFile(path, (file) => {
        const parquet = new QuoteFileWriter(diskFiles, file, group, { layout });
        eachSlice(instruments[i], (from, to) => parquet.add(instruments[i], from, to));
        parquet.finish();
      });
  }
  if (name === 'library') return (i, path) => toFile(path, (file) => libraryWrites(file, instruments[i]));
  const sources = instruments.map((_, i) => sourceFile(i));
  const prepared = name === 'polars-zstd' ? await polars(sources) : await duckdb(sources);
  for (const source of sources) rmSync(source);
  return prepared;
}

/** The layout that hour files had before we wrote them ourselves: Snappy, exchange times as differences. */
function libraryWrites(file, columns) {
  const parquet = openParquet((bytes) => diskFiles.append(file, bytes), QUOTE_COLUMNS);
  eachSlice(columns, (from, to) => {
    const columnData = QUOTE_COLUMNS.map(({ name: column, type }, i) => {
      const values = columns[SOURCES[i]].subarray(from, to);
      if (type === 'double') return { name: column, data: doublesOrNull(values) };
      const encoding = i === 0 ? 'PLAIN' : 'DELTA_BINARY_PACKED';
      return { name: column, data: stampsOrNull(values), encoding };
    });
    parquet.write({ columnData, rowGroupSize: SLICE });
  });
  parquet.finish();
}

async function polars(sources) {
  const { default: pl } = await import('nodejs-polars');
  const frames = sources.map((source) => pl.readParquet(source));
  return (i, path) => frames[i].writeParquet(path, { compression: 'zstd' });
}

async function duckdb(sources) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  for (const [i, source] of sources.entries()) {
    await connection.run(`CREATE TABLE quotes${i} AS SELECT * FROM read_parquet('${source}')`);
  }
  const version = name.includes('v2') ? ', PARQUET_VERSION V2' : '';
  return (i, path) =>
    connection.run(`COPY quotes${i} TO '${path}' (FORMAT PARQUET, COMPRESSION ZSTD${version})`);
}

/** What engines load their rows from. */
function sourceFile(i) {
  const path = join(folder, `${i}-source.parquet`);
  toFile(path, (file) => libraryWrites(file, instruments[i]));
  return path;
}

/** The three columns of charts, one row group after the other. */
async function readBack(path, byLibrary) {
  const id = openSync(path);
  const byteLength = statSync(path).size;
  const file = {
    byteLength,
    slice: (from, to = byteLength) => {
      const into = new Uint8Array(to - from);
      readSync(id, into, 0, into.length, from);
      return into.buffer;
    },
  };
  const quotes = await openQuoteFile(file);
  for (const group of quotes.groups)
    if (byLibrary) await readByLibrary(file, quotes, group, ['time', 'bid', 'ask']);
    else await readGroup(file, quotes, group, false);
  closeSync(id);
}

function eachSlice({ length }, use) {
  for (let from = 0; from < length; from += SLICE) use(from, Math.min(length, from + SLICE));
}

function toFile(path, fill) {
  const file = diskFiles.create(path);
  try {
    fill(file);
  } finally {
    diskFiles.close(file);
  }
}

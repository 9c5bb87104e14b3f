// What a lake on the volatile disk holds, through the program's own reader, and as the files are.

import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { InstrumentTable } from '../../src/core/instrument.js';
import { unescapeName } from '../../src/lake/paths.js';
import type { LakePlace } from '../../src/lake/place.js';
import { type LakeReader, openReader } from '../../src/lake/reader.js';
import type { Handed } from './record.js';
import type { VolatileDisk, VolatileFolder } from './volatile-disk.js';

const ALWAYS = { fromUs: 0, toUs: 4e15 };
/** Without it stamps would come as Date, which holds milliseconds only. */
const PARSERS = { timestampFromMicroseconds: (us: bigint) => Number(us) };

/** Quotes and events, as a reader of the running lake sees them. Throws where a file could not be read. */
export async function foundByReader(
  place: LakePlace,
  root: string,
  instruments: InstrumentTable,
): Promise<Handed[]> {
  const reader = openReader(root, { store: place.store, recentInstruments: async () => [] });
  const found: Handed[] = [];
  for (const { id, exchange, symbol } of instruments.all()) {
    const instrument = (await reader.find(exchange, symbol)) ?? { exchange, symbol, directories: [] };
    found.push(...(await quotesOf(reader, instrument, id)));
    for (const { type, stampUs } of await reader.readEvents([instrument], ALWAYS))
      found.push({ kind: 'cold', stampUs, id, value: type });
  }
  const problems = reader.problems();
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return found;
}

async function quotesOf(
  reader: LakeReader,
  instrument: Parameters<LakeReader['readQuotes']>[0],
  id: number,
): Promise<Handed[]> {
  const found: Handed[] = [];
  for await (const c of reader.readQuotes(instrument, { ...ALWAYS, sizes: true }))
    for (let i = 0; i < c.length; i++) {
      const value = [c.bid[i], c.bidSize![i], c.ask[i], c.askSize![i], c.exchangeUs![i]].join(' ');
      found.push({ kind: 'quote', stampUs: c.receivedUs[i]!, id, value });
    }
  return found;
}

/** Every file below `root`, relative. */
export function filesBelow(disk: VolatileDisk, root: string): string[] {
  const walk = (folder: VolatileFolder, prefix: string): string[] =>
    [...folder.names].flatMap(([name, node]) =>
      node.kind === 'folder' ? walk(node, `${prefix}${name}/`) : [`${prefix}${name}`],
    );
  const node = disk.find(root);
  return node?.kind === 'folder' ? walk(node, '').sort() : [];
}

/** Rows of the files of quotes as they are: the reader would hide one that is there twice. */
export function rowsInFiles(disk: VolatileDisk, root: string): number {
  return filesBelow(disk, root)
    .filter((name) => /spreads-[^/]*\.parquet$/.test(name))
    .reduce((sum, name) => sum + Number(parquetMetadata(bytesOf(disk, `${root}/${name}`)).num_rows), 0);
}

/** Trades in files, and the lines of the ledger as they are. */
export async function foundInFiles(
  disk: VolatileDisk,
  root: string,
  instruments: InstrumentTable,
): Promise<Handed[]> {
  const found: Handed[] = [];
  const idOf = (exchange: string, symbol: string) => instruments.find(exchange, symbol)!.id;
  for (const name of filesBelow(disk, root)) {
    if (/\/trades-[^/]*\.parquet$/.test(name)) {
      const [, exchange, symbol] = /exchange=([^/]*)\/symbol=([^/]*)\//.exec(name)!;
      const id = idOf(unescapeName(exchange!), unescapeName(symbol!).replace('_', '/'));
      for (const row of await parquetReadObjects({
        file: bytesOf(disk, `${root}/${name}`),
        parsers: PARSERS,
      })) {
        const side = row['Side'] === 'Buy' ? 1 : -1;
        const { Price, Quantity, ExchangeTimestamp, TradeId, Timestamp } = row;
        const value = [Price, Quantity, side, ExchangeTimestamp ?? Number.NaN, TradeId].join(' ');
        found.push({ kind: 'trade', stampUs: Timestamp, id, value });
      }
    } else if (name.endsWith('.ndjson')) {
      const lines = Buffer.from(bytesOf(disk, `${root}/${name}`))
        .toString('utf8')
        .trimEnd()
        .split('\n');
      // The file of a closed day begins with a line about itself.
      if (name.endsWith('/day.ndjson')) lines.shift();
      let lastUs = 0;
      for (const line of lines) {
        const { stampUs, type, exchange, symbol } = JSON.parse(line);
        if (stampUs <= lastUs) throw new Error(`${name}: ${stampUs} after ${lastUs}`);
        lastUs = stampUs;
        found.push({ kind: 'cold', stampUs, id: idOf(exchange, symbol), value: type });
      }
    }
  }
  return found;
}

function bytesOf(disk: VolatileDisk, path: string): ArrayBuffer {
  const file = disk.file(path);
  const bytes = new Uint8Array(file.size);
  file.read(bytes, 0);
  return bytes.buffer;
}

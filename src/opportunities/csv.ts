// CSV text, as it comes in pieces, into rows of cells: quotes, CRLF and a byte order mark are tolerated, nothing is
// interpreted. A row is taken apart only as far as somebody asks: of most rows of a long file a few cells are wanted.

/** Good until the next row. */
export interface CsvRow {
  readonly width: number;
  /** Empty beyond the last one. */
  cell(at: number): string;
  cells(): readonly string[];
}

/** What is longer is no row of anything that is read here. */
const ROW_CHARS_MAX = 1024 * 1024;

export class CsvReader {
  readonly #onRow: (row: CsvRow) => void;
  readonly #line = new Line();
  /** Of a line whose end has not come. */
  #rest = '';
  #isFirst = true;
  /** A row with quotes, which may hold newlines, up to what has come of it. */
  #row: string[] = [];
  #cell = '';
  #inQuotes = false;

  /** `onRow` is told every row but blank ones. */
  constructor(onRow: (row: CsvRow) => void) {
    this.#onRow = onRow;
  }

  /** Throws RangeError for a row of over a million characters. */
  push(text: string): void {
    let from = this.#isFirst && text.startsWith('\uFEFF') ? 1 : 0;
    if (text !== '') this.#isFirst = false;
    for (let to = text.indexOf('\n', from); to >= 0; to = text.indexOf('\n', from)) {
      this.#take(this.#rest + text.slice(from, to));
      this.#rest = '';
      from = to + 1;
    }
    this.#rest += text.slice(from);
    if (this.#rest.length + this.#cell.length > ROW_CHARS_MAX)
      throw new RangeError(`a row of over ${ROW_CHARS_MAX} characters`);
  }

  /** Whether the last row was finished: with a newline outside quotes, which a file still being written lacks. */
  get isComplete(): boolean {
    return this.#rest === '' && !this.#inQuotes && this.#cell === '' && this.#row.length === 0;
  }

  #take(line: string): void {
    // Nearly every file has no quotes at all: then lines are rows.
    if (this.#inQuotes || line.includes('"')) {
      this.#takeQuoted(line);
      return;
    }
    const text = withoutReturn(line);
    if (text !== '') this.#onRow(this.#line.of(text));
  }

  #takeQuoted(line: string): void {
    for (let at = 0; at < line.length; at += 1) {
      const char = line[at]!;
      if (this.#inQuotes) {
        if (char !== '"') this.#cell += char;
        else if (line[at + 1] === '"') {
          this.#cell += '"';
          at += 1;
        } else this.#inQuotes = false;
      } else if (char === '"' && this.#cell === '') this.#inQuotes = true;
      else if (char === ',') {
        this.#row.push(this.#cell);
        this.#cell = '';
      } else this.#cell += char;
    }
    if (this.#inQuotes) {
      this.#cell += '\n';
      return;
    }
    const row = [...this.#row, withoutReturn(this.#cell)];
    this.#row = [];
    this.#cell = '';
    if (row.length > 1 || row[0] !== '')
      this.#onRow({ width: row.length, cell: (at) => row[at] ?? '', cells: () => row });
  }
}

/** A row without quotes. */
class Line implements CsvRow {
  width = 0;
  #text = '';

  of(text: string): this {
    this.#text = text;
    this.width = 1;
    for (let at = text.indexOf(','); at >= 0; at = text.indexOf(',', at + 1)) this.width += 1;
    return this;
  }

  cell(at: number): string {
    if (at >= this.width) return '';
    let from = 0;
    for (let n = 0; n < at; n += 1) from = this.#text.indexOf(',', from) + 1;
    const to = this.#text.indexOf(',', from);
    return this.#text.slice(from, to < 0 ? this.#text.length : to);
  }

  cells(): readonly string[] {
    return this.#text.split(',');
  }
}

function withoutReturn(cell: string): string {
  return cell.endsWith('\r') ? cell.slice(0, -1) : cell;
}

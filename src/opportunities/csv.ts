// CSV text into rows of cells: quotes, CRLF and a byte order mark are tolerated, nothing is interpreted.
// Says whether the text ends with a newline, because a file still being written does not.

export interface CsvText {
  /** Without blank lines. */
  readonly rows: readonly (readonly string[])[];
  /** The last row is finished: the text is empty or ends with a newline outside quotes. */
  readonly complete: boolean;
}

export function parseCsv(text: string): CsvText {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  // Nearly every file has no quotes at all: then lines are rows.
  if (!body.includes('"')) return parsePlain(body);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let inQuotes = false;
  for (let at = 0; at < body.length; at += 1) {
    const char = body[at]!;
    if (inQuotes) {
      if (char !== '"') cell += char;
      else if (body[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else inQuotes = false;
    } else if (char === '"' && cell === '') inQuotes = true;
    else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      row.push(withoutReturn(cell));
      if (row.length > 1 || row[0] !== '') rows.push(row);
      row = [];
      cell = '';
    } else cell += char;
  }
  const complete = !inQuotes && cell === '' && row.length === 0;
  if (!complete) rows.push([...row, withoutReturn(cell)]);
  return { rows, complete };
}

function parsePlain(body: string): CsvText {
  const rows: string[][] = [];
  for (const line of body.split('\n')) {
    const text = withoutReturn(line);
    if (text !== '') rows.push(text.split(','));
  }
  return { rows, complete: body === '' || body.endsWith('\n') };
}

function withoutReturn(cell: string): string {
  return cell.endsWith('\r') ? cell.slice(0, -1) : cell;
}

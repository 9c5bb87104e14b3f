// What a table is, whatever its format: columns of times and numbers, written in portions to a place that takes bytes.

/** `time`: whole microseconds since 1970, UTC. */
export interface TableColumn {
  readonly name: string;
  readonly type: 'time' | 'number';
}

/** Takes bytes in order; awaits where its reader is slower. The buffer is the caller's again when it resolves. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>;

/** One format; each column has `length` values, NaN = absent. */
export interface TableWriter {
  add(values: readonly Float64Array[], length: number): Promise<void>;
  finish(): Promise<void>;
}

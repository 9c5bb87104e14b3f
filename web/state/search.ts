// How a search chooses: each of its words anywhere in the names, in either spelling of a symbol, in any case. Pure.

/** Lower case; none for blanks. */
export function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

/** What is searched in. */
export function searchedText(symbol: string, ...others: readonly string[]): string {
  return [symbol, symbol.replace('/', ''), ...others].join(' ').toLowerCase();
}

export function hasAll(searched: string, words: readonly string[]): boolean {
  return words.every((word) => searched.includes(word));
}

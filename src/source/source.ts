// A piece of text somebody gave us, and places in it. Offsets are UTF-16 indexes into `text`;
// line and column are worked out late, when something is shown.

/** One input text: a file, standard input, or a string handed to the library. */
export interface Source {
  /** Name shown to the user: the path as given, or `<stdin>`. */
  readonly name: string
  readonly text: string
}

/** Half-open range `[start, end)` of offsets within one source. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

/** A position for people: both 1-based, `column` in UTF-16 units. */
export interface Position {
  readonly line: number
  readonly column: number
}

const lineStartsOf = new WeakMap<Source, readonly number[]>()

/** Makes a source. A byte order mark in front is dropped, as editors do not count it either. */
export function makeSource(name: string, text: string): Source {
  return { name, text: text.replace(/^\uFEFF/, '') }
}

/** The 1-based line and column of an offset; offsets past the end give the last position. */
export function positionAt(source: Source, offset: number): Position {
  const starts = lineStarts(source)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  const start = starts[low] ?? 0
  return { line: low + 1, column: Math.min(offset, source.text.length) - start + 1 }
}

/** The text of a 1-based line without its line end; empty when there is no such line. */
export function lineText(source: Source, line: number): string {
  const starts = lineStarts(source)
  const start = starts[line - 1]
  if (start === undefined) return ''
  const end = starts[line] ?? source.text.length + 1
  return source.text.slice(start, end - 1).replace(/\r$/, '')
}

function lineStarts(source: Source): readonly number[] {
  const known = lineStartsOf.get(source)
  if (known !== undefined) return known
  const starts = [0]
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) {
    starts.push(at + 1)
  }
  lineStartsOf.set(source, starts)
  return starts
}

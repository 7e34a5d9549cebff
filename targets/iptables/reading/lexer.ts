// Lines of iptables-save and ipset save as words, split as iptables-restore and ipset do: at blanks. A
// double quote opens a part that may hold blanks; the next one ends it and the word with it.

/** A word and where it stands; `start` and `end` include its quotes. */
export interface Word {
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface Words {
  readonly words: readonly Word[]
  /** Whether a quote was still open at the end of the line. */
  readonly isOpen: boolean
}

const tab = 9
const carriageReturn = 13
const space = 32
const quote = 34
const backslash = 92

/** A line by its place, and whether the text ends in it. */
export interface LinePlace {
  readonly start: number
  readonly end: number
  readonly isLast: boolean
}

/** The lines of a text. Where it has no line feed, carriage returns end them, as on old machines. */
export function* linesIn(text: string): Generator<LinePlace> {
  const mark = text.includes('\n') ? '\n' : '\r'
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(mark, start)
    const end = found < 0 ? text.length : found
    yield { start, end, isLast: found < 0 }
    start = end + 1
  }
}

/** Whether a character stands between words. */
export function isBlank(code: number): boolean {
  return code === space || code === tab || code === carriageReturn
}

/**
 * The words of `text` from `start` up to `end`. With `escapes`, a backslash inside quotes takes the next
 * character as it is: so iptables has it, and ipset has not.
 */
export function wordsOf(text: string, start: number, end: number, escapes: boolean): Words {
  const words: Word[] = []
  let at = start
  for (;;) {
    while (at < end && isBlank(text.charCodeAt(at))) at += 1
    if (at >= end) return { words, isOpen: false }
    const from = at
    while (at < end && !isBlank(text.charCodeAt(at)) && text.charCodeAt(at) !== quote) at += 1
    const plain = text.slice(from, at)
    if (text.charCodeAt(at) !== quote || at >= end) {
      words.push({ text: plain, start: from, end: at })
      continue
    }
    const quoted = quotedPart(text, at + 1, end, escapes)
    at = quoted.end
    words.push({ text: plain + quoted.text, start: from, end: at })
    if (quoted.isOpen) return { words, isOpen: true }
  }
}

function quotedPart(
  text: string,
  start: number,
  end: number,
  escapes: boolean,
): { readonly text: string; readonly end: number; readonly isOpen: boolean } {
  let value = ''
  let from = start
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    if (code === quote) return { text: value + text.slice(from, at), end: at + 1, isOpen: false }
    if (code !== backslash || !escapes || at + 1 >= end) continue
    value += text.slice(from, at)
    from = at + 1
    at += 1
  }
  return { text: value + text.slice(from, end), end, isOpen: true }
}

// The text of an nft file cut into tokens, one at a time, where nft's own scanner cuts it. Dumps are large:
// it goes by character codes.

/** A token; `line` is the end of a line, `end` that of the text. */
export interface Token {
  readonly kind: 'word' | 'number' | 'address' | 'text' | 'symbol' | 'line' | 'end'
  /** Of a quoted text, what is between the quotes. */
  readonly text: string
  readonly start: number
  readonly end: number
}

/** The token at an offset, or behind the blanks and remarks that stand there. */
export function scan(text: string, offset: number): Token {
  const start = skipBlanks(text, offset)
  if (start >= text.length) return { kind: 'end', text: '', start: text.length, end: text.length }
  const code = text.charCodeAt(start)
  if (code === newline) return token('line', text, start, start + 1)
  if (code === hash) return token('word', text, start + 2, runEnd(text, start + 2, isWordPart))
  if (code === quote) return quoted(text, start)
  if (isHex(code) || code === colon) {
    const end = addressEnd(text, start)
    if (end > start) return token('address', text, start, end)
  }
  if (isDigit(code)) return numeral(text, start)
  if (isLetter(code)) return word(text, start)
  const isPair = pairs.has(text.slice(start, start + 2))
  return token('symbol', text, start, start + (isPair ? 2 : 1))
}

const [newline, quote, hash, colon, dot, backslash] = [10, 34, 35, 58, 46, 92]
const star = 42
const pairs: ReadonlySet<string> = new Set(['!=', '==', '<=', '>=', '<<', '>>'])

function token(kind: Token['kind'], text: string, start: number, end: number): Token {
  return { kind, text: text.slice(start, end), start, end }
}

function skipBlanks(text: string, offset: number): number {
  for (let at = offset; ; ) {
    const code = text.charCodeAt(at)
    if (code === 32 || code === 9 || code === 13) at += 1
    else if (code === hash) {
      // Some versions print matches of iptables as if they were remarks, and go on behind them.
      if (text.startsWith('# xt_', at)) return at
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (code === backslash && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at = text.indexOf('\n', at) + 1
    } else return at
  }
}

/** A quote that is not closed on its line ends with the line; its last character tells. */
function quoted(text: string, start: number): Token {
  const close = text.indexOf('"', start + 1)
  const line = text.indexOf('\n', start + 1)
  if (close >= 0 && (line < 0 || close < line)) {
    return { kind: 'text', text: text.slice(start + 1, close), start, end: close + 1 }
  }
  return token('symbol', text, start, line < 0 ? text.length : line)
}

/** Where an address of IP or Ethernet ends; where none is, the start. */
function addressEnd(text: string, start: number): number {
  let [dots, end] = [0, start]
  for (let code = text.charCodeAt(end); isDigit(code) || code === dot; ) {
    if (code === dot) dots += 1
    end += 1
    code = text.charCodeAt(end)
  }
  if (dots === 3) return end
  let colons = 0
  for (let code = text.charCodeAt(end); isHex(code) || code === colon || code === dot; ) {
    if (code === colon) colons += 1
    end += 1
    code = text.charCodeAt(end)
  }
  return colons > 1 ? end : start
}

/** A number; with letters behind it a time or another word that begins with a digit. */
function numeral(text: string, start: number): Token {
  const isHexForm = /^0x[0-9a-f]/i.test(text.slice(start, start + 3))
  if (isHexForm) return token('number', text, start, runEnd(text, start + 2, isHex))
  const end = runEnd(text, start, isDigit)
  return isLetter(text.charCodeAt(end))
    ? token('word', text, start, runEnd(text, end, isAlphanumeric))
    : token('number', text, start, end)
}

/** A word may end in a star: it then begins the names that are meant. */
function word(text: string, start: number): Token {
  let end = runEnd(text, start, isWordPart)
  if (text.charCodeAt(end) === star) end += 1
  else if (text.startsWith('\\*', end)) end += 2
  return token('word', text, start, end)
}

function runEnd(text: string, start: number, isPart: (code: number) => boolean): number {
  let end = start
  while (isPart(text.charCodeAt(end))) end += 1
  return end
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70)
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
}

function isAlphanumeric(code: number): boolean {
  return isLetter(code) || isDigit(code)
}

/** Letters, digits and `_./-`. */
function isWordPart(code: number): boolean {
  return isAlphanumeric(code) || (code >= 45 && code <= 47)
}

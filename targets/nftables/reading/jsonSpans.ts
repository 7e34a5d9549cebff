// Where the values of a JSON text begin and end: dumps are large, and only some of their places are asked
// for. The values themselves are parsed by JSON.parse.

/** A part of a text, end excluded. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** A member of an object; `end` is -1 where the text is cut off in its value. */
export interface Member extends Place {
  readonly key: string
}

const [quote, comma, colon, backslash, hash] = [34, 44, 58, 92, 35]
const [openBracket, closeBracket, openBrace, closeBrace] = [91, 93, 123, 125]

/** Behind blanks, and behind lines that begin with `#`: some versions of nft put warnings there. */
export function skipBlanks(text: string, offset: number): number {
  let at = offset
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === 32 || (code >= 9 && code <= 13)) at += 1
    else if (code === hash) {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else return at
  }
}

/** The members of the object at an offset. The last has the end -1 where the text is cut off. */
export function* membersAt(text: string, offset: number): Generator<Member> {
  for (let at = skipBlanks(text, offset + 1); text.charCodeAt(at) === quote; ) {
    const keyEnd = stringEnd(text, at)
    const key = keyEnd < 0 ? '' : text.slice(at + 1, keyEnd - 1)
    const between = keyEnd < 0 ? text.length : skipBlanks(text, keyEnd)
    if (text.charCodeAt(between) !== colon) return
    const start = skipBlanks(text, between + 1)
    const end = valueEnd(text, start)
    yield { key, start, end }
    if (end < 0) return
    at = skipComma(text, end)
  }
}

/** The items of the list at an offset. The last has the end -1 where the text is cut off. */
export function* itemsAt(text: string, offset: number): Generator<Place> {
  for (let at = skipBlanks(text, offset + 1); text.charCodeAt(at) !== closeBracket; ) {
    const end = at < text.length ? valueEnd(text, at) : -1
    yield { start: at, end }
    if (end < 0) return
    at = skipComma(text, end)
  }
}

/** The value of a key of the object at an offset. */
export function memberAt(text: string, offset: number, key: string): Member | undefined {
  for (const member of membersAt(text, offset)) if (member.key === key) return member
  return undefined
}

function skipComma(text: string, offset: number): number {
  const at = skipBlanks(text, offset)
  return text.charCodeAt(at) === comma ? skipBlanks(text, at + 1) : at
}

/** Where the value at an offset ends; -1 where it does not. */
export function valueEnd(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === quote) return stringEnd(text, start)
  if (first !== openBrace && first !== openBracket) return scalarEnd(text, start)
  let depth = 0
  for (let at = start; at < text.length; ) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = stringEnd(text, at)
      if (at < 0) return -1
      continue
    }
    if (code === openBrace || code === openBracket) depth += 1
    if (code === closeBrace || code === closeBracket) depth -= 1
    at += 1
    if (depth === 0) return at
  }
  return -1
}

function stringEnd(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === backslash) slashes += 1
    if (slashes % 2 === 0) return at + 1
  }
  return -1
}

function scalarEnd(text: string, start: number): number {
  const found = /[^\s,\]}]*/y
  found.lastIndex = start
  const length = found.exec(text)?.[0].length ?? 0
  // What is no value at all is passed over sign by sign.
  return Math.min(text.length, start + Math.max(1, length))
}

// Texts of the user's in rule files: the one function that makes them harmless, and names made of them.
import { digestName } from '../../src/algebra/sha256.ts'

/** Longest comment of an iptables rule, in bytes; longer ones would be cut without a word. */
const maxCommentBytes = 255
/** Stands for what was left out of a comment. */
const gap = '...'

/**
 * A comment as one quoted word of iptables-restore. Line ends and other characters without a shape
 * become "?": a line end would end the rule, and what follows would be read as another one.
 */
export function quoteComment(text: string): string {
  return `"${shorten(oneLine(text)).replace(/["\\]/g, '\\$&')}"`
}

/** Keeps both ends of a long text: the place in the source, which comes last, explains the rest. */
function shorten(text: string): string {
  if (bytesOf(text) <= maxCommentBytes) return text
  const room = Math.floor((maxCommentBytes - gap.length) / 2)
  const characters = [...text]
  const tail = upTo(room, characters.toReversed()).toReversed()
  return [...upTo(room, characters), gap, ...tail].join('')
}

function upTo(room: number, characters: readonly string[]): readonly string[] {
  let bytes = 0
  const end = characters.findIndex((character) => {
    bytes += bytesOf(character)
    return bytes > room
  })
  return characters.slice(0, end)
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Text for a line that is a comment as a whole. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?')
}

/** Length of digests in names: 80 bits. */
const digestLength = 16

/** A chain's name, at most 28 characters: the prefix says what it is, the digest what is in it. */
export function chainName(prefix: 'E' | 'I' | 'DE' | 'DI', contents: readonly string[]): string {
  return `NP-${prefix}-${digestName(contents, digestLength)}`
}

/** A set's name, at most 31 characters. */
export function setName(family: 4 | 6, contents: readonly string[]): string {
  return `np${family}-${digestName(contents, digestLength)}`
}

// Texts of the user's in rule files: harmless, and no longer than the kernel keeps.
import type { Policy } from '../ir/types.ts'

/** Stands for what was left out. */
const gap = '...'

/**
 * Text on one line: line ends and other characters without a shape become "?", since a line end would
 * end a comment, and what follows would be read as a rule.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '?')
}

/**
 * At most so many bytes of UTF-8. Keeps both ends of a long text: the place in the source, which comes
 * last, explains the rest.
 */
export function shorten(text: string, bytes: number): string {
  if (bytesOf(text) <= bytes) return text
  const room = Math.floor((bytes - gap.length) / 2)
  const characters = [...text]
  const tail = upTo(room, characters.toReversed()).toReversed()
  return [...upTo(room, characters), gap, ...tail].join('')
}

/** The first characters of a text, as many as have room in so many bytes. */
export function leading(text: string, bytes: number): string {
  return upTo(bytes, [...text]).join('')
}

function upTo(room: number, characters: readonly string[]): readonly string[] {
  let bytes = 0
  const end = characters.findIndex((character) => {
    bytes += bytesOf(character)
    return bytes > room
  })
  return end === -1 ? characters : characters.slice(0, end)
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length
}

/** `namespace/name`, or the name of a policy of the whole cluster. */
export function titleOf({ namespace, name }: Policy): string {
  return namespace === null ? name : `${namespace}/${name}`
}

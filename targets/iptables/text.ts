// Texts of the user's in rule files: the one function that makes them harmless, and names made of them.
import { digestName } from '../../src/algebra/sha256.ts'
import { leading, oneLine, shorten } from '../../src/firewall/text.ts'

/** Longest comment of an iptables rule, in bytes; longer ones would be cut without a word. */
const maxCommentBytes = 255

/**
 * A comment as one quoted word of iptables-restore. Line ends and other characters without a shape
 * become "?": a line end would end the rule, and what follows would be read as another one.
 */
export function quoteComment(text: string): string {
  return `"${shorten(oneLine(text), maxCommentBytes).replace(/["\\]/g, '\\$&')}"`
}

/** Length of digests in names: 80 bits. */
const digestLength = 16

/** What a chain is: the letters in its name. */
export type ChainKind = 'E' | 'I' | 'H' | 'N' | 'DE' | 'DI' | 'DH' | 'DN' | 'V'

/** A chain's name, at most 28 characters, from a digest of what it is for: what it holds may change. */
export function chainName(kind: ChainKind, identity: readonly string[]): string {
  return `NP-${kind}-${digestName(identity, digestLength)}`
}

/** A set's name, at most 31 characters. */
export function setName(family: 4 | 6, contents: readonly string[]): string {
  return `np${family}-${digestName(contents, digestLength)}`
}

/** Longest prefix of a line in the kernel's log, in bytes. */
const maxLogPrefix = 29

/** `netpolc shop/web: ` as one quoted word, cut to what the kernel keeps. */
export function quoteLogPrefix(title: string): string {
  const room = maxLogPrefix - 'netpolc : '.length
  const text = leading(oneLine(title), room)
  return `"netpolc ${text.replace(/["\\]/g, '\\$&')}: "`
}

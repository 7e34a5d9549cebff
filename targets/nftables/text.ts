// Texts of the user's in rules of nftables, and names.
import type { Family } from '../../src/algebra/address.ts'
import { printAddress } from '../../src/algebra/address.ts'
import type { Interval } from '../../src/algebra/interval.ts'
import { leading, oneLine, shorten } from '../../src/firewall/text.ts'

/** Longest comment, in bytes; one more and nft refuses the whole file. */
const maxCommentBytes = 127

/** A comment as nft writes it: there is no way to write a quote inside of quotes. */
export function quoteComment(text: string): string {
  return quote(shorten(harmless(text), maxCommentBytes))
}

/** Longest prefix of a line in the kernel's log, in bytes. */
const maxLogPrefix = 127

/** `"netpolc shop/web: "` */
export function quoteLogPrefix(title: string): string {
  return quote(`netpolc ${leading(harmless(title), maxLogPrefix - 'netpolc : '.length)}: `)
}

function quote(text: string): string {
  return `"${text}"`
}

function harmless(text: string): string {
  return oneLine(text).replace(/["\\]/g, "'")
}

/** `10.0.0.1`, `10.0.0.0/24` or `10.0.0.1-10.0.0.5`. */
export function printRange({ from, to }: Interval, family: Family): string {
  const first = printAddress({ family, value: from })
  if (from === to) return first
  const size = to - from + 1n
  const bits = size.toString(2).length - 1
  const isBlock = size === 1n << BigInt(bits) && from % size === 0n
  const width = family === 4 ? 32 : 128
  return isBlock ? `${first}/${width - bits}` : `${first}-${printAddress({ family, value: to })}`
}

/** `80` or `80-90`. */
export function printNumbers({ from, to }: Interval): string {
  return from === to ? `${from}` : `${from}-${to}`
}

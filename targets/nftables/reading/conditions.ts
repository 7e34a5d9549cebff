// Tests of what is not in the packet: how many came, how fast: nft(8), "limit statement", "quota
// statement", "connection limit". Each has one text for one meaning.
import type { Cursor } from './cursor.ts'

/** Reads one, if one is next; undefined, and nothing taken, where none is. */
export function readCondition(cursor: Cursor): string | undefined {
  const start = cursor.position
  const text = readAny(cursor)
  if (text === undefined) cursor.back(start)
  return text
}

function readAny(cursor: Cursor): string | undefined {
  if (cursor.takes('limit'))
    return cursor.sees('name') ? readNamed(cursor, 'limit') : readRate(cursor)
  if (cursor.takes('quota')) {
    return cursor.sees('name') ? readNamed(cursor, 'quota') : readQuota(cursor)
  }
  if (!cursor.sees('ct') || cursor.second.text !== 'count') return undefined
  cursor.next()
  cursor.next()
  const isOver = cursor.takes('over')
  const count = cursor.takesKind('number')
  return count && countText(Number(count), isOver)
}

function readNamed(cursor: Cursor, kind: 'limit' | 'quota'): string | undefined {
  cursor.next()
  const name = cursor.takesKind('text') ?? cursor.takesKind('word')
  return name && namedText(kind, name)
}

function readRate(cursor: Cursor): string | undefined {
  if (!cursor.takes('rate')) return undefined
  const isOver = cursor.takes('over')
  cursor.takes('until')
  const rate = cursor.takesKind('number')
  // `10/second`, `10 mbytes/second`
  const word = cursor.takesKind('word')
  const cut = word?.indexOf('/') ?? -1
  const unit = word === undefined ? null : word.slice(0, cut < 0 ? undefined : cut)
  const per =
    word !== undefined && cut >= 0
      ? word.slice(cut + 1)
      : cursor.takes('/')
        ? cursor.takesKind('word')
        : undefined
  if (rate === undefined || per === undefined) return undefined
  let burst: number | null = null
  let burstUnit: string | null = null
  if (cursor.takes('burst')) {
    burst = Number(cursor.takesKind('number'))
    burstUnit = cursor.takesAny(units) ?? null
  }
  return rateText({ rate: Number(rate), unit, per, burst, burstUnit, isOver })
}

const units = ['packets', 'bytes', 'kbytes', 'mbytes'] as const

function readQuota(cursor: Cursor): string | undefined {
  const isOver = cursor.takes('over')
  cursor.takes('until')
  const value = cursor.takesKind('number')
  const unit = cursor.takesKind('word')
  if (value === undefined || unit === undefined) return undefined
  if (cursor.takes('used')) {
    cursor.next()
    cursor.next()
  }
  return quotaText(Number(value), unit, isOver)
}

/** A limit, quota or other object of the table by its name. */
export function namedText(kind: string, name: string): string {
  return `${kind} name ${name}`
}

/** At most, or more than, so many connections. */
export function countText(count: number, isOver: boolean): string {
  return `ct count ${isOver ? 'over ' : ''}${count}`
}

/** At most, or more than, so many bytes. */
export function quotaText(value: number, unit: string, isOver: boolean): string {
  return `quota ${isOver ? 'over ' : ''}${value} ${unit}`
}

export interface Rate {
  readonly rate: number
  /** Null or `packets`: packets are counted; else units of bytes. */
  readonly unit: string | null
  readonly per: string
  readonly burst: number | null
  readonly burstUnit: string | null
  readonly isOver: boolean
}

/** At most, or more than, so much in a time; the usual burst is left out. */
export function rateText({ rate, unit, per, burst, burstUnit, isOver }: Rate): string {
  const ofBytes = unit !== null && unit !== 'packets'
  const usual = ofBytes ? 0 : 5
  const more = burst === null || burst === usual ? '' : ` burst ${burst} ${burstUnit ?? 'packets'}`
  return `limit rate ${isOver ? 'over ' : ''}${rate}${ofBytes ? ` ${unit}` : ''}/${per}${more}`
}

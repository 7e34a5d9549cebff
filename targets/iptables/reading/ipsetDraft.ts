// A set of ipset while it is read: what its creation says, and the elements that come and go.
import type { Family } from '../../../src/algebra/address.ts'
import type { NamedSet, SetElement } from '../../../src/ruleset/types.ts'
import type { Source } from '../../../src/source/source.ts'
import { withoutExceptions } from './exceptions.ts'
import type { Extent } from './extension.ts'
import { type ElementForm, partsOf } from './ipsetElements.ts'
import { componentsOf } from './ipsetTypes.ts'
import type { Word } from './lexer.ts'
import { allBits, readAddress, readAddresses, readNumber } from './values.ts'

/** Options by name; those without a value have an empty one. */
export type IpsetOptions = ReadonlyMap<string, string>

type Complain = (at: Extent, message: string) => void

const options = {
  create: {
    valued: `family hashsize maxelem timeout netmask bitmask markmask range size bucketsize initval probes
      resize gc from to`,
    plain: 'counters comment skbinfo forceadd exist !',
  },
  add: {
    valued: 'timeout packets bytes comment skbmark skbprio skbqueue before after',
    plain: 'nomatch wildcard exist !',
  },
} as const

/** The options of a command, from the word `from` on; `-exist` and `exist` are one. */
export function readOptions(
  words: readonly Word[],
  command: 'create' | 'add',
  complain: Complain,
): IpsetOptions {
  const found = new Map<string, string>()
  const valued = options[command].valued.split(/\s+/)
  const plain = options[command].plain.split(' ')
  for (let at = 3; at < words.length; at += 1) {
    const word = words[at]
    const name = word?.text.replace(/^-+/, '') ?? ''
    if (valued.includes(name)) {
      found.set(name, words[at + 1]?.text ?? '')
      at += 1
    } else if (plain.includes(name)) found.set(name, '')
    else if (word !== undefined)
      complain(word, `"${word.text}" is no option of ipset that is known`)
  }
  return found
}

/** A set and its elements. */
export class IpsetDraft {
  readonly #type: string
  readonly #options: IpsetOptions
  /** Null for a list of sets, and for a type that is not known. */
  readonly #form: ElementForm | null
  readonly #source: Source
  readonly #at: Extent
  readonly #isModelled: boolean
  #elements: SetElement[] = []
  #members: string[] = []
  #isKnown: boolean

  constructor(
    name: string,
    type: string,
    given: IpsetOptions,
    source: Source,
    at: Extent,
    complain: Complain,
  ) {
    const components = componentsOf(type)
    this.#type = type
    this.#options = given
    this.#source = source
    this.#at = at
    this.#isModelled = components !== undefined
    const isTimed = !['', '0'].includes(given.get('timeout') ?? '0')
    this.#isKnown = this.#isModelled && !isTimed
    const family = given.get('family') === 'inet6' ? 6 : 4
    const markMask = readNumber(given.get('markmask') ?? '') ?? allBits
    const mask = maskIn(given, family)
    if (mask === undefined) {
      complain(at, `the mask of the set "${name}" is not valid`)
      this.#isKnown = false
    }
    this.#form =
      components === undefined || components.includes('set')
        ? null
        : { components, family, mask: mask ?? null, markMask }
  }

  /** Some element could not be read. */
  fail(): void {
    this.#isKnown = false
  }

  /** False for what is no element of the set. */
  add(element: string, given: IpsetOptions, at: Extent): boolean {
    if (!['', '0'].includes(given.get('timeout') ?? '')) this.#isKnown = false
    if (this.#isList) this.#insert(element, given)
    else {
      const parts = this.#parts(element, given.has('wildcard'))
      if (parts === undefined) return false
      const span = { source: this.#source, start: at.start, end: at.end }
      this.#elements.push({ parts, isException: given.has('nomatch'), action: null, at: span })
    }
    return true
  }

  /** Takes the elements out that have the same parts. */
  delete(element: string): void {
    this.#members = this.#members.filter((member) => member !== element)
    const key = JSON.stringify(this.#parts(element, false), plainly)
    this.#elements = this.#elements.filter(({ parts }) => JSON.stringify(parts, plainly) !== key)
  }

  flush(): void {
    this.#elements = []
    this.#members = []
  }

  /** The set under a name. */
  finish(name: string): NamedSet {
    const family = this.#family
    const isSimple = this.#form?.components.length === 1 && family !== null
    const hasExceptions = this.#elements.some(({ isException }) => isException)
    return {
      name,
      type: this.#type,
      family,
      elements:
        isSimple && hasExceptions ? withoutExceptions(this.#elements, family) : this.#elements,
      members: this.#isList ? this.#members : null,
      isKnown: this.#isKnown,
      count: this.#isList ? this.#members.length : this.#elements.length,
      capacity: this.#capacity,
      at: { source: this.#source, start: this.#at.start, end: this.#at.end },
    }
  }

  get #isList(): boolean {
    return this.#isModelled && this.#form === null
  }

  get #family(): Family | null {
    if (this.#form === null) return null
    const { components, family } = this.#form
    return components.includes('ip') || components.includes('net') ? family : null
  }

  /** Only hashes have room for so and so many; 0 is no limit, and lists grow as they need. */
  get #capacity(): number | null {
    if (this.#form === null || !/^hash:|hash$/.test(this.#type)) return null
    const most = readNumber(this.#options.get('maxelem') ?? '65536')
    return most === 0 ? null : (most ?? null)
  }

  #parts(element: string, isWildcard: boolean): SetElement['parts'] | undefined {
    if (this.#form === null) return [{ kind: 'unknown', text: element }]
    return partsOf(element, this.#form, isWildcard)
  }

  /** Members of a list stand where `before` and `after` say. */
  #insert(member: string, given: IpsetOptions): void {
    const before = this.#members.indexOf(given.get('before') ?? '')
    const after = this.#members.indexOf(given.get('after') ?? '')
    const place = before >= 0 ? before : after >= 0 ? after + 1 : this.#members.length
    this.#members.splice(place, 0, member)
  }
}

/** Bits of addresses that count; null where nothing is said, undefined where it is not valid. */
function maskIn(given: IpsetOptions, family: Family): bigint | null | undefined {
  const bitmask = given.get('bitmask')
  const netmask = given.get('netmask')
  if (bitmask !== undefined) return readAddress(bitmask, family)
  if (netmask === undefined) return null
  const [block] = readAddresses(`${family === 4 ? '0.0.0.0' : '::'}/${netmask}`, family) ?? []
  return block && ((1n << (family === 4 ? 32n : 128n)) - 1n) ^ block.to
}

function plainly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

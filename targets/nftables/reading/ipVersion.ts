// Which IP version the tests of one rule ask for, so far. nft puts a test of the version before those of
// headers that need it, but leaves it out where the rule seems to have said it; for ICMP it then looks
// at packets of the other version too, and prints the rule as if it did not. Such rules are refused.
import type { Family } from '../../../src/algebra/address.ts'
import type { Span } from '../../../src/source/source.ts'
import type { Field } from './fields.ts'
import { familyNames } from './names.ts'
import { type Cursor, help } from './tokens.ts'
import type { Element, TableFamily } from './types.ts'

const ofTable: Readonly<Record<TableFamily, Family | null>> = { inet: null, ip: 4, ip6: 6 }

/** Follows the tests of a rule from left to right. */
export class IpVersion {
  readonly #cursor: Cursor
  #family: Family | null
  /** Whether protocols, or several versions, were asked for before the version was known. */
  #isLoose = false

  constructor(cursor: Cursor, family: TableFamily) {
    this.#cursor = cursor
    this.#family = ofTable[family]
  }

  /** Takes the fields of the next test; reports those that cannot follow, and tells so by false. */
  take(own: readonly Field[], at: Span): boolean {
    for (const { family, part, words } of own) {
      const isIcmp = part === 'ICMP type' || part === 'ICMP code'
      const isOther = family !== null && this.#family !== null && this.#family !== family
      if (isIcmp && (isOther || (this.#family === null && this.#isLoose))) {
        const message = `"${words}" is not read here: nft would not look at the IP version`
        const remedy = `write "${words}" without a protocol before it, or behind a test of addresses`
        this.#cursor.reporter.report('NP2021', { message, at, help: remedy })
        return false
      }
      if (isOther) return this.#conflict(at)
      this.#family = family ?? this.#family
    }
    return true
  }

  /** Notes the values that a single field has to have one of. */
  fix({ part }: Field, values: readonly Element[]): void {
    if (part === 'protocol') this.#isLoose = true
    if (part !== 'family') return
    const [first, ...others] = values.map(({ box }) => box[0]?.from)
    this.#isLoose ||= others.length > 0
    if (others.length === 0) this.#family = first === BigInt(familyNames.get('ipv6') ?? 0) ? 6 : 4
  }

  /** Takes the version that an answer of ICMP asks for. */
  reject(family: Family, at: Span): boolean {
    return this.#family === null || this.#family === family || this.#conflict(at)
  }

  #conflict(at: Span): boolean {
    const message = 'the tests of the rule are about both IP versions'
    this.#cursor.reporter.report('NP2022', { message, at, help })
    return false
  }
}

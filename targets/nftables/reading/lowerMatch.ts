// Tests of rules → those of the neutral rule set, with what they ask of the packet beside: nft puts a test
// of the IP version and the protocol before a field that needs them.
import type { Family } from '../../../src/algebra/address.ts'
import { protocolNumbers } from '../../../src/ir/types.ts'
import type { Match, PacketField, SetElement, Test } from '../../../src/ruleset/types.ts'
import type { Span } from '../../../src/source/source.ts'
import { partOf } from './keys.ts'
import { alternatives, eachBit } from './lowerBits.ts'
import { type Comparing, isIcmp, lowerTest, matchOf, type Tested } from './lowerTest.ts'
import { type Field, fieldOf, isKeyField } from './packetFields.ts'
import { hasValue, isOfConnection, withConnection } from './presence.ts'
import { print, printTest } from './print.ts'
import { type Expression, type Statement, seenBy, type TableFamily } from './syntax.ts'

/** What lowering needs to know of the table, and whom it tells what is not modelled. */
export interface Surroundings {
  readonly family: TableFamily
  /** What rules of the table give other values: it is not the same wherever it is asked. */
  readonly changed: ReadonlySet<string>
  readonly note: (text: string, at: Span) => void
}

type MatchStatement = Statement & { readonly kind: 'match' }

/** The tests of one rule from left to right: what was asked before needs not be asked again. */
export class Matches {
  readonly #around: Surroundings
  #family: Family | null
  /** Whether protocols or versions were asked for in a way that nft takes for the version itself. */
  #isLoose = false
  #protocols: ReadonlySet<number> | null = null

  constructor(around: Surroundings) {
    this.#around = around
    const [only, other] = seenBy[around.family]
    this.#family = only !== undefined && other === undefined ? only : null
  }

  /** The tests that one statement stands for; all have to hold. */
  lower({ left, comparison, right, at }: MatchStatement): readonly Match[] {
    if (left.kind === 'concat') return this.#concat(left.parts, comparison, right, at)
    const { of, mask } = splitMask(left)
    if (of.kind !== 'selector') return [this.#unknown(left, comparison, right, at)]
    const field = fieldOf(of.words)
    const comparing: Comparing = { field, mask, comparison, right }
    const asked = this.asked([field], at)
    const test = this.#single(comparing, at)
    const own = test ?? this.#unknown(left, comparison, right, at)
    const isOtherIcmp = this.#isOtherIcmp(field)
    const found =
      isOtherIcmp === null ? own : this.#ofOther(isOtherIcmp, own, { left, comparison, right, at })
    const whole = this.#ports([field], found, { left, comparison, right, at })
    if (test !== null) this.#remember(field, test)
    return [...asked, whole]
  }

  /** What naming fields asks of the packet. */
  asked(fields: readonly Field[], at: Span): readonly Match[] {
    const found: Match[] = fields.some(isOfConnection) ? [withConnection(at)] : []
    for (const field of fields) {
      const { family, protocol } = field
      // Where the version was asked for in another way, nft does not ask for that of ICMP.
      if (family !== null && this.#isOtherIcmp(field) === null && this.#family !== family) {
        found.push({ kind: 'family', family, negated: false, at })
        this.#family ??= family
      }
      if (protocol !== null && !this.#isOnly(protocol)) {
        const ranges = [{ from: protocol, to: protocol }]
        found.push({ kind: 'protocol', ranges, negated: false, at })
        this.#protocols = new Set([protocol])
      }
    }
    return found
  }

  /** The parts of a key, and what naming them asks of the packet. */
  key(
    key: Expression,
    at: Span,
  ): {
    readonly fields: readonly Field[]
    readonly own: readonly PacketField[]
    readonly asked: readonly Match[]
  } {
    const fields = (key.kind === 'concat' ? key.parts : [key]).map(fieldIn)
    const own = fields.map(keyField)
    for (const field of own) if (field.kind === 'unknown') this.#around.note(field.text, at)
    return { fields, own, asked: this.asked(fields, at) }
  }

  #isOnly(protocol: number): boolean {
    return this.#protocols?.size === 1 && this.#protocols.has(protocol)
  }

  /** The IP version of a field of ICMP whose version nft would not ask for here; null where it would. */
  #isOtherIcmp(field: Field): Family | null {
    if (!isIcmp(field) || field.family === null) return null
    const isOther = this.#family !== null && this.#family !== field.family
    return isOther || (this.#family === null && this.#isLoose) ? field.family : null
  }

  /** A field of ICMP that is looked at in packets of the other version too: there it means nothing. */
  #ofOther(family: Family, own: Match, test: Asked): Match {
    const { at } = test
    const version = { kind: 'family', family, at } as const
    const of = [
      [{ ...version, negated: false }, own],
      [{ ...version, negated: true }, odd(test)],
    ]
    return { kind: 'any', of, negated: false, at }
  }

  #remember({ field, words }: Field, test: Tested): void {
    if (test.negated) return
    if (test.kind === 'family') this.#family ??= test.family
    if (test.kind === 'constant' && field.kind === 'family') this.#isLoose = true
    if (test.kind !== 'protocol') return
    if (words === 'meta l4proto') this.#isLoose = true
    const numbers = test.ranges.flatMap(({ from, to }) =>
      to - from > 8 ? [-1] : Array.from({ length: to - from + 1 }, (_, at) => from + at),
    )
    this.#protocols = new Set(numbers)
  }

  #single(comparing: Comparing, at: Span): (Match & Tested) | null {
    const whole = lowerTest(comparing)
    if (whole !== null) return { ...whole, at }
    const cases = alternatives(comparing) ?? eachBit(comparing)
    if (cases === null) return null
    const of: (readonly Match[])[] = []
    for (const one of cases) {
      const test = lowerTest(one)
      if (test === null) return null
      of.push([matchOf(test, at)])
    }
    return { kind: 'any', of, negated: false, at }
  }

  /** Ports by their place alone, `th dport`, are those of any protocol: of some they are no ports. */
  #ports(fields: readonly Field[], own: Match, test: Asked): Match {
    const isOpen =
      fields.some(({ words }) => words === 'th sport' || words === 'th dport') &&
      !fields.some(({ field, protocol }) => field.kind === 'protocol' || protocol !== null)
    const isKnown = [...(this.#protocols ?? [-1])].every((one) => withPorts.includes(one))
    if (!isOpen || isKnown) return own
    const ranges = withPorts.map((one) => ({ from: one, to: one }))
    const { at } = test
    const of = [
      [{ kind: 'protocol', ranges, negated: false, at } as const, own],
      [{ kind: 'protocol', ranges, negated: true, at } as const, odd(test)],
    ]
    return { kind: 'any', of, negated: false, at }
  }

  #concat(
    parts: readonly Expression[],
    comparison: MatchStatement['comparison'],
    right: Expression,
    at: Span,
  ): readonly Match[] {
    const { fields, own, asked } = this.key({ kind: 'concat', parts, at }, at)
    const test = boxesOf(fields, own, right)
    if (test === null || !['implicit', '==', '!='].includes(comparison)) {
      const left: Expression = { kind: 'concat', parts, at }
      return [...asked, this.#unknown(left, comparison, right, at)]
    }
    const match = { ...test, negated: comparison === '!=', at }
    return [
      ...asked,
      this.#ports(fields, match, { left: { kind: 'concat', parts, at }, comparison, right, at }),
    ]
  }

  #unknown(
    left: Expression,
    comparison: MatchStatement['comparison'],
    right: Expression,
    at: Span,
  ): Match {
    const text = printTest(left, comparison, right)
    const negated = comparison === '!=' || comparison === '!'
    const stable = this.#isStable(left)
    this.#around.note(text, at)
    const test: Match = { kind: 'unknown', text, stable, negated, at }
    if (!negated || hasValue(left)) return test
    const there: Match = { ...test, text: `${print(left)} is there`, negated: false }
    return { kind: 'any', of: [[test, there]], negated: false, at }
  }

  #isStable(left: Expression): boolean {
    switch (left.kind) {
      case 'number maker':
        return left.stable
      case 'selector':
        return left.words !== 'meta random' && !this.#around.changed.has(left.words)
      case 'binary':
        return this.#isStable(left.left) && this.#isStable(left.right)
      case 'concat':
        return left.parts.every((part) => this.#isStable(part))
    }
    return left.kind === 'value' || left.kind === 'list'
  }
}

type Asked = Pick<MatchStatement, 'left' | 'comparison' | 'right' | 'at'>

/** A test of bytes that are something else in the packet: they are compared all the same. */
function odd({ left, comparison, right, at }: Asked): Match {
  const text = `bytes of ${printTest(left, comparison, right)}`
  const negated = comparison === '!=' || comparison === '!'
  return { kind: 'unknown', text, stable: true, negated, at }
}

const withPorts: readonly number[] = [
  ...[protocolNumbers.TCP, protocolNumbers.UDP, 33, protocolNumbers.SCTP, 136],
]

/** `selector & mask` taken apart. */
function splitMask(left: Expression): {
  readonly of: Expression
  readonly mask: Expression | null
} {
  const isMasked = left.kind === 'binary' && left.operator === '&'
  return isMasked ? { of: left.left, mask: left.right } : { of: left, mask: null }
}

function fieldIn(part: Expression): Field {
  return part.kind === 'selector'
    ? fieldOf(part.words)
    : {
        ...{ words: print(part), field: { kind: 'unknown', text: print(part) }, type: null },
        ...{ family: null, protocol: null },
      }
}

function keyField({ field, words }: Field): PacketField {
  return isKeyField(field) ? field : { kind: 'unknown', text: words }
}

/** What several values together are looked for in; null where it is not modelled. */
function boxesOf(
  fields: readonly Field[],
  own: readonly PacketField[],
  right: Expression,
): Test | null {
  if (right.kind === 'set name') {
    return { kind: 'set', name: right.name, fields: own, isConditional: false }
  }
  const keys = right.kind === 'set' ? right.items : [{ key: right, at: right.at }]
  const elements = keys.map(({ key, at }): SetElement => {
    return { parts: partsOf(key, fields), isException: false, action: null, at }
  })
  const isWhole = elements.every(({ parts }) => parts.length === fields.length)
  return isWhole ? { kind: 'boxes', fields: own, elements } : null
}

/** The parts of a key; all of them where it is the star. */
export function partsOf(
  key: Expression,
  fields: readonly Pick<Field, 'type'>[],
): SetElement['parts'] {
  if (key.kind === 'any') return fields.map(({ type }) => partOf(key, type))
  const parts = key.kind === 'concat' ? key.parts : [key]
  return parts.map((part, index) => partOf(part, fields[index]?.type ?? null))
}

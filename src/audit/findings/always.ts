// What can be told of a match by itself: whether it holds for every packet that its table sees.
import { bitsOf } from '../../algebra/address.ts'
import {
  type Match,
  type NumberRange,
  packetStates,
  type Rule,
  type Table,
} from '../../ruleset/types.ts'

/** Whether the rule's matches hold for every packet. */
export function isUnconditional({ matches }: Rule, table: Table): boolean {
  return matches.every((match) => holdsAlways(match, table))
}

/** Whether a match holds for every packet that the table sees. */
export function holdsAlways(match: Match, table: Table): boolean {
  if (match.negated) return match.kind === 'constant' && !match.holds
  switch (match.kind) {
    case 'constant':
      return match.holds
    case 'family':
      return table.families.every((family) => family === match.family)
    case 'address':
      return (
        table.families.every((family) => family === match.family) &&
        isWhole(match.set, 1n << BigInt(bitsOf(match.family)))
      )
    case 'protocol':
      return covers(match.ranges, 0, 255)
    case 'interface':
      return match.names.some(({ text, isPrefix }) => isPrefix && text === '')
    case 'state':
      return packetStates.every((state) => match.states.includes(state))
    case 'mark':
      return match.mask === 0 && covers(match.ranges, 0, 0)
    case 'any':
      return match.of.some((all) => all.every((one) => holdsAlways(one, table)))
    default:
      return false
  }
}

function isWhole(
  set: readonly { readonly from: bigint; readonly to: bigint }[],
  size: bigint,
): boolean {
  const [only] = set
  return set.length === 1 && only?.from === 0n && only.to === size - 1n
}

function covers(ranges: readonly NumberRange[], first: number, last: number): boolean {
  return ranges.some(({ from, to }) => from <= first && to >= last)
}

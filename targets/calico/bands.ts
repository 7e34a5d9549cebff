// A tier as the policies that mean the same in a Calico tier, where the first match decides and every
// policy isolates. What that leaves out is put into bands of order:
//
//   denies ── allows ── what isolating policies deny at the end ── what the others leave to later tiers
//
// A band stands only where it changes something, and policies of one band keep their sequence.
import { everyone } from '../../src/ir/selector.ts'
import {
  type Action,
  type Direction,
  directions,
  type Policy,
  type Rule,
  type Section,
  type Tier,
} from '../../src/ir/types.ts'
import type { CalicoOptions } from './options.ts'

/** Which part of a policy of the IR a Calico policy is. */
export type Band = 'whole' | 'deny' | 'default-deny' | 'default-pass'

/** One Calico policy to be: a policy that isolates wherever it governs, with its order. */
export interface Piece {
  readonly policy: Policy
  readonly band: Band
  readonly order: number | null
}

/** The pieces of a tier in a Calico tier that ends in `end`. */
export function piecesOf(
  tier: Tier,
  end: Tier['default'],
  options: CalicoOptions,
): readonly Piece[] {
  const after = tailOf(tier, end, options)
  return tier.combining === 'first-match'
    ? firstMatchPieces(tier, after)
    : denyOverridesPieces(tier, after, options)
}

/** A policy of one of the bands behind the rules; how far behind, in bands. */
interface Tail {
  readonly policy: Policy
  readonly index: number
  readonly band: 'default-deny' | 'default-pass'
}

const bandsBehind = { 'default-deny': 1, 'default-pass': 2 } as const

function firstMatchPieces({ policies }: Tier, tail: readonly Tail[]): readonly Piece[] {
  const orders = policies.flatMap(({ order }) => order ?? [])
  // Behind policies without an order nothing can stand, so they get one.
  const last = tail.length === 0 ? null : beyond(Math.max(0, ...orders))
  return [
    ...policies.map((policy): Piece => ({ policy, band: 'whole', order: policy.order ?? last })),
    ...tail.map(
      ({ policy, band }): Piece => ({
        policy,
        band,
        order: bandsBehind[band] === 1 ? beyond(last ?? 0) : beyond(beyond(last ?? 0)),
      }),
    ),
  ]
}

/** An order behind this one, and so far that there are others between. */
export function beyond(order: number): number {
  return order + Math.max(1, Math.abs(order) / 2 ** 40)
}

function denyOverridesPieces(
  { policies }: Tier,
  tail: readonly Tail[],
  { order, orderStep }: CalicoOptions,
): readonly Piece[] {
  // Far enough that no band reaches into the next, whatever the step.
  const gap = Math.abs(orderStep) * policies.length + 1
  const orderAt = (index: number, bands: number): number => order + index * orderStep + bands * gap
  const split = policies.some((policy) => hasRule(policy, isDeny))
  return [
    ...policies.flatMap((policy, index): Piece[] => {
      const whole = { policy: keeping(policy, isNoPass), band: 'whole' } as const
      if (!split || !hasRule(policy, isDeny)) return [{ ...whole, order: orderAt(index, 0) }]
      if (!hasRule(policy, isNoDeny)) return [{ ...whole, order: orderAt(index, -1) }]
      return [
        { policy: onlyDenying(policy), band: 'deny', order: orderAt(index, -1) },
        { policy: keeping(policy, isNoDeny), band: 'whole', order: orderAt(index, 0) },
      ]
    }),
    ...tail.map(
      ({ policy, index, band }): Piece => ({
        policy,
        band,
        order: orderAt(index, bandsBehind[band]),
      }),
    ),
  ]
}

const isDeny = ({ action }: Rule): boolean => action === 'deny'
// Where denies override, nothing is passed: such a rule says nothing.
const isNoPass = ({ action }: Rule): boolean => action !== 'pass'
const isNoDeny = (rule: Rule): boolean => isNoPass(rule) && !isDeny(rule)

function hasRule(policy: Policy, test: (rule: Rule) => boolean): boolean {
  return directions.some((direction) => policy[direction]?.rules.some(test))
}

function keeping(policy: Policy, test: (rule: Rule) => boolean): Policy {
  if (!hasRule(policy, (rule) => !test(rule))) return policy
  return withSections(policy, (section) => ({ ...section, rules: section.rules.filter(test) }))
}

/** The directions in which a policy denies, with the denies alone. */
function onlyDenying(policy: Policy): Policy {
  return withSections(policy, (section) =>
    section.rules.some(isDeny) ? { ...section, rules: section.rules.filter(isDeny) } : null,
  )
}

function withSections(
  policy: Policy,
  change: (section: Section, direction: Direction) => Section | null,
): Policy {
  const [ingress = null, egress = null] = directions.map((direction) => {
    const section = policy[direction]
    return section === null ? null : change(section, direction)
  })
  return { ...policy, ingress, egress }
}

/** What has to be said after all rules, because the end of the Calico tier says it otherwise. */
function tailOf(tier: Tier, end: Tier['default'], { version }: CalicoOptions): readonly Tail[] {
  const mixed = directions.filter((direction) =>
    tier.policies.some((policy) => policy[direction]?.isolates === false),
  )
  const denies = (section: Section, direction: Direction): boolean =>
    tier.default === 'deny' && section.isolates && (end === 'pass' || mixed.includes(direction))
  const passes = (section: Section): boolean =>
    end === 'deny' && (tier.default === 'pass' || !section.isolates)
  // Without tiers nothing comes later but what lets through where no policy is.
  const pass = version.tiers ? 'pass' : 'allow'
  return [
    ...ending(tier, 'default-deny', 'deny', denies),
    ...ending(tier, 'default-pass', pass, passes),
  ]
}

function ending(
  { policies }: Tier,
  band: Tail['band'],
  action: Action,
  isMeant: (section: Section, direction: Direction) => boolean,
): readonly Tail[] {
  return policies.flatMap((policy, index) => {
    const rule: Rule = {
      action,
      subjects: everyone,
      peers: everyone,
      traffic: [{ kind: 'all' }],
      conditions: [],
      origins: [policy.origin],
    }
    const own = withSections(policy, (section, direction) =>
      isMeant(section, direction) ? { isolates: true, rules: [rule] } : null,
    )
    return directions.every((direction) => own[direction] === null)
      ? []
      : [{ policy: own, index, band }]
  })
}

// A profile worked out: cells that part all traffic, and in each the addresses that are let through.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Interval, union } from '../../../src/algebra/interval.ts'
import {
  type Cell,
  type CellDecision,
  type Decisions,
  decisionsOf,
  type Share,
} from '../../../src/firewall/decisions.ts'
import type { Peer, PolicySet, Rule, Tier, Traffic } from '../../../src/ir/types.ts'
import { numberOf, peerContext, rule, stages, tier, words } from './building.ts'

const test = suite('decisions')

function decisions(tiers: readonly Tier[]): Decisions {
  const set: PolicySet = { tiers }
  const [profile] = stages(set).flatMap(({ kind, profiles }) =>
    kind === 'ingress' ? profiles : [],
  )
  if (profile === undefined) throw new Error('nobody is governed')
  return decisionsOf('ingress', profile, peerContext())
}

const tcp = (from: number, to: number): Traffic => ({
  kind: 'ports',
  protocol: 'TCP',
  ports: { kind: 'range', from, to },
})
const from = (text: string, prefix: number): readonly Peer[] => [
  { kind: 'cidr', cidr: { family: 4, base: numberOf(text), prefix }, except: [] },
]
const ten = from('10.0.0.0', 8)
const narrow = from('10.0.0.0', 30)

/** The cell that TCP to a port is in. */
function at({ cells }: Decisions, port: bigint): CellDecision {
  const found = cells.find(
    ({ cell }) =>
      cell.kind === 'ports' &&
      cell.protocol === 'TCP' &&
      cell.range.from <= port &&
      port <= cell.range.to,
  )
  if (found === undefined) throw new Error(`no cell for ${port}`)
  return found
}

const shown = (shares: readonly Share[]): readonly string[] =>
  shares.map(({ addresses, by }) => `${words(addresses).join(' ')} by ${by?.policy.name ?? 'end'}`)
const outcome = (tiers: readonly Tier[], port = 80n): readonly (readonly string[])[] => {
  const { allowed, denied } = at(decisions(tiers), port)
  return [shown(allowed), shown(denied)]
}

const everybody = '0.0.0.0-255.255.255.255'
const tenNet = '10.0.0.0-10.255.255.255'
const butTen = '0.0.0.0-9.255.255.255 11.0.0.0-255.255.255.255'

test('cells part all traffic: none missing, none twice', () => {
  const rules: readonly Rule[] = [
    rule({ traffic: [tcp(80, 90), tcp(85, 100)] }),
    rule({ traffic: [{ kind: 'icmp', family: 4, type: 8, code: 0 }] }),
    rule({
      traffic: [
        { kind: 'protocols', from: 40, to: 60 },
        { kind: 'protocols', from: 6, to: 6 },
      ],
    }),
  ]
  const cells = decisions([tier([rules])]).cells.map(({ cell }) => cell)
  const sizeOf = ({ from: a, to: b }: Interval): number => Number(b - a) + 1
  const sum = (of: (cell: Cell) => number): number => cells.reduce((left, one) => left + of(one), 0)
  for (const protocol of ['TCP', 'UDP', 'SCTP']) {
    const ranges = cells.flatMap((one) =>
      one.kind === 'ports' && one.protocol === protocol ? one.range : [],
    )
    assert.equal(union(ranges), [{ from: 1n, to: 65535n }])
    assert.is(
      ranges.reduce((left, one) => left + sizeOf(one), 0),
      65535,
    )
  }
  assert.is(
    sum((one) => (one.kind === 'icmp' ? sizeOf(one.types) * sizeOf(one.codes) : 0)),
    256 * 256,
  )
  // All but ICMP and the three with ports.
  assert.is(
    sum((one) => (one.kind === 'others' ? sizeOf(one.range) : 0)),
    252,
  )
})

test('where several rules match, the first decides', () => {
  const rules = [
    [rule({ peers: narrow, action: 'deny' })],
    [rule({ peers: ten, traffic: [tcp(80, 80)] })],
  ]
  assert.equal(outcome([tier(rules)]), [
    ['10.0.0.4-10.255.255.255 by p1'],
    ['10.0.0.0-10.0.0.3 by p0', `${butTen} by end`],
  ])
  assert.equal(outcome([tier(rules)], 81n), [
    [],
    ['10.0.0.0-10.0.0.3 by p0', '0.0.0.0-9.255.255.255 10.0.0.4-255.255.255.255 by end'],
  ])
})

test('deny-overrides: no order saves what is denied', () => {
  const rules = [[rule({})], [rule({ peers: ten, action: 'deny' })]]
  assert.equal(outcome([tier(rules, { combining: 'deny-overrides' })]), [
    [`${butTen} by p0`],
    [`${tenNet} by p1`],
  ])
})

test('what is passed leaves its tier, and the next decides; the rest ends here', () => {
  const first = tier([[rule({ peers: ten, action: 'pass' })]])
  const second = tier([[rule({ peers: narrow })]])
  assert.equal(outcome([first, second]), [
    ['10.0.0.0-10.0.0.3 by p0'],
    [`${butTen} by end`, '10.0.0.4-10.255.255.255 by end'],
  ])
})

test('after the last tier all is allowed that was not decided', () => {
  const passing = tier([[rule({ peers: ten, action: 'deny' })]], { default: 'pass' })
  assert.equal(outcome([passing]), [[`${butTen} by end`], [`${tenNet} by p0`]])
  assert.equal(outcome([tier([[rule({ peers: ten, action: 'pass' })]])]), [
    [`${tenNet} by end`],
    [`${butTen} by end`],
  ])
})

test('a rule logs what is still open, and decides nothing', () => {
  const rules = [
    [rule({ peers: narrow })],
    [rule({ peers: ten, action: 'log', traffic: [tcp(80, 80)] })],
    [rule({ peers: ten, action: 'deny' })],
  ]
  const own = decisions([tier(rules)])
  assert.equal(
    own.logs.map(({ by, cells }) => [by.policy.name, ...cells.map((one) => words(one.addresses))]),
    [['p1', ['10.0.0.4-10.255.255.255']]],
  )
  assert.equal(shown(at(own, 80n).denied), ['10.0.0.4-10.255.255.255 by p2', `${butTen} by end`])
})

test('rules log in their order, whichever traffic comes first', () => {
  const log = (traffic: Traffic): readonly Rule[] => [rule({ action: 'log', traffic: [traffic] })]
  const own = decisions([tier([log(tcp(80, 80)), log(tcp(1, 90))])])
  assert.equal(
    own.logs.map(({ by, cells }) => [
      by.policy.name,
      ...cells.flatMap(({ cell }) =>
        cell.kind === 'ports' ? `${cell.range.from}-${cell.range.to}` : [],
      ),
    ]),
    [
      ['p0', '80-80'],
      ['p1', '1-79', '80-80', '81-90'],
    ],
  )
})

test('a rule that logs after all is decided logs nothing', () => {
  const own = decisions([tier([[rule({}), rule({ action: 'log' })], [rule({ action: 'deny' })]])])
  assert.equal(own.logs, [])
  assert.ok(own.cells.every(({ allowed, denied }) => allowed.length === 1 && denied.length === 0))
  assert.equal(shown(at(own, 1n).allowed), [`${everybody} by p0`])
})

test.run()

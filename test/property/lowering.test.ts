// Laws of lowering: rules without order mean what ordered tiers of any kind meant, and the sets that this
// is computed with are those that the interpreter has.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressesOf, families, toCidrs } from '../../src/algebra/address.ts'
import { union } from '../../src/algebra/interval.ts'
import { readCluster } from '../../src/cluster/read.ts'
import type { Flow } from '../../src/cluster/types.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import type { Capabilities } from '../../src/emit/target.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import { selects } from '../../src/ir/selector.ts'
import {
  directions,
  type Policy,
  type PolicySet,
  type Section,
  type Traffic,
} from '../../src/ir/types.ts'
import { asBlocks, noAddress } from '../../src/lowering/addresses.ts'
import {
  boxesOf,
  isWithin,
  type LabelBox,
  meetAll,
  minusAll,
  selectorOf,
} from '../../src/lowering/labels.ts'
import { Refusal } from '../../src/lowering/limit.ts'
import { isNobody, minusPeers, peerSetOf, worldOf } from '../../src/lowering/peers.ts'
import { sayPeers } from '../../src/lowering/sayPeers.ts'
import { sayTraffic } from '../../src/lowering/sayTraffic.ts'
import { simplified } from '../../src/lowering/simplify.ts'
import { familiesOf, minusTraffic, trafficSetOf } from '../../src/lowering/traffic.ts'
import { unorderedPolicies } from '../../src/lowering/unordered.ts'
import {
  decide,
  type IpBlockReading,
  isBetweenOwn,
  matchesPeer,
  matchesTraffic,
} from '../../src/semantics/evaluate.ts'
import type { Source } from '../../src/source/source.ts'
import { type FlowSeed, flowSeed, snapshotText } from '../support/arbitraries.ts'
import { peer, policySet, selector, traffic } from '../support/arbitraryIr.ts'
import { flowOf, printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('lowering')

/** A target that has words for everything but what no rule can say. */
const allKinds: readonly Traffic['kind'][] = ['all', 'ports', 'icmp', 'protocols', 'family']
const allWords: Capabilities = {
  actions: ['allow', 'deny'],
  combining: ['deny-overrides'],
  tierDefaults: ['deny'],
  maxTiers: 1,
  ownNode: ['governed'],
  traffic: allKinds,
  peers: ['any', 'pods', 'hosts', 'cidr'],
  partTests: true,
  serviceAccounts: 'any',
  ruleSubjects: false,
  conditions: [/./],
  clusterPolicies: true,
  nonIsolating: true,
}
const everywhere = { ingress: allWords, egress: allWords }

/** Labels of a pod, over the alphabet of the selectors. */
const labels = fc.dictionary(
  fc.constantFrom('app', 'tier'),
  fc.constantFrom('a', 'b', 'C.1_x', '', 'red', 'other'),
  { maxKeys: 2 },
)

const flowSeeds = fc.array(flowSeed, { minLength: 30, maxLength: 60, size: 'max' })
const readings: readonly IpBlockReading[] = ['external', 'hosts', 'literal']

test('without order: whatever is not said to be lost decides flows as before', () => {
  const counts = { flows: 0, whole: 0, lossy: 0 }
  fc.assert(
    fc.property(
      policySet,
      snapshotText,
      fc.constantFrom(...readings),
      fc.boolean(),
      fc.boolean(),
      flowSeeds,
      (set, snapshot, ipBlock, denies, alwaysIsolates, seeds) => {
        let isLossy = false
        const context = {
          world: worldOf(ipBlock, { podCidrs: [], nodeCidrs: [] }),
          words: { allow: everywhere, deny: everywhere },
          shape: { denies: denies ? () => true : null, alwaysIsolates },
          unsaid: () => {
            isLossy = true
          },
        }
        const policies = unorderedPolicies(set, context)
        counts[isLossy ? 'lossy' : 'whole'] += 1
        if (isLossy) return
        if (!denies) assert.not.ok(policies.some(deniesSomething), 'nothing denies')
        const lowered = inOneTier(policies, alwaysIsolates)
        for (const flow of flowsIn(snapshot, seeds)) {
          counts.flows += 1
          for (const direction of directions) {
            const [before, after] = [set, lowered].map(
              (one) => decide(one, flow, direction, { ipBlock }).verdict,
            )
            const words = `${printFlow(flow)}, ${direction}\n${printPolicySet(set)}\n${printPolicySet(lowered)}`
            assert.is(after, before, words)
          }
        }
      },
    ),
    { seed, numRuns: 800 },
  )
  saySeed(`without order: ${JSON.stringify(counts)}`)
  assert.ok(counts.whole > 200)
})

test('boxes of labels are the selector that they were made of', () => {
  fc.assert(
    fc.property(selector, selector, fc.array(labels, { maxLength: 12 }), (a, b, samples) => {
      const [first, second] = [boxesOf(a, 'pods'), boxesOf(b, 'pods')]
      const both = meetAll(first, second)
      const rest = minusAll(first, second)
      for (const one of samples) {
        const [inA, inB] = [selects(a, one), selects(b, one)]
        assert.is(isIn(first, one), inA)
        assert.is(isIn(simplified(first), one), inA)
        assert.is(isIn(both, one), inA && inB)
        assert.is(isIn(rest, one), inA && !inB)
        assert.is(isIn(simplified(rest), one), inA && !inB)
      }
      assert.ok(rest.every((box) => isWithin(box, first)))
    }),
    { seed, numRuns: 1500 },
  )
})

test('peers and traffic in other words match what they matched', () => {
  const counts = { peers: 0, traffic: 0 }
  fc.assert(
    fc.property(
      fc.array(peer, { minLength: 1, maxLength: 2 }),
      fc.array(peer, { maxLength: 1 }),
      fc.array(traffic, { minLength: 1, maxLength: 2 }),
      fc.array(traffic, { maxLength: 1 }),
      fc.constantFrom(...readings),
      snapshotText,
      flowSeeds,
      (peers, notPeers, kinds, notKinds, ipBlock, snapshot, seeds) => {
        const world = worldOf(ipBlock, { podCidrs: [], nodeCidrs: [] })
        const said = attempt(() =>
          sayPeers(minusPeers(peerSetOf(peers, world), peerSetOf(notPeers, world)), world, [4, 6]),
        )
        const left = minusTraffic(trafficSetOf(kinds), trafficSetOf(notKinds))
        const sent = attempt(() => sayTraffic(left, [4, 6], allKinds).traffic)
        for (const flow of flowsIn(snapshot, seeds)) {
          const { source, destination } = flow
          const isPeer = (list: typeof peers): boolean =>
            list.some((one) => matchesPeer(one, source, destination, { ipBlock }))
          if (said !== null) {
            counts.peers += 1
            assert.is(isPeer([...said]), isPeer(peers) && !isPeer(notPeers), printFlow(flow))
          }
          const isSent = (list: typeof kinds): boolean =>
            list.some((one) => matchesTraffic(one, flow))
          if (sent !== null) {
            counts.traffic += 1
            assert.is(isSent([...sent]), isSent(kinds) && !isSent(notKinds), printFlow(flow))
          }
        }
      },
    ),
    { seed, numRuns: 600 },
  )
  saySeed(`in other words: ${JSON.stringify(counts)}`)
  assert.ok(counts.peers > 5000)
  assert.ok(counts.traffic > 5000)
})

test('what is nothing is seen to be nothing', () => {
  fc.assert(
    fc.property(peer, traffic, (one, kind) => {
      const world = worldOf('literal', { podCidrs: [], nodeCidrs: [] })
      const set = peerSetOf([one], world)
      assert.ok(isNobody(minusPeers(set, set)))
      const sent = trafficSetOf([kind])
      assert.equal(familiesOf(minusTraffic(sent, sent)), [])
    }),
    { seed, numRuns: 500 },
  )
})

test('blocks with exceptions hold the addresses that they were made of', () => {
  const span = fc.tuple(
    fc.constantFrom(0n, 3n, 4n, 7n, 0x0a000003n, 0xc0000201n, 0xffffff00n),
    fc.bigInt(0n, 200n),
  )
  fc.assert(
    fc.property(fc.constantFrom(...families), fc.array(span, { maxLength: 5 }), (family, spans) => {
      const set = union(spans.map(([from, more]) => ({ from, to: from + more })))
      const blocks = asBlocks({ ...noAddress, [family]: set })
      const made = union(blocks.flatMap(({ cidr, except }) => addressesOf(cidr, except)))
      assert.equal(made, set)
      assert.ok(blocks.length <= toCidrs(family, set).length)
    }),
    { seed, numRuns: 500 },
  )
})

test.run()

/** A pod's labels. */
function isIn(boxes: readonly LabelBox[], one: Readonly<Record<string, string>>): boolean {
  return boxes.some((box) => selects(selectorOf(box, 'pods'), one))
}

function flowsIn(snapshot: Source, seeds: readonly FlowSeed[]): readonly Flow[] {
  const cluster = readCluster([snapshot], makeReporter())
  if (cluster === null) throw new Error('the snapshot has errors')
  return seeds.flatMap((one) => flowOf(one, cluster) ?? []).filter((flow) => !isBetweenOwn(flow))
}

function attempt<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

function deniesSomething(policy: Policy): boolean {
  return directions.some((direction) =>
    policy[direction]?.rules.some(({ action }) => action === 'deny'),
  )
}

/** What the lowering makes, as a target would have it. */
function inOneTier(policies: readonly Policy[], alwaysIsolates: boolean): PolicySet {
  // Denies that win are policies of their own, where those that allow isolate.
  const isolated = (section: Section | null): Section | null =>
    section && {
      ...section,
      isolates:
        section.isolates ||
        (alwaysIsolates && section.rules.some(({ action }) => action === 'allow')),
    }
  return {
    tiers: [
      {
        name: 'only',
        combining: 'deny-overrides',
        default: 'deny',
        ownNode: 'governed',
        policies: policies.map((policy) => ({
          ...policy,
          ingress: isolated(policy.ingress),
          egress: isolated(policy.egress),
        })),
      },
    ],
  }
}

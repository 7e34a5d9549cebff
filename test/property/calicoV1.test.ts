// Calico v1 against Calico v3: a policy of 2017 and the same policy put into today's words by hand, field
// by field, are read as equal.
import fc, { type Arbitrary } from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { stringify } from 'yaml'
import { renderText } from '../../src/diagnostics/render.ts'
import { diff } from '../../src/index.ts'
import { makeSource, type Source } from '../../src/source/source.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('calico v1')

/** A part of a rule in the words of both versions. */
interface Both {
  readonly v1: object
  readonly v3: object
}

const some = <T>(one: Arbitrary<T>): Arbitrary<T[]> => fc.array(one, { minLength: 1, maxLength: 2 })
const rarely = (one: Arbitrary<Both>): Arbitrary<Both> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant({ v1: {}, v3: {} }) }, one)

const label = fc.constantFrom("app == 'a'", "app != 'b'", 'has(tier)', "tier in { 'x', 'y' }")
const space = fc.constantFrom('shop', 'prod')
/** A selector, and how each version writes it. */
const selector: Arbitrary<readonly [string, string]> = fc.oneof(
  label.map((text) => [text, text] as const),
  fc
    .tuple(space, fc.constantFrom('==', '!='), label)
    .map(([name, by, rest]): readonly [string, string] => [
      `calico/k8s_ns ${by} '${name}' && ${rest}`,
      `projectcalico.org/namespace ${by} '${name}' && ${rest}`,
    ]),
)

const block = fc.constantFrom('10.0.0.0/8', '192.0.2.0/24', '192.0.2.7/32')
const bare = fc.constantFrom('192.0.2.9', '203.0.113.1')

const endpoints: Arbitrary<Both> = fc.oneof(
  selector.map(([v1, v3]) => ({ v1: { selector: v1 }, v3: { selector: v3 } })),
  selector.map(([v1, v3]) => ({ v1: { notSelector: v1 }, v3: { notSelector: v3 } })),
  fc.tuple(selector, selector).map(([chosen, barred]) => ({
    v1: { selector: chosen[0], '!selector': barred[0] },
    v3: { selector: chosen[1], notSelector: barred[1] },
  })),
)
/** One rule names single blocks, or lists of them, and never both. */
const single: Arbitrary<Both> = fc.oneof(
  block.map((net) => ({ v1: { net }, v3: { nets: [net] } })),
  bare.map((net) => ({ v1: { net }, v3: { nets: [`${net}/32`] } })),
  block.map((net) => ({ v1: { notNet: net }, v3: { notNets: [net] } })),
)
const lists: Arbitrary<Both> = fc.oneof(
  some(block).map((nets) => ({ v1: { nets }, v3: { nets } })),
  fc
    .tuple(some(block), block)
    .map(([nets, net]) => ({ v1: { nets, notNets: [net] }, v3: { nets, notNets: [net] } })),
)
const ports: Arbitrary<Both> = some(fc.constantFrom<number | string>(80, '8080:8090', 'http')).map(
  (list) => ({ v1: { ports: list }, v3: { ports: list } }),
)

const join = (...parts: readonly Both[]): Both => ({
  v1: Object.assign({}, ...parts.map(({ v1 }) => v1)),
  v3: Object.assign({}, ...parts.map(({ v3 }) => v3)),
})
const entity = (addresses: Arbitrary<Both>): Arbitrary<Both> =>
  fc.tuple(rarely(endpoints), rarely(addresses)).map((parts) => join(...parts))

const actions: readonly (readonly [string, string])[] = [
  ['allow', 'Allow'],
  ['deny', 'Deny'],
  ['Deny', 'Deny'],
  ['pass', 'Pass'],
  ['next-tier', 'Pass'],
  ['log', 'Log'],
  ['', 'Allow'],
]
const sent: Arbitrary<{ readonly rule: Both; readonly to: Both }> = fc.oneof(
  fc.constant({ rule: { v1: {}, v3: {} }, to: { v1: {}, v3: {} } }),
  fc.tuple(fc.constantFrom('tcp', 'udp', 6), rarely(ports)).map(([protocol, to]) => ({
    rule: {
      v1: { protocol },
      v3: { protocol: String(protocol).toUpperCase().replace(/^6$/, 'TCP') },
    },
    to,
  })),
  fc.constant({
    rule: {
      v1: { protocol: 'icmp', icmp: { type: 8 } },
      v3: { protocol: 'ICMP', icmp: { type: 8 } },
    },
    to: { v1: {}, v3: {} },
  }),
)

const rule: Arbitrary<Both> = fc
  .constantFrom(single, lists)
  .chain((addresses) =>
    fc.record({
      action: fc.constantFrom(...actions),
      source: entity(addresses),
      destination: entity(addresses),
      sent,
    }),
  )
  .map(({ action: [old, now], source, destination, sent: { rule: more, to } }) => {
    const target = join(destination, to)
    return {
      v1: { action: old, ...more.v1, source: source.v1, destination: target.v1 },
      v3: { action: now, ...more.v3, source: source.v3, destination: target.v3 },
    }
  })

const rules = fc.array(rule, { maxLength: 3 })
const policy = fc
  .record({
    order: fc.option(fc.constantFrom(1, 500, 1000), { nil: undefined }),
    subject: fc.option(selector, { nil: undefined }),
    types: fc.constantFrom(['ingress'], ['egress'], ['ingress', 'egress'], undefined),
    ingress: rules,
    egress: rules,
  })
  .map(({ order, subject, types, ingress, egress }): Both => {
    const of = (version: keyof Both): object => ({
      order,
      ingress: ingress.map((one) => one[version]),
      egress: egress.map((one) => one[version]),
    })
    // Without types, Calico 2 governed both directions.
    const both = (types ?? ['ingress', 'egress']).map((word) => `I${word.slice(1)}`)
    const governed = both.map((word) => (word === 'Igress' ? 'Egress' : 'Ingress'))
    return {
      v1: { ...of('v1'), selector: subject?.[0], types },
      v3: { ...of('v3'), selector: subject?.[1], types: governed },
    }
  })

const kinds = {
  v1: { apiVersion: 'v1', kind: 'policy' },
  v3: { apiVersion: 'projectcalico.org/v3', kind: 'GlobalNetworkPolicy' },
} as const

function sourcesOf(policies: readonly Both[], version: keyof Both): readonly Source[] {
  return policies.map((one, at) =>
    makeSource(
      `${version}-${at}.yaml`,
      stringify({ ...kinds[version], metadata: { name: `p-${at}` }, spec: one[version] }),
    ),
  )
}

test('a policy of Calico 2 means what the same policy of Calico 3 means', () => {
  fc.assert(
    fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), (policies) => {
      const [before, after] = [sourcesOf(policies, 'v1'), sourcesOf(policies, 'v3')]
      const { comparison, diagnostics } = diff({ before, after })
      assert.ok(comparison !== null, renderText(diagnostics))
      const words = [...before, ...after].map(({ text }) => text).join('---\n')
      for (const { kind, scope } of comparison.answers)
        assert.is(kind, 'equal', `${scope}\n${words}`)
    }),
    { seed, numRuns: 400 },
  )
  saySeed('400 sets of two versions')
})

test.run()

// Firewalls for policies of every dialect: the proof says equal, and the rules, walked by a judge that knows
// nothing of who wrote them, decide each flow as the interpreter does. What firewalls cannot say is refused.
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readCluster } from '../../src/cluster/read.ts'
import type { Cluster, Flow } from '../../src/cluster/types.ts'
import { compile, type TargetOutput } from '../../src/compile.ts'
import { makeReporter } from '../../src/diagnostics/diagnostic.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { OutputFile } from '../../src/emit/target.ts'
import { printPolicySet } from '../../src/ir/print.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { normalise } from '../../src/passes/index.ts'
import { readPolicies } from '../../src/readPolicies.ts'
import { isBetweenOwn, verdict } from '../../src/semantics/evaluate.ts'
import type { Source } from '../../src/source/source.ts'
import { engines } from '../judges/all.ts'
import { type FlowSeed, flowSeed } from '../support/arbitraries.ts'
import { policySet } from '../support/arbitraryIr.ts'
import {
  dialectMixtures,
  firewallFlow,
  firewallSnapshot,
  firewallTargets,
  hasConditions,
  withoutConditions,
  writeFirewall,
} from '../support/firewallWorlds.ts'
import { printFlow } from '../support/flows.ts'
import { saySeed, seed } from '../support/property.ts'

const test = suite('firewalls')
const flowSeeds = fc.array(flowSeed, { minLength: 100, maxLength: 200, size: 'max' })
const worlds = 40

interface Counts {
  allow: number
  deny: number
  ownNode: number
  refused: number
  logged: number
}

for (const [name, policies] of Object.entries(dialectMixtures)) {
  test(`${name}: proved, and judged as the interpreter decides`, () => {
    const counts = newCounts()
    fc.assert(
      fc.property(policies, firewallSnapshot, flowSeeds, (sources, snapshot, seeds) => {
        compareTexts(sources, snapshot, seeds, counts)
      }),
      { seed, numRuns: worlds },
    )
    sayCounts(name, counts)
  })
}

for (const strict of [false, true]) {
  const title = strict ? ', where what nodes send their pods needs a rule' : ''
  test(`policy sets of every construct${title}`, () => {
    const counts = newCounts()
    fc.assert(
      fc.property(policySet, fc.boolean(), firewallSnapshot, flowSeeds, (drawn, plain, ...rest) => {
        const [snapshot, seeds] = rest
        const cluster = readCluster([snapshot], makeReporter())
        if (cluster === null) throw new Error('the snapshot has errors')
        const set = plain ? withoutConditions(drawn) : drawn
        const outputs = firewallTargets.flatMap((target) =>
          compareSet(set, target, cluster, strict, seeds, counts),
        )
        compareLogs(outputs, cluster, seeds, counts)
      }),
      { seed, numRuns: 2 * worlds },
    )
    sayCounts(`policy sets${title}`, counts)
  })
}

test.run()

/** What iptables cannot tell apart is refused: see the unit tests of the target. */
function isUntold({ message }: { readonly message: string }): boolean {
  return message.includes('iptables cannot tell')
}

function newCounts(): Counts {
  return { allow: 0, deny: 0, ownNode: 0, refused: 0, logged: 0 }
}

function sayCounts(name: string, { allow, deny, ownNode, refused, logged }: Counts): void {
  const total = allow + deny
  const share = ((100 * allow) / total).toFixed(0)
  saySeed(
    `${name}: ${total} flows, ${share} % allowed, ${ownNode} with the own node, ${refused} sets refused, ${logged} flows logged`,
  )
  assert.ok(total > 3000, `${total} flows`)
  // Admin tiers deny little.
  assert.ok(Math.min(allow, deny) > 20, 'both verdicts occur')
}

/** Compiles texts; where some rule rests on a condition, the one fault is that. */
function compareTexts(
  sources: readonly Source[],
  snapshot: Source,
  seeds: readonly FlowSeed[],
  counts: Counts,
): void {
  const reporter = makeReporter()
  const asRead = normalise(readPolicies(sources, undefined, reporter).set, reporter)
  const words = (): string => sources.map(({ text }) => text).join('---\n')
  // Policies that are about no pod at all are no matter of targets.
  const faults = reporter.diagnostics.filter(({ severity }) => severity === 'error')
  const isStray = faults.every(({ code }) => code === 'NP2024')
  if (!isStray) throw new Error(`${renderText(faults)}\n${words()}`)
  fc.pre(faults.length === 0)
  const { set, cluster, outputs, proofs, diagnostics } = compile({
    sources,
    targets: firewallTargets,
    snapshot: [snapshot],
    options: { icmp: ['policy'] },
  })
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (hasConditions(asRead) || errors.some(isUntold)) {
    assert.equal([...new Set(errors.map(({ code }) => code))], ['NP5001'], words())
    counts.refused += 1
    return
  }
  assert.is(renderText(errors), '', words())
  if (set === null || cluster === null) throw new Error(renderText(diagnostics))
  assert.equal(
    proofs.map(({ answer }) => answer),
    firewallTargets.map(() => 'equal'),
    words(),
  )
  for (const { target, files } of outputs) {
    compareFlows(set, target, files, cluster, false, seeds, counts)
  }
  compareLogs(outputs, cluster, seeds, counts)
}

function compareSet(
  set: PolicySet,
  target: string,
  cluster: Cluster,
  strict: boolean,
  seeds: readonly FlowSeed[],
  counts: Counts,
): readonly TargetOutput[] {
  const options = { icmp: ['policy'], 'host-traffic': [strict ? 'deny' : 'policy'] }
  const { files, answer, reporter } = writeFirewall(set, target, cluster, options)
  const said = `${renderText(reporter.diagnostics)}\n${printPolicySet(set)}`
  const errors = reporter.diagnostics.filter(({ severity }) => severity === 'error')
  if (hasConditions(set) || (target === 'iptables' && errors.some(isUntold))) {
    assert.is(answer, null, said)
    assert.ok(
      errors.every(({ code }) => code === 'NP5001'),
      said,
    )
    counts.refused += 1
    return []
  }
  assert.is(answer, 'equal', said)
  compareFlows(set, target, files, cluster, strict, seeds, counts)
  return [{ target, files }]
}

function compareFlows(
  set: PolicySet,
  target: string,
  files: readonly OutputFile[],
  cluster: Cluster,
  strict: boolean,
  seeds: readonly FlowSeed[],
  counts: Counts,
): void {
  const engine = engines[target]
  if (engine === undefined) throw new Error(`nobody judges ${target}`)
  const decide = engine.judge(files, cluster)
  for (const flow of seeds.flatMap((one) => firewallFlow(one, cluster) ?? [])) {
    const expected = expectedOf(set, flow, strict)
    if (isBetweenOwn(flow)) counts.ownNode += 1
    counts[expected] += 1
    assert.is(
      decide(flow).verdict,
      expected,
      `${target}: ${printFlow(flow)}\n${printPolicySet(set)}`,
    )
  }
}

/** The targets write their rules in quite different ways; what they log must be the same. */
function compareLogs(
  outputs: readonly TargetOutput[],
  cluster: Cluster,
  seeds: readonly FlowSeed[],
  counts: Counts,
): void {
  const judges = outputs.flatMap(
    ({ target, files }) => engines[target]?.judge(files, cluster) ?? [],
  )
  for (const flow of seeds.flatMap((one) => firewallFlow(one, cluster) ?? [])) {
    const [logs = [], ...others] = judges.map((decide) => decide(flow).logs)
    for (const one of others) assert.equal(one, logs, `${printFlow(flow)}: what is logged`)
    if (logs.length > 0) counts.logged += 1
  }
}

/** In the strict reading no tier spares what a node sends to its own pods. */
function expectedOf(set: PolicySet, flow: Flow, strict: boolean): 'allow' | 'deny' {
  const isToPod = flow.destination.endpoint.kind === 'pod'
  const own = strict && isToPod && isBetweenOwn(flow)
  const asked = own
    ? { tiers: set.tiers.map((tier) => ({ ...tier, ownNode: 'governed' as const })) }
    : set
  return verdict(asked, flow).verdict
}

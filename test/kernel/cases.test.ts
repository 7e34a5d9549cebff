// The golden cases in a real kernel: on every node with governed pods, all flows in question pass or are held
// up as the interpreter says.
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Cluster, Flow, Host } from '../../src/cluster/types.ts'
import { type CompileResult, compile } from '../../src/compile.ts'
import type { PolicySet } from '../../src/ir/types.ts'
import { selectsEndpoint } from '../../src/semantics/evaluate.ts'
import { type GoldenCase, readCases } from '../golden/cases.ts'
import { inFolder } from '../support/run.ts'
import { makeLabs } from './labs.ts'
import { loadRules, writeOutputs } from './loading.ts'
import { missingFor, sayMissing } from './missing.ts'
import { type Answers, askKernel, flowsAt, planOf, world } from './questions.ts'
import { type Engine, oneOfEachTarget, requireTools } from './tools.ts'

const test = suite('kernel: golden cases')
const labs = makeLabs({ gateway: world })

test.before(requireTools)
test.after(labs.stop)

test('every case that compiles to rules holds in the kernel', () =>
  inFolder(async (folder) => {
    const held = readCases().flatMap((one, index) =>
      oneOfEachTarget(index).flatMap((engine) => compiled(one, engine)),
    )
    const answers: Answers[] = []
    for (const [index, one] of held.entries()) {
      answers.push(...(await askCase(one, join(folder, String(index)), one.engine)))
    }
    const sum = (key: 'allowed' | 'denied'): number =>
      answers.reduce((total, one) => total + one[key], 0)
    console.log(
      `${held.length} cases, ${answers.length} nodes, ${sum('allowed')} flows pass, ${sum('denied')} are held up`,
    )
    assert.equal(
      answers.flatMap(({ wrong }) => wrong),
      [],
    )
    assert.ok(held.length > 100 && answers.length > held.length)
    assert.ok(sum('denied') > sum('allowed') / 20 && sum('allowed') > sum('denied') / 20)
  }))

test.run()

/** A case that has rules to load. */
interface CompiledCase {
  readonly one: GoldenCase
  readonly engine: Engine
  readonly result: CompileResult
  readonly set: PolicySet
  readonly cluster: Cluster
}

/** The case for one engine alone; nothing where it has no cluster, or where it is about being refused. */
function compiled(one: GoldenCase, engine: Engine): readonly CompiledCase[] {
  if (one.snapshot.length === 0 || !one.targets.includes(engine.target)) return []
  const result = compile({
    sources: one.inputs,
    targets: [engine.target],
    options: optionsOf(one, engine),
    snapshot: one.snapshot,
    verify: false,
    ...(one.namespace === null ? {} : { namespace: one.namespace }),
    ...(one.fidelity === null ? {} : { fidelity: one.fidelity }),
  })
  const { set, cluster } = result
  if (set === null || cluster === null) return []
  const missing = missingFor(
    engine,
    result.outputs.flatMap(({ files }) => files),
  )
  sayMissing(missing, `case ${one.name} is not loaded with ${engine.name}`)
  return missing.length > 0 ? [] : [{ one, engine, result, set, cluster }]
}

/** Options of other targets are refused where those are not asked for. */
function optionsOf({ options }: GoldenCase, { target }: Engine): GoldenCase['options'] {
  const own = ['icmp', 'host-traffic', ...(target === 'iptables' ? ['table'] : [])]
  return Object.fromEntries(Object.entries(options).filter(([name]) => own.includes(name)))
}

async function askCase(
  { one, result, set, cluster }: CompiledCase,
  folder: string,
  engine: Engine,
): Promise<readonly Answers[]> {
  writeOutputs(result, folder)
  const answers: Answers[] = []
  for (const node of cluster.nodes.filter((each) => isGoverned(each, set, cluster))) {
    const plan = planOf(cluster, node)
    const lab = await labs.get(plan, engine.name)
    loadRules(lab, join(folder, node.name), engine)
    const flows = flowsAt(node, set, cluster).filter((flow) => !isExempt(flow, one))
    const hostTraffic = one.options['host-traffic']?.includes('deny') ? 'deny' : 'policy'
    const found = await askKernel(lab, plan, node, set, flows, hostTraffic)
    answers.push({
      ...found,
      wrong: found.wrong.map((text) => `${one.name}, ${engine.name}, ${text}`),
    })
  }
  return answers
}

function isGoverned(node: Host, { tiers }: PolicySet, { pods }: Cluster): boolean {
  const local = pods.filter((pod) => pod.node === node.name)
  return tiers
    .flatMap(({ policies }) => policies)
    .some(({ subject }) => local.some((pod) => selectsEndpoint(subject, pod)))
}

/** Unless told not to, firewalls let ICMP pass that the policies hold up: that is not theirs to judge. */
function isExempt({ traffic }: Flow, { options }: GoldenCase): boolean {
  return (
    options.icmp?.includes('policy') !== true &&
    traffic.kind === 'icmp' &&
    ![8, 128].includes(traffic.type)
  )
}

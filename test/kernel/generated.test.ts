// Generated policies of every dialect in a real kernel: every flow at a node passes or is held up as the
// interpreter says, what the node itself sends and gets included. Labs are kept, so that most rules are
// loaded over those of another world.
import { join } from 'node:path'
import fc, { type Arbitrary } from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printAddress } from '../../src/algebra/address.ts'
import type { Cluster, Host } from '../../src/cluster/types.ts'
import { compile } from '../../src/compile.ts'
import { renderText } from '../../src/diagnostics/render.ts'
import type { HostTraffic } from '../../src/firewall/stages.ts'
import { type World, world } from '../support/arbitraries.ts'
import { dialectWorlds } from '../support/firewallWorlds.ts'
import { saySeed, seed } from '../support/property.ts'
import { inFolder } from '../support/run.ts'
import type { LabPlan } from './lab.ts'
import { makeLabs } from './labs.ts'
import { loadRules, writeOutputs } from './loading.ts'
import { missingFor, sayMissing } from './missing.ts'
import { type Answers, askKernel, flowsAt, world as outside } from './questions.ts'
import { engineAt, requireTools } from './tools.ts'

const test = suite('kernel: generated policies')

test.before(requireTools)

/** Sets of policies by what they are made of, and how many are tried. */
const kinds: readonly (readonly [name: string, worlds: Arbitrary<World>, count: number])[] = [
  ['Kubernetes', world, 60],
  ...Object.entries(dialectWorlds).map(([name, worlds]) => [name, worlds, 25] as const),
]
/** In one set of so many, what a node sends its own pods needs a rule. */
const strictEvery = 4
/** As many as worlds have; any more would be reached through the outside. */
const maxPods = 8
const labs = makeLabs({ gateway: outside })

test.after(labs.stop)

for (const [name, worlds, count] of kinds) {
  test(`${count} generated sets hold in the kernel: ${name}`, () =>
    inFolder(async (folder) => {
      const answers: Answers[] = []
      for (const [index, one] of fc.sample(worlds, { seed, numRuns: count }).entries()) {
        answers.push(await ask(one, join(folder, String(index)), index))
      }
      const sum = (key: 'allowed' | 'denied'): number =>
        answers.reduce((total, one) => total + one[key], 0)
      saySeed(`${count} sets, ${name}: ${sum('allowed')} flows pass, ${sum('denied')} are held up`)
      const wrong = answers.flatMap((one, index) =>
        one.wrong.map((text) => `set ${index}, ${text}`),
      )
      assert.equal(wrong.slice(0, 20), [], `${wrong.length} flows are wrong`)
      // Admin tiers alone hold up little: their default is to pass.
      assert.ok(sum('denied') > 100 && sum('allowed') > 100)
    }))
}

test.run()

async function ask({ policies, snapshot }: World, folder: string, index: number): Promise<Answers> {
  const engine = engineAt(index)
  const hostTraffic: HostTraffic = index % strictEvery === strictEvery - 1 ? 'deny' : 'policy'
  const result = compile({
    sources: policies,
    targets: [engine.target],
    snapshot,
    options: { icmp: ['policy'], 'host-traffic': [hostTraffic] },
    verify: false,
  })
  const { set, cluster, diagnostics, outputs } = result
  if (set === null || cluster === null) throw new Error(renderText(diagnostics))
  const missing = missingFor(
    engine,
    outputs.flatMap(({ files }) => files),
  )
  if (missing.length > 0) {
    sayMissing(missing, `set ${index} is not loaded with ${engine.name}`)
    return { wrong: [], allowed: 0, denied: 0 }
  }
  writeOutputs(result, folder)
  const node = busiest(cluster)
  const plan = planAround(node, cluster)
  const lab = await labs.get(plan, engine.name)
  loadRules(lab, join(folder, node.name), engine)
  return askKernel(lab, plan, node, set, flowsAt(node, set, cluster), hostTraffic)
}

/** All nodes, and all pods that there ever are, so that one lab does for every world. */
function planAround(node: Host, { nodes }: Cluster): LabPlan {
  const others = nodes
    .filter((one) => one !== node)
    .map(({ name, addresses }) => ({
      name,
      addresses: addresses.map(printAddress),
    }))
  // What is one pod's in one world is nobody's in another, so each kind of address has a cable.
  const pods = [
    ['10.0.0.', 'fd00::'],
    ['10.0.1.', 'fd00::1:'],
  ].flatMap((nets) =>
    Array.from({ length: maxPods }, (_, index) => ({
      name: `pod at ${nets[0]}${index + 1}`,
      addresses: nets.map((net) => `${net}${index + 1}`),
    })),
  )
  return {
    node: { name: node.name, addresses: node.addresses.map(printAddress) },
    ends: [...pods, ...others, { name: outside, addresses: [] }],
  }
}

/** The node with the most pods. */
function busiest({ nodes, pods }: Cluster): Host {
  const count = (node: Host): number => pods.filter((pod) => pod.node === node.name).length
  const [first] = nodes.toSorted((a, b) => count(b) - count(a))
  if (first === undefined) throw new Error('a cluster without nodes')
  return first
}

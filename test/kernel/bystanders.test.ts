// What rules about pods must not touch: pods' neighbour discovery on a bridge, and traffic that concerns no
// pod at all.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printAddress } from '../../src/algebra/address.ts'
import type { FlowTraffic } from '../../src/cluster/types.ts'
import type { Lab, Probe } from './lab.ts'
import { sayMissing } from './missing.ts'
import { inNeighbourhood, type Neighbourhood, nobody, ways } from './neighbourhood.ts'
import { askKernel, flowsAt, world } from './questions.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: bystanders')

test.before(requireTools)

const local = ['shop/web', 'shop/db', 'shop/cache']

for (const way of ways) {
  test(`${way.name}: pods on one bridge are governed as routed ones are`, () =>
    inNeighbourhood(
      way,
      async (hood) => {
        if (isWithoutBridges(hood.lab)) return
        hood.load()
        const { lab, plan, node, set, cluster } = hood
        const answers = await askKernel(lab, plan, node, set, flowsAt(node, set, cluster))
        assert.equal(answers.wrong, [])
        assert.ok(answers.allowed > 100 && answers.denied > 100)
      },
      { lab: { bridged: local } },
    ))

  for (const icmp of ['essential', 'policy']) {
    const verb = icmp === 'essential' ? 'find' : 'do not find'
    test(`${way.name}: isolated pods on one bridge ${verb} their neighbours with --icmp ${icmp}`, () =>
      inNeighbourhood(
        way,
        async (hood) => {
          if (isWithoutBridges(hood.lab)) return
          hood.load()
          const found = discovery(hood)
          assert.is(found.length, 24)
          assert.equal(
            await hood.lab.probe(found),
            found.map(() => icmp === 'essential'),
          )
          assert.equal(
            await hood.lab.probe(found.map((one) => ({ ...one, traffic: echo }))),
            found.map(() => false),
          )
        },
        { text: nobody, options: { icmp: [icmp] }, lab: { bridged: local } },
      ))
  }

  test(`${way.name}: what concerns no pod passes, whatever is loaded`, () =>
    inNeighbourhood(
      way,
      async (hood) => {
        const probes = strangers(hood)
        assert.ok(probes.length > 100)
        assert.equal(await heldUp(hood.lab, probes), [])
        hood.load()
        assert.equal(await heldUp(hood.lab, probes), [])
        const answering = probes.filter(({ traffic }) => traffic.kind === 'ports')
        assert.equal(
          await hood.lab.probeReply(answering),
          answering.map(() => true),
        )
        const { lab, plan, node, set, cluster } = hood
        const flows = flowsAt(node, set, cluster)
        const answers = await askKernel(lab, plan, node, set, flows, 'deny')
        assert.equal(answers.wrong, [])
        // The rules are there: pods are held up.
        assert.ok(answers.denied > 100)
      },
      { text: nobody, options: { 'host-traffic': ['deny'] } },
    ))
}

test.run()

function isWithoutBridges({ missing }: Lab): boolean {
  const reasons = missing.filter((one) => one.includes('br_netfilter'))
  sayMissing(reasons, 'pods on one bridge are not tested')
  return reasons.length > 0
}

const echo: FlowTraffic = { kind: 'icmp', type: 128, code: 0 }

/** Solicitations and advertisements between all pods of the bridge, to pods and to their groups. */
function discovery({ plan }: Neighbourhood): readonly Probe[] {
  const six = plan.ends
    .filter(({ name }) => local.includes(name))
    .map(({ name, addresses }) => ({
      name,
      address: addresses.find((one) => one.includes(':')) ?? '',
    }))
  return six.flatMap((from) =>
    six
      .filter((to) => to !== from)
      .flatMap((to) =>
        [to.address, `ff02::1:ff00:${to.address.at(-1)}`].flatMap((destination) =>
          [135, 136].map(
            (type): Probe => ({
              from: from.name,
              source: from.address,
              to: to.name,
              destination,
              traffic: { kind: 'icmp', type, code: 0 },
            }),
          ),
        ),
      ),
  )
}

async function heldUp(lab: Lab, probes: readonly Probe[]): Promise<readonly Probe[]> {
  const passed = await lab.probe(probes)
  return probes.filter((_, index) => !passed[index])
}

/** All kinds of traffic between the nodes and outsiders, over the node, from it and to it. */
function strangers({ cluster }: Neighbourhood): readonly Probe[] {
  const nodes = cluster.nodes.flatMap(({ name, addresses }) =>
    addresses.map((one) => ({ name, address: printAddress(one) })),
  )
  const outside = ['192.0.2.7', '2001:db8:1::7'].map((address) => ({ name: world, address }))
  const all = [...nodes, ...outside]
  return all.flatMap((from) =>
    all
      .filter((to) => to.name !== from.name)
      .filter((to) => to.address.includes(':') === from.address.includes(':'))
      .flatMap((to) =>
        kinds(from.address.includes(':')).map((traffic) => ({
          from: from.name,
          source: from.address,
          to: to.name,
          destination: to.address,
          traffic,
        })),
      ),
  )
}

function kinds(isSix: boolean): readonly FlowTraffic[] {
  const ports = [1, 53, 443, 8443, 65535].flatMap((port) =>
    (['TCP', 'UDP', 'SCTP'] as const).map(
      (protocol): FlowTraffic => ({ kind: 'ports', protocol, port }),
    ),
  )
  const types = isSix ? [128, 1, 135] : [8, 3, 13]
  return [
    ...ports,
    ...types.map((type): FlowTraffic => ({ kind: 'icmp', type, code: 0 })),
    { kind: 'other', protocolNumber: 47 },
    { kind: 'other', protocolNumber: 254 },
  ]
}

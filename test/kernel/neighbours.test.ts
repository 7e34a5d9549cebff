// Rules of netpolc among those of kube-proxy and Docker: whatever those let through, the policies have the
// last word, and what those hold up stays held up.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { printAddress } from '../../src/algebra/address.ts'
import type { Flow, FlowTraffic } from '../../src/cluster/types.ts'
import { printFlow } from '../support/flows.ts'
import { loadScript } from './loading.ts'
import {
  docker,
  inNeighbourhood,
  kubeProxy,
  type Neighbourhood,
  type Service,
  services,
  ways,
} from './neighbourhood.ts'
import { flowsAt, isAllowedAt, probesOf } from './questions.ts'
import { requireTools } from './tools.ts'

const test = suite('kernel: neighbours')

test.before(requireTools)

for (const way of ways) {
  test(`${way.name}: flows to a Service are judged by the pod's address and port`, () =>
    inNeighbourhood(way, async (hood) => {
      hood.must(kubeProxy)
      hood.load()
      const asked = visits(hood)
      assert.equal(await answersOf(hood, asked), expectedOf(hood, asked))
      const verdicts = asked.map(({ isMarked, meant }) => [isMarked, allowed(hood, meant)].join())
      // What kube-proxy has marked would be let through by its own rules.
      assert.equal([...new Set(verdicts)].sort(), marksAndVerdicts)
      const accepted = hood.must(`iptables-$B-save -c -t filter | grep -e '--mark 0x4000/0x4000'`)
      assert.match(accepted, /^\[[1-9]\d*:/)
    }))

  test(`${way.name}: what Docker lets through is judged, what it holds up stays held up`, () =>
    inNeighbourhood(way, async (hood) => {
      const { lab, plan, node, set, cluster } = hood
      const cable = (name: string): string =>
        `veth${plan.ends.findIndex((one) => one.name === `shop/${name}`)}`
      hood.must(docker(cable('cache'), cable('web'), ['10.0.0.1', 'fd00::1']))
      hood.load()
      const flows = flowsAt(node, set, cluster)
      const found = await lab.probe(probesOf(flows, plan))
      const expected = flows.map((flow) => isByDocker(hood, flow) && allowed(hood, flow))
      assert.equal(differing(flows, found, expected), [])
      const kinds = flows.map((flow) => [isByDocker(hood, flow), allowed(hood, flow)].join())
      assert.equal([...new Set(kinds)].sort(), marksAndVerdicts)
    }))

  test(`${way.name}: what leaves the node with another's address is judged as forwarded`, () =>
    inNeighbourhood(way, async (hood) => {
      hood.load()
      const { lab, node, plan } = hood
      const sources = hood.cluster.pods
        .flatMap(({ addresses }) => addresses)
        .map(printAddress)
        .concat('192.0.2.7', '198.51.100.7', '2001:db8:1::7', '2001:db8:2::7')
      const flows = sources.flatMap((source) =>
        services
          .filter(({ pod }) => pod !== source && isOneFamily(pod, source))
          .flatMap(({ pod }) => ports.map((traffic) => hood.flow(source, pod, traffic))),
      )
      const probes = probesOf(flows, plan).map((probe) => ({ ...probe, from: node.name }))
      const expected = flows.map((flow) => allowed(hood, flow))
      assert.equal(differing(flows, await lab.probe(probes), expected), [])
      assert.ok(expected.includes(true) && expected.includes(false))
    }))
}

for (const way of ways.filter(({ options }) => options.table !== undefined)) {
  test(`${way.name}: a jump that is pushed down is told, and put first again`, () =>
    inNeighbourhood(way, async (hood) => {
      hood.must(kubeProxy)
      hood.load()
      const { lab, folder } = hood
      const asked = visits(hood)
      const held = asked.filter(({ isMarked, meant }) => isMarked && !allowed(hood, meant))
      assert.ok(held.length > 0)
      hood.must('iptables-$B -I FORWARD -j KUBE-FORWARD; ip6tables-$B -I FORWARD -j KUBE-FORWARD')
      assert.equal(
        await lab.probe(held.map(({ probe }) => probe)),
        held.map(() => true),
      )
      for (const words of ['', ' --status']) {
        const script = loadScript(folder, way.engine).replace("apply.sh'", `check.sh'${words}`)
        const { status, err } = lab.run(script)
        assert.is(status, words === '' ? 0 : 1)
        assert.match(err, /NP7014: warning: the jump to netpolc's rules is not first/)
      }
      hood.load()
      assert.equal(await answersOf(hood, asked), expectedOf(hood, asked))
    }))
}

test.run()

/** All four pairs of two answers. */
const marksAndVerdicts = ['false,false', 'false,true', 'true,false', 'true,true']

const ports: readonly FlowTraffic[] = [443, 5432, 8443].map((port) => ({
  kind: 'ports',
  protocol: 'TCP',
  port,
}))

/** A client of a Service. */
interface Visit {
  readonly probe: ReturnType<typeof probesOf>[number]
  /** The flow that it is to the policies. */
  readonly meant: Flow
  readonly isMarked: boolean
}

/** Everybody at every Service of another's. */
function visits({ cluster, plan, flow }: Neighbourhood): readonly Visit[] {
  const owned = [...cluster.pods, ...cluster.nodes]
  const clients = owned
    .flatMap(({ kind, addresses }) =>
      addresses.map((one) => ({ address: printAddress(one), isPod: kind === 'pod' })),
    )
    .concat(
      ['192.0.2.7', '198.51.100.7', '2001:db8:1::7', '2001:db8:2::7'].map((address) => ({
        address,
        isPod: false,
      })),
    )
  const nameOf = new Map(plan.ends.flatMap((end) => end.addresses.map((one) => [one, end.name])))
  return clients.flatMap(({ address, isPod }) =>
    services
      .filter(({ pod }) => isOneFamily(pod, address) && pod !== address)
      .flatMap((service) =>
        visit(service, address, !isPod, flow, plan, nameOf.get(service.pod) ?? ''),
      ),
  )
}

function visit(
  { address, port, pod, targetPort }: Service,
  client: string,
  isMarked: boolean,
  flow: Neighbourhood['flow'],
  plan: Neighbourhood['plan'],
  to: string,
): readonly Visit[] {
  const traffic = (number: number): FlowTraffic => ({
    kind: 'ports',
    protocol: 'TCP',
    port: number,
  })
  const meant = flow(client, pod, traffic(targetPort))
  return probesOf([meant], plan).map((probe) => ({
    probe: { ...probe, to, destination: address, traffic: traffic(port) },
    meant,
    isMarked,
  }))
}

function isOneFamily(a: string, b: string): boolean {
  return a.includes(':') === b.includes(':')
}

function allowed({ node, set }: Neighbourhood, flow: Flow): boolean {
  return isAllowedAt(node, set, flow)
}

async function answersOf(
  { lab }: Neighbourhood,
  asked: readonly Visit[],
): Promise<readonly string[]> {
  const found = await lab.probe(asked.map(({ probe }) => probe))
  return asked.map(({ meant }, index) => `${printFlow(meant)}: ${found[index]}`)
}

function expectedOf(hood: Neighbourhood, asked: readonly Visit[]): readonly string[] {
  return asked.map(({ meant }) => `${printFlow(meant)}: ${allowed(hood, meant)}`)
}

/** Whether Docker's rules let a flow through: its own container's, a published port's, and the node's. */
function isByDocker({ node }: Neighbourhood, { source, destination, traffic }: Flow): boolean {
  if (source.endpoint === node || destination.endpoint === node) return true
  const nameOf = (end: Flow['source']): string =>
    end.endpoint.kind === 'pod' ? end.endpoint.name : ''
  const isPublished =
    nameOf(destination) === 'web' &&
    traffic.kind === 'ports' &&
    traffic.protocol === 'TCP' &&
    traffic.port === 8443
  return nameOf(source) === 'cache' || isPublished
}

function differing(
  flows: readonly Flow[],
  found: readonly boolean[],
  expected: readonly boolean[],
): readonly string[] {
  return flows.flatMap((flow, index) =>
    found[index] === expected[index] ? [] : [`${printFlow(flow)}: ${found[index]}`],
  )
}

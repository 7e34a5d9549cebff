// Whether one concrete flow is in a set of flows.
import { type Bound, type Branches, type Diagram, everything, nothing } from '../algebra/diagram.ts'
import type { Endpoint, Flow } from '../cluster/types.ts'
import { isBetweenOwn, protocolNumber } from '../semantics/evaluate.ts'
import type { Sides } from './compare.ts'
import { absent, type End, ends, names, type Owner, yes } from './space.ts'

/** Whether the set holds the flow; its two ends must not be the same pod. */
export function holdsFlow(flows: Diagram, flow: Flow, { encoder, space }: Sides): boolean {
  const values = valuesOf(flow)
  let at = flows
  for (;;) {
    const branches = encoder.store.branches(at)
    if (branches === null) return at === everything
    const name = space.variables[branches.variable]?.name ?? ''
    at =
      branches.kind === 'text'
        ? textChild(branches, letterOf(name, values(name), space))
        : numberChild(branches, values(name))
  }
}

type Value = string | Bound | undefined

/** A value of a label of which parts are tested counts by what it can be told apart by. */
function letterOf(name: string, value: Value, space: Sides['space']): Value {
  const alphabet = space.alphabet(name)
  return alphabet === undefined || typeof value !== 'string' || value === absent
    ? value
    : alphabet.letterOf(value)
}

function textChild(
  { values, children, other }: Branches & { kind: 'text' },
  value: Value,
): Diagram {
  const at = values.indexOf(String(value))
  return at < 0 ? other : (children[at] ?? nothing)
}

/** A number that the flow does not have is not looked at: its protocol or IP version says so. */
function numberChild({ starts, children }: Branches & { kind: 'number' }, value: Value): Diagram {
  let child = children[0] ?? nothing
  for (let at = 0; at < starts.length; at += 1) {
    if (typeof value !== 'string' && value !== undefined && (starts[at] ?? 0) <= value)
      child = children[at] ?? nothing
  }
  return child
}

/** The value of each variable, by its name, in a flow. */
function valuesOf(flow: Flow): (name: string) => Value {
  const { destination, traffic } = flow
  const { family } = destination.address
  const known = new Map<string, Value>([
    [names.family, `${family}`],
    [names.ownNode, isBetweenOwn(flow) ? yes : 'no'],
    [names.protocol, protocolNumber(traffic, family)],
    [names.port, traffic.kind === 'ports' ? traffic.port : undefined],
    [names.icmpType, traffic.kind === 'icmp' ? traffic.type : undefined],
    [names.icmpCode, traffic.kind === 'icmp' ? traffic.code : undefined],
    ...ends.flatMap((end) => endValues(end, flow)),
    ...portNames(flow).map((name): [string, Value] => [names.named(name), yes]),
    ...(flow.conditions ?? []).map((one): [string, Value] => [names.condition(one), yes]),
  ])
  // A label that is in no list is absent; a switch that is in none is off.
  return (name) => (known.has(name) ? known.get(name) : / /.test(name) ? absent : undefined)
}

function endValues(end: End, flow: Flow): readonly [string, Value][] {
  const { endpoint, address } = flow[end]
  const value = address.family === 4 ? Number(address.value) : address.value
  return [
    [names.kind(end), endpoint.kind],
    [names.address(end, address.family), value],
    ...labelValues(end, endpoint),
  ]
}

function labelValues(end: End, endpoint: Endpoint): readonly [string, Value][] {
  const of = (owner: Owner, labels: Readonly<Record<string, string>>): [string, Value][] =>
    Object.entries(labels).map(([key, value]) => [names.label(end, owner, key), value])
  switch (endpoint.kind) {
    case 'pod':
      return [
        ...of('pod', endpoint.labels),
        ...of('namespace', endpoint.namespace.labels),
        ...of('serviceAccount', endpoint.serviceAccount.labels),
      ]
    case 'host':
      return of('node', endpoint.labels)
    case 'external':
      return []
  }
}

function portNames({ destination, traffic }: Flow): readonly string[] {
  const { endpoint } = destination
  if (endpoint.kind !== 'pod' || traffic.kind !== 'ports') return []
  return endpoint.ports
    .filter(({ protocol, port }) => protocol === traffic.protocol && port === traffic.port)
    .map(({ name }) => name)
}

// One flow out of a set, as plain as the set allows: few labels, known names, common ports.
import { type Address, parseAddress } from '../algebra/address.ts'
import {
  type Bound,
  type Branches,
  type Diagram,
  LimitReached,
  nothing,
} from '../algebra/diagram.ts'
import { byCodeUnit } from '../algebra/order.ts'
import type {
  Endpoint,
  Flow,
  FlowEnd,
  FlowTraffic,
  Labels,
  NamedPort,
  Namespace,
  ServiceAccount,
} from '../cluster/types.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import { icmpNumbers, protocolNumbers, protocols } from '../ir/types.ts'
import { isClass } from './alphabet.ts'
import type { Sides } from './compare.ts'
import { absent, type End, names, type Owner, yes } from './space.ts'

/** What a path through a diagram fixes: variables that are not in it may hold anything. */
type Values = ReadonlyMap<string, string | Bound>

/** A flow of a set that is not empty, with endpoints made up to fit. */
export function witness(flows: Diagram, sides: Sides): Flow {
  const values = pathThrough(flows, sides)
  const family = values.get(names.family) === '6' ? 6 : 4
  const [source, destination] = [
    endOf('source', values, family),
    endOf('destination', values, family),
  ]
  const traffic = trafficOf(values, family)
  return {
    source,
    destination: withPorts(destination, namedPortsOf(values, traffic)),
    traffic,
    conditions: chosen(values, names.condition('')),
  }
}

/** Goes down by the plainest branch that does not end in nothing; there always is one. */
function pathThrough(flows: Diagram, { encoder, space }: Sides): Values {
  const values = new Map<string, string | Bound>()
  let at = flows
  for (;;) {
    const branches = encoder.store.branches(at)
    if (branches === null) return values
    const name = space.variables[branches.variable]?.name ?? ''
    const last = lastOf(space.variables[branches.variable])
    const step =
      branches.kind === 'text' ? textStep(name, branches) : numberStep(name, branches, last)
    values.set(name, exampleOf(step.value, name, space))
    at = step.child
  }
}

/** A value that stands for many is shown by one of them; where none is known, there is no witness. */
function exampleOf(value: string | Bound, name: string, space: Sides['space']): string | Bound {
  if (typeof value !== 'string' || !isClass(value)) return value
  const example = space.alphabet(name)?.exampleOf(value)
  if (example == null) throw new LimitReached()
  return example
}

interface Step {
  readonly value: string | Bound
  readonly child: Diagram
}

function lastOf(variable: Sides['space']['variables'][number] | undefined): Bound {
  return variable?.domain === 'number' ? variable.last : 0
}

/** Values that say the least, by what a variable's name starts with; then those that policies name. */
const plainTexts: readonly { readonly name: RegExp; readonly values: readonly string[] }[] = [
  { name: / kind$/, values: ['pod', 'external', 'host'] },
  { name: /^family$/, values: ['4', '6'] },
  { name: / (namespace|pod|serviceAccount|node) /, values: [absent] },
]

function textStep(name: string, branches: Branches & { kind: 'text' }): Step {
  const { values, children, other } = branches
  const childOf = (value: string): Diagram => {
    const at = values.indexOf(value)
    return at < 0 ? other : (children[at] ?? nothing)
  }
  const isName =
    name.endsWith(` ${namespaceNameLabel}`) || name.endsWith(` ${serviceAccountNameLabel}`)
  const isSwitch = values.length === 1 && values[0] === yes
  const first = isName ? [] : (plainTexts.find((one) => one.name.test(name))?.values ?? [])
  const known = [...values].filter((value) => value !== absent).sort(classesLast)
  const wanted = isSwitch
    ? ['', yes]
    : [...first, ...known, unusedWord(isName ? `other-${name.split(' ')[0]}` : 'other', values)]
  const value = wanted.find((one) => childOf(one) !== nothing) ?? ''
  return { value, child: childOf(value) }
}

function classesLast(a: string, b: string): number {
  return Number(isClass(a)) - Number(isClass(b)) || byCodeUnit(a, b)
}

/** A value that no policy names. */
function unusedWord(wanted: string, values: readonly string[]): string {
  let word = wanted
  for (let at = 1; values.includes(word); at += 1) word = `${wanted}-${at}`
  return word
}

const plainPorts: readonly number[] = [80, 443, 8080, 53, 5432]
const plainProtocols: readonly number[] = [6, 17, 132, 1, 58]
/** Addresses of documentation, RFC 5737 and RFC 3849. */
const plainAddresses: readonly bigint[] = ['203.0.113.7', '198.51.100.7', '2001:db8::7'].flatMap(
  (text) => parseAddress(text)?.value ?? [],
)

function numberStep(name: string, branches: Branches & { kind: 'number' }, last: Bound): Step {
  const { starts, children } = branches
  const plain: readonly Bound[] =
    name === names.port
      ? plainPorts
      : name === names.protocol
        ? plainProtocols
        : typeof last === 'bigint'
          ? plainAddresses
          : plainAddresses.filter((one) => one <= 0xffffffffn).map(Number)
  const childOf = (value: Bound): Diagram => {
    let child = nothing
    for (let at = 0; at < starts.length && (starts[at] ?? 0) <= value; at += 1) {
      child = children[at] ?? nothing
    }
    return child
  }
  const wanted = [...plain.filter((one) => one <= last), ...inside(name, branches, last), ...starts]
  const value = wanted.find((one) => childOf(one) !== nothing) ?? 0
  return { value, child: childOf(value) }
}

/** Addresses a little way into each range, since the first one is often a network's own. */
function inside(
  name: string,
  { starts }: Branches & { kind: 'number' },
  last: Bound,
): readonly Bound[] {
  if (!/ IPv[46]$/.test(name)) return []
  const more = name.startsWith('source') ? 7 : 8
  return starts.flatMap((start, at): readonly Bound[] => {
    const end = starts[at + 1]
    const value = typeof start === 'bigint' ? start + BigInt(more) : Number(start) + more
    return end === undefined ? (value <= last ? [value] : []) : value < end ? [value] : []
  })
}

function endOf(end: End, values: Values, family: 4 | 6): FlowEnd {
  const address = addressOf(end, values, family)
  return { endpoint: endpointOf(end, values, address), address }
}

/** Addresses that nothing depends on, one for each end so that they differ. */
const spareAddresses: Readonly<Record<End, Readonly<Record<4 | 6, bigint>>>> = {
  source: { 4: 0xcb007107n, 6: 0x20010db8000000000000000000000007n },
  destination: { 4: 0xcb007108n, 6: 0x20010db8000000000000000000000008n },
}

function addressOf(end: End, values: Values, family: 4 | 6): Address {
  const value = values.get(names.address(end, family))
  return { family, value: value === undefined ? spareAddresses[end][family] : BigInt(value) }
}

function endpointOf(end: End, values: Values, address: Address): Endpoint {
  const kind = values.get(names.kind(end)) ?? 'pod'
  const isOwn = values.get(names.ownNode) === yes
  switch (kind) {
    case 'pod':
      return {
        kind: 'pod',
        name: end,
        namespace: namespaceOf(end, values),
        labels: labelsOf(end, 'pod', values),
        serviceAccount: accountOf(end, values),
        ports: [],
        addresses: [address],
        node: 'node',
      }
    case 'host':
      return {
        kind: 'host',
        name: isOwn ? 'node' : 'other-node',
        labels: labelsOf(end, 'node', values),
        addresses: [address],
      }
    default:
      return { kind: 'external', address }
  }
}

/** What one end leaves open in a namespace that both are in is as the other end has it. */
function namespaceOf(end: End, values: Values): Namespace {
  const name = nameOf(end, 'namespace', namespaceNameLabel, values)
  const shared = sharesName('namespace', namespaceNameLabel, values)
  const labels = ownedLabels(end, 'namespace', values, shared)
  return { name, labels: { ...labels, [namespaceNameLabel]: name } }
}

function accountOf(end: End, values: Values): ServiceAccount {
  const name = nameOf(end, 'serviceAccount', serviceAccountNameLabel, values)
  const shared =
    sharesName('namespace', namespaceNameLabel, values) &&
    sharesName('serviceAccount', serviceAccountNameLabel, values)
  const labels = ownedLabels(end, 'serviceAccount', values, shared)
  return { name, labels: { ...labels, [serviceAccountNameLabel]: name } }
}

/** Names that policies do not tell apart are made to differ. */
function nameOf(end: End, owner: Owner, label: string, values: Values): string {
  const value = values.get(names.label(end, owner, label))
  return value === undefined ? `any-${end}` : String(value)
}

function sharesName(owner: Owner, label: string, values: Values): boolean {
  return nameOf('source', owner, label, values) === nameOf('destination', owner, label, values)
}

function ownedLabels(end: End, owner: Owner, values: Values, shared: boolean): Labels {
  const own = labelsOf(end, owner, values)
  if (!shared) return own
  const others = (['source', 'destination'] as const).map((one) => labelsOf(one, owner, values))
  return Object.assign({}, ...others, own)
}

function labelsOf(end: End, owner: Owner, values: Values): Labels {
  const prefix = names.label(end, owner, '')
  return Object.fromEntries(
    [...values].flatMap(([name, value]) =>
      name.startsWith(prefix) && value !== absent
        ? [[name.slice(prefix.length), String(value)]]
        : [],
    ),
  )
}

function trafficOf(values: Values, family: 4 | 6): FlowTraffic {
  const number = Number(values.get(names.protocol) ?? protocolNumbers.TCP)
  const protocol = protocols.find((one) => protocolNumbers[one] === number)
  if (protocol !== undefined) {
    return { kind: 'ports', protocol, port: Number(values.get(names.port) ?? 80) }
  }
  if (number !== icmpNumbers[family]) return { kind: 'other', protocolNumber: number }
  const [type, code] = [names.icmpType, names.icmpCode].map((name) => Number(values.get(name) ?? 0))
  return { kind: 'icmp', type: type ?? 0, code: code ?? 0 }
}

/** What follows the prefix in the names of the switches that are on. */
function chosen(values: Values, prefix: string): readonly string[] {
  return [...values].flatMap(([name, value]) =>
    name.startsWith(prefix) && value === yes ? [name.slice(prefix.length)] : [],
  )
}

function namedPortsOf(values: Values, traffic: FlowTraffic): readonly NamedPort[] {
  if (traffic.kind !== 'ports') return []
  const { protocol, port } = traffic
  return chosen(values, names.named('')).map((name) => ({ name, protocol, port }))
}

function withPorts(end: FlowEnd, ports: readonly NamedPort[]): FlowEnd {
  return end.endpoint.kind === 'pod' ? { ...end, endpoint: { ...end.endpoint, ports } } : end
}

// What would refuse a CiliumNetworkPolicy: the schema of its CRD at the API server, and the agent's
// own check, after which a faulty policy is stored and not enforced. Sources: the CRD and
// pkg/policy/api/rule_validation.go of cilium/cilium.
import { parseAllDocuments } from 'yaml'
import type { OutputFile } from '../../src/emit/target.ts'
import { holdsBlock } from './ciliumAddress.ts'
import { selectorFaults } from './ciliumSelectorValidator.ts'

type Data = Readonly<Record<string, unknown>>

/** A sentence for each fault; none where Cilium takes all of the files. */
export function rejectionsOfCilium(files: readonly OutputFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    parseAllDocuments(text, { version: '1.1' }).flatMap((document) =>
      [
        ...document.errors.map(({ message }) => message),
        ...(document.errors.length > 0 ? [] : objectFaults(document.toJS())),
      ].map((fault) => `${path}: ${fault}`),
    ),
  )
}

function objectFaults(value: unknown): readonly string[] {
  if (!isData(value)) return ['the document is no object']
  const { apiVersion, kind, metadata, spec, specs } = value
  const rules = [...(spec === undefined ? [] : [spec]), ...list(specs)]
  return [
    ...unknownKeys(value, ['apiVersion', 'kind', 'metadata', 'spec', 'specs'], 'the object'),
    ...(apiVersion === 'cilium.io/v2' && kinds.includes(String(kind)) ? [] : ['wrong kind']),
    ...(isData(metadata)
      ? metadataFaults(metadata, kind === 'CiliumNetworkPolicy')
      : ['no metadata']),
    ...(rules.length === 0 ? ['neither spec nor specs holds a rule'] : []),
    ...rules.flatMap((rule) => (isData(rule) ? ruleFaults(rule) : ['a rule is no object'])),
  ]
}

const kinds: readonly string[] = ['CiliumNetworkPolicy', 'CiliumClusterwideNetworkPolicy']

function metadataFaults({ name, namespace }: Data, isNamespaced: boolean): readonly string[] {
  const isName =
    typeof name === 'string' &&
    name.length <= 253 &&
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
  const isNamespace = isNamespaced
    ? typeof namespace === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)
    : namespace === undefined
  return [
    ...(isName ? [] : ['metadata.name is no DNS subdomain']),
    ...(isNamespace ? [] : ['metadata.namespace is no DNS label, or has no place there']),
  ]
}

const sections = ['ingress', 'ingressDeny', 'egress', 'egressDeny']
const ruleKeys = [...sections, 'endpointSelector', 'description', 'enableDefaultDeny', 'labels']

function ruleFaults(rule: Data): readonly string[] {
  const { endpointSelector, enableDefaultDeny = {}, description = '' } = rule
  const members = sections.flatMap((section) =>
    list(rule[section]).map((member) => ({ section, member })),
  )
  return [
    ...unknownKeys(rule, ruleKeys, 'a rule'),
    ...(isData(endpointSelector)
      ? selectorFaults(endpointSelector)
      : ['a rule has no endpointSelector']),
    ...(typeof description === 'string' ? [] : ['description is no string']),
    ...defaultDenyFaults(enableDefaultDeny),
    ...sections
      .filter((section) => rule[section] !== undefined && !Array.isArray(rule[section]))
      .map((section) => `${section} is no list`),
    ...(members.length === 0 ? ['all sections of a rule are empty'] : []),
    ...members.flatMap(({ section, member }) =>
      isData(member) ? memberFaults(member, section) : [`an item of ${section} is no object`],
    ),
  ]
}

function defaultDenyFaults(value: unknown): readonly string[] {
  if (!isData(value)) return ['enableDefaultDeny is no object']
  return [
    ...unknownKeys(value, ['ingress', 'egress'], 'enableDefaultDeny'),
    ...Object.values(value)
      .filter((one) => typeof one !== 'boolean')
      .map(() => 'enableDefaultDeny holds what is no boolean'),
  ]
}

const peerKinds = ['Endpoints', 'Entities', 'CIDR', 'CIDRSet']
const entities = [
  ...['all', 'world', 'cluster', 'host', 'init', 'ingress', 'unmanaged', 'remote-node'],
  ...['health', 'none', 'kube-apiserver'],
]

function memberFaults(member: Data, section: string): readonly string[] {
  const word = section.startsWith('ingress') ? 'from' : 'to'
  const keys = peerKinds.map((kind) => `${word}${kind}`)
  const used = keys.filter((key) => list(member[key]).length > 0)
  const [endpoints, named, cidrs, cidrSets] = keys.map((key) => list(member[key]))
  return [
    ...unknownKeys(member, [...keys, 'toPorts', 'icmps'], section),
    ...(used.length > 1 ? [`${section} combines ${used.join(' and ')}`] : []),
    // Legal, but lost on the way through any Go client, and then its opposite.
    ...Object.entries(member).flatMap(([key, value]) =>
      Array.isArray(value) && value.length > 0 ? [] : [`${section}.${key} is no filled list`],
    ),
    ...(endpoints ?? []).flatMap((one) => (isData(one) ? selectorFaults(one) : ['no selector'])),
    ...(named ?? []).filter((one) => !entities.includes(String(one))).map((one) => `entity ${one}`),
    ...(cidrs ?? []).flatMap((one) => blockFaults(one, false)),
    ...(cidrSets ?? []).flatMap(cidrSetFaults),
    ...(member.toPorts !== undefined && member.icmps !== undefined
      ? [`${section} combines toPorts and icmps`]
      : []),
    ...list(member.toPorts).flatMap(portRuleFaults),
    ...list(member.icmps).flatMap(icmpRuleFaults),
  ]
}

function cidrSetFaults(value: unknown): readonly string[] {
  if (!isData(value)) return ['a CIDR set is no object']
  const { cidr, except } = value
  const faults = [
    ...unknownKeys(value, ['cidr', 'except'], 'a CIDR set'),
    ...[cidr, ...list(except)].flatMap((one) => blockFaults(one, true)),
    ...(except !== undefined && list(except).length === 0 ? ['except is no filled list'] : []),
  ]
  if (faults.length > 0) return faults
  return list(except)
    .filter((hole) => !holdsBlock(String(cidr), String(hole)))
    .map((hole) => `${hole} is not inside of ${cidr}`)
}

function blockFaults(value: unknown, needsPrefix: boolean): readonly string[] {
  const text = String(value)
  const [address = '', prefix] = text.split('/')
  if (typeof value !== 'string' || (needsPrefix && prefix === undefined)) return [`CIDR ${text}`]
  try {
    holdsBlock(`${address}/0`, prefix === undefined ? `${address}/32` : text)
    return []
  } catch {
    return [`CIDR ${text}`]
  }
}

function portRuleFaults(value: unknown): readonly string[] {
  if (!isData(value)) return ['an item of toPorts is no object']
  const ports = list(value.ports)
  return [
    ...unknownKeys(value, ['ports'], 'toPorts'),
    ...(ports.length >= 1 && ports.length <= 40 ? [] : [`${ports.length} ports in one list`]),
    ...ports.flatMap((port) => (isData(port) ? portFaults(port) : ['a port is no object'])),
  ]
}

const protocols = ['TCP', 'UDP', 'SCTP', 'ANY']

function portFaults(value: Data): readonly string[] {
  const { port, endPort, protocol } = value
  const text = typeof port === 'string' ? port : ''
  const isNumber = /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65535
  const isName =
    text.length <= 15 && /^(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text)
  const isEnd =
    typeof endPort === 'number' &&
    Number.isInteger(endPort) &&
    endPort <= 65535 &&
    isNumber &&
    endPort >= Number(text) &&
    Number(text) > 0
  return [
    ...unknownKeys(value, ['port', 'endPort', 'protocol'], 'a port'),
    ...(isNumber || isName ? [] : [`port ${JSON.stringify(port)}`]),
    ...(endPort === undefined || isEnd ? [] : [`endPort ${endPort} beside port ${port}`]),
    ...(protocol === undefined || protocols.includes(String(protocol))
      ? []
      : [`protocol ${protocol}`]),
  ]
}

function icmpRuleFaults(value: unknown): readonly string[] {
  if (!isData(value)) return ['an item of icmps is no object']
  const fields = list(value.fields)
  const isField = (one: unknown): boolean =>
    isData(one) &&
    unknownKeys(one, ['family', 'type'], '').length === 0 &&
    ['IPv4', 'IPv6', undefined].includes(one.family as string) &&
    typeof one.type === 'number' &&
    one.type >= 0 &&
    one.type <= 255
  return [
    ...unknownKeys(value, ['fields'], 'icmps'),
    ...(fields.length >= 1 && fields.length <= 40 ? [] : [`${fields.length} ICMP fields`]),
    ...fields.filter((one) => !isField(one)).map((one) => `ICMP field ${JSON.stringify(one)}`),
  ]
}

function unknownKeys(value: Data, known: readonly string[], where: string): readonly string[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => `${where} has the unknown field ${key}`)
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

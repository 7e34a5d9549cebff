// Pods and nodes that are made up from an expression such as `ns=shop,app=web,port:http=8080/tcp`.
import { type Address, parseAddress } from '../algebra/address.ts'
import type { Host, Labels, NamedPort, Pod } from '../cluster/types.ts'
import { namespaceNameLabel, serviceAccountNameLabel } from '../ir/selector.ts'
import { protocols } from '../ir/types.ts'

/** What an expression says where it leaves something out. */
export interface Defaults {
  /** A name that no other end of the flow has. */
  readonly name: string
  readonly namespace: string
  /** Labels that a namespace is known to have. */
  readonly namespaceLabels: (namespace: string) => Labels
  /** One of each IP version. */
  readonly addresses: readonly Address[]
}

/** Keys that are no labels of the pod. */
const ownKeys: readonly string[] = ['ns', 'namespace', 'sa', 'ip', 'node']
const prefixes: readonly string[] = ['ns:', 'sa:', 'node:', 'port:']

type Values = ReadonlyMap<string, string>

/**
 * The endpoint, or what is wrong with the words. Where nothing but a node is spoken of (`node=NAME`,
 * `node:LABEL=VALUE`, `ip=`), it is that node; else a pod.
 */
export function madeUp(words: string, defaults: Defaults): Pod | Host | string {
  const values = valuesOf(words)
  if (typeof values === 'string') return values
  const addresses = addressesOf(values, defaults)
  if (typeof addresses === 'string') return addresses
  const isNode = [...values.keys()].every(
    (key) => key === 'node' || key === 'ip' || key.startsWith('node:'),
  )
  const node = values.get('node') ?? ''
  if (!isNode || node === '') return podOf(values, addresses, defaults)
  return { kind: 'host', name: node, labels: labelled(values, 'node:'), addresses }
}

function valuesOf(words: string): Values | string {
  const values = new Map<string, string>()
  for (const part of words.split(',')) {
    const [key = '', value, ...rest] = part.split('=').map((one) => one.trim())
    if (key === '' || value === undefined || rest.length > 0) return `"${part}" is not "key=value"`
    if (values.has(key)) return `"${key}" is said twice`
    values.set(key, value)
  }
  return values.has('ns') && values.has('namespace') ? 'the namespace is said twice' : values
}

function addressesOf(values: Values, { addresses }: Defaults): readonly Address[] | string {
  const written = values.get('ip')
  if (written === undefined) return addresses
  const address = parseAddress(written)
  return address === undefined ? `"${written}" is no address` : [address]
}

function podOf(
  values: Values,
  addresses: readonly Address[],
  { name, ...defaults }: Defaults,
): Pod | string {
  const namespace = values.get('ns') ?? values.get('namespace') ?? defaults.namespace
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) {
    return `"${namespace}" is not the name of a namespace`
  }
  const ports = portsOf(values)
  if (typeof ports === 'string') return ports
  const account = values.get('sa') ?? 'default'
  const nameLabel = { [namespaceNameLabel]: namespace }
  const namespaceLabels = { ...defaults.namespaceLabels(namespace), ...labelled(values, 'ns:') }
  const accountLabels = { ...labelled(values, 'sa:'), [serviceAccountNameLabel]: account }
  return {
    kind: 'pod',
    name,
    namespace: { name: namespace, labels: { ...namespaceLabels, ...nameLabel } },
    labels: ownLabels(values),
    serviceAccount: { name: account, labels: accountLabels },
    ports,
    addresses,
    node: values.get('node') ?? '',
  }
}

function ownLabels(values: Values): Labels {
  const isOwn = (key: string): boolean =>
    !ownKeys.includes(key) && !prefixes.some((prefix) => key.startsWith(prefix))
  return Object.fromEntries([...values].filter(([key]) => isOwn(key)))
}

function labelled(values: Values, prefix: string): Labels {
  const found = [...values].filter(([key]) => key.startsWith(prefix))
  return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]))
}

function portsOf(values: Values): readonly NamedPort[] | string {
  const ports: NamedPort[] = []
  for (const [name, value] of Object.entries(labelled(values, 'port:'))) {
    const [, number = '', word = 'tcp'] = /^(\d{1,5})(?:\/([a-z]+))?$/i.exec(value) ?? []
    const protocol = protocols.find((one) => one.toLowerCase() === word.toLowerCase())
    const port = Number(number)
    if (name === '' || protocol === undefined || port < 1 || port > 65535) {
      return `"port:${name}=${value}" is not as "port:http=8080/tcp"`
    }
    ports.push({ name, protocol, port })
  }
  return ports
}

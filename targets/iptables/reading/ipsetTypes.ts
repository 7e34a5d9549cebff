// Types of ipsets: what their elements are made of, and what rules compare it with. ipset(8).
import type { PacketEnd, PacketField } from '../../../src/ruleset/types.ts'

/** What stands between the commas of an element. */
export type Component = 'ip' | 'net' | 'port' | 'mac' | 'mark' | 'iface' | 'set'

const types: readonly string[] = [
  'bitmap:ip',
  'bitmap:ip,mac',
  'bitmap:port',
  'hash:ip',
  'hash:ip,mac',
  'hash:ip,mark',
  'hash:ip,port',
  'hash:ip,port,ip',
  'hash:ip,port,net',
  'hash:mac',
  'hash:net',
  'hash:net,iface',
  'hash:net,net',
  'hash:net,port',
  'hash:net,port,net',
  'list:set',
]

/** Names that ipset had for its types before version 5. */
const oldNames: ReadonlyMap<string, string> = new Map([
  ['iphash', 'hash:ip'],
  ['iptree', 'hash:ip'],
  ['iptreemap', 'hash:net'],
  ['ipmap', 'bitmap:ip'],
  ['ipporthash', 'hash:ip,port'],
  ['ipportiphash', 'hash:ip,port,ip'],
  ['ipportnethash', 'hash:ip,port,net'],
  ['macipmap', 'bitmap:ip,mac'],
  ['nethash', 'hash:net'],
  ['portmap', 'bitmap:port'],
  ['setlist', 'list:set'],
])

/** The components of a type's elements; undefined for a type that is not known. */
export function componentsOf(type: string): readonly Component[] | undefined {
  const name = oldNames.get(type) ?? type
  if (!types.includes(name)) return undefined
  return name.slice(name.indexOf(':') + 1).split(',') as Component[]
}

/** Whether elements hold blocks of addresses, the narrowest of which decides. */
export function holdsBlocks(type: string): boolean {
  return componentsOf(type)?.includes('net') ?? false
}

/**
 * What a match by `--match-set` compares with the parts of elements: one field for each component, and
 * protocol and port for a `port`. Undefined where there are too few flags: the kernel then answers "no".
 */
export function fieldsFor(
  components: readonly Component[],
  flags: readonly PacketEnd[],
): readonly PacketField[] | undefined {
  const fields = components.map((component, at) => {
    const end = flags[at]
    return end === undefined ? undefined : fieldsOf(component, end)
  })
  const found = fields.filter((own) => own !== undefined)
  return found.length === fields.length ? found.flat() : undefined
}

function fieldsOf(component: Component, end: PacketEnd): readonly PacketField[] {
  switch (component) {
    case 'ip':
    case 'net':
    case 'set':
      return [{ kind: 'address', end }]
    case 'port':
      return [{ kind: 'protocol' }, { kind: 'port', end }]
    case 'mark':
      return [{ kind: 'mark', of: 'packet' }]
    case 'iface':
      return [{ kind: 'interface', end: end === 'source' ? 'in' : 'out' }]
    case 'mac':
      return [{ kind: 'unknown', text: `MAC address of the ${end}` }]
  }
}

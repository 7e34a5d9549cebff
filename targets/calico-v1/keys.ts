// Keys as Go's JSON reader took them, whatever their case, and as they were spelled before Calico 2.0.
// A document gets the keys that it meant; a key that nobody knew keeps its name, and is reported with
// the shape.
import type { Reporter } from '../../src/diagnostics/diagnostic.ts'
import {
  type Located,
  type LocatedDocument,
  type LocatedEntry,
  locatedMap,
  locatedSequence,
} from '../../src/source/located.ts'
import type { Source } from '../../src/source/source.ts'

const known = [
  ...['apiVersion', 'kind', 'metadata', 'spec', 'name', 'annotations', 'labels', 'tags'],
  ...['order', 'selector', 'types', 'ingress', 'egress', 'doNotTrack', 'preDNAT'],
  ...['action', 'ipVersion', 'protocol', 'notProtocol', 'icmp', 'notICMP', 'type', 'code'],
  ...['source', 'destination', 'tag', 'notTag', 'net', 'notNet', 'nets', 'notNets'],
  ...['notSelector', 'ports', 'notPorts'],
]
const negated = ['protocol', 'icmp', 'tag', 'net', 'nets', 'selector', 'ports']
const bySpelling: ReadonlyMap<string, string> = new Map(
  known.map((key) => [key.toLowerCase(), key]),
)
const byOldSpelling: ReadonlyMap<string, string> = new Map(
  negated.map((key) => [`!${key}`, bySpelling.get(`not${key}`) ?? key]),
)
/** Mappings whose keys are the user's own. */
const ownKeys = ['annotations', 'labels']

/** The document with the keys that its engine read; reports each key that has another spelling. */
export function withKnownKeys(document: LocatedDocument, reporter: Reporter): LocatedDocument {
  return { ...document, root: renamed(document.root, document.source, reporter) }
}

function renamed(node: Located, source: Source, reporter: Reporter): Located {
  switch (node.kind) {
    case 'scalar':
      return node
    case 'sequence': {
      const items = node.items.map((one) => renamed(one, source, reporter))
      return locatedSequence(node.start, node.end, items)
    }
    case 'map': {
      const entries = new Map<string, LocatedEntry>()
      for (const [written, entry] of node.entries) {
        const key = meantBy(written)
        const at = { source, start: entry.keyStart, end: entry.keyEnd }
        if (entries.has(key)) {
          const message = `"${written}" is a second "${key}"`
          reporter.report('NP1004', { message, at, help: 'keep one: Calico took both for one key' })
          continue
        }
        if (key !== written) {
          const message = `"${written}" is read as "${key}", as Calico did`
          reporter.report('NP3007', { message, at, help: `write "${key}"` })
        }
        const value = ownKeys.includes(key) ? entry.value : renamed(entry.value, source, reporter)
        entries.set(key, { ...entry, value })
      }
      return locatedMap(node.start, node.end, entries)
    }
  }
}

function meantBy(written: string): string {
  const lower = written.toLowerCase()
  return bySpelling.get(lower) ?? byOldSpelling.get(lower) ?? written
}

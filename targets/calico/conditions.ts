// What a Calico rule asks for that no flow's ends and ports tell: ports of clients, services, and what
// HTTP asks for. The reader makes these texts, the emitter takes them apart again; both forms are here.
import type { RawHttp } from './reading/schema.ts'

/** Which end of a flow. */
export type FlowSide = 'source' | 'destination'

/** A path of HTTP: the very one, or all that begin so. */
export type HttpPath = { readonly exact: string } | { readonly prefix: string }

/** A condition in its parts. */
export type CalicoCondition =
  | { readonly kind: 'source ports'; readonly not: boolean; readonly ports: readonly string[] }
  /** `namespace` is empty where a GlobalNetworkPolicy names none. */
  | {
      readonly kind: 'service'
      readonly side: FlowSide
      readonly namespace: string
      readonly name: string
    }
  | {
      readonly kind: 'http'
      readonly methods: readonly string[]
      readonly paths: readonly HttpPath[]
    }

/** The texts of conditions that this dialect makes. */
export const conditionForms: readonly RegExp[] = [
  /^source port (not )?[^ ]+$/,
  /^(source|destination) is service [^ /]*\/[^ /]+$/,
  /^HTTP /,
]

/** Ports that a client must, or must not, send from. */
export function sourcePortCondition(ports: readonly (number | string)[], not: boolean): string {
  return `source port ${not ? 'not ' : ''}${ports.map(String).sort().join(',')}`
}

/** One end is a backend of a service. */
export function serviceCondition(side: FlowSide, namespace: string, name: string): string {
  return `${side} is service ${namespace}/${name}`
}

/** What is asked for by HTTP: methods, exact paths, and with a star at their end what paths begin with. */
export function httpCondition({ methods, paths }: RawHttp): string {
  const words = [
    ...[...(methods ?? [])].map(escaped).sort(),
    ...(paths ?? [])
      .map(({ exact, prefix }) => (exact == null ? `${escaped(prefix ?? '')}*` : escaped(exact)))
      .sort(),
  ]
  return `HTTP ${words.join(' ')}`
}

/** The parts of a condition's text; null where it is none of this dialect. */
export function parseCondition(text: string): CalicoCondition | null {
  const [portForm, serviceForm, httpForm] = conditionForms
  if (portForm?.test(text)) return parseSourcePorts(text.slice('source port '.length))
  if (serviceForm?.test(text)) return parseService(text)
  return httpForm?.test(text) ? parseHttp(text.slice('HTTP '.length)) : null
}

function parseSourcePorts(words: string): CalicoCondition {
  const not = words.startsWith('not ')
  return { kind: 'source ports', not, ports: words.slice(not ? 4 : 0).split(',') }
}

function parseService(text: string): CalicoCondition {
  const side = text.startsWith('source') ? 'source' : 'destination'
  const [namespace = '', name = ''] = text.slice(text.lastIndexOf(' ') + 1).split('/')
  return { kind: 'service', side, namespace, name }
}

function parseHttp(text: string): CalicoCondition {
  const words = text.split(' ').filter((word) => word !== '')
  const isPath = (word: string): boolean => /^[/*]/.test(word)
  return {
    kind: 'http',
    methods: words.filter((word) => !isPath(word)).map(unescaped),
    paths: words
      .filter(isPath)
      .map((word) =>
        word.endsWith('*') ? { prefix: unescaped(word.slice(0, -1)) } : { exact: unescaped(word) },
      ),
  }
}

// Blanks part the words and a star ends a prefix, so neither stands inside of a word as it is.
function escaped(word: string): string {
  return word.replace(/[%*\s]/g, (found) => encodeURIComponent(found).replace('*', '%2A'))
}

function unescaped(word: string): string {
  return decodeURIComponent(word)
}

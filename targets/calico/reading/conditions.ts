// What a rule asks for that ends and ports of a flow do not show, as canonical texts.
import type { Direction } from '../../../src/ir/types.ts'
import { complain, into, type Place } from '../../../src/schema/place.ts'
import type { RawEntity, RawHttp, RawRule } from './schema.ts'
import { readPorts } from './traffic.ts'

/** What cannot be told from ends and ports: ports of clients, services, and what HTTP asks for. */
export function readConditions(
  raw: RawRule,
  direction: Direction,
  place: Place,
): readonly string[] {
  const at = into(place, 'source')
  return [
    ...clientPorts(raw.source, at),
    ...serviceCondition(raw.source, 'source', direction === 'ingress', into(at, 'services')),
    ...serviceCondition(
      raw.destination,
      'destination',
      direction === 'egress',
      into(place, 'destination', 'services'),
    ),
    ...httpCondition(raw, direction, into(place, 'http')),
  ]
}

/** The ports that a client uses, as conditions. */
export function clientPorts(
  source: Pick<RawEntity, 'ports' | 'notPorts'> | null | undefined,
  place: Place,
): readonly string[] {
  const ports = readPorts(source?.ports, into(place, 'ports'))
  const notPorts = readPorts(source?.notPorts, into(place, 'notPorts'))
  return [
    ...(ports.length > 0 ? [`source port ${portWords(source?.ports)}`] : []),
    ...(notPorts.length > 0 ? [`source port not ${portWords(source?.notPorts)}`] : []),
  ]
}

function portWords(ports: RawEntity['ports']): string {
  return (ports ?? []).map(String).sort().join(',')
}

function serviceCondition(
  entity: RawEntity | null | undefined,
  end: string,
  isAllowed: boolean,
  place: Place,
): readonly string[] {
  const services = entity?.services
  if (services == null) return []
  if (!isAllowed) {
    const message = `"services" cannot stand in the ${end} of this direction`
    complain(place, 'NP2018', { on: 'key', message })
  }
  if (services.name == null || services.name === '') {
    complain(place, 'NP2018', { on: 'key', message: '"services" needs a name' })
    return []
  }
  return [`${end} is service ${services.namespace ?? ''}/${services.name}`]
}

function httpCondition(raw: RawRule, direction: Direction, place: Place): readonly string[] {
  if (raw.http == null) return []
  const fault =
    direction === 'egress'
      ? 'in egress'
      : raw.action !== 'Allow'
        ? `with the action ${raw.action}`
        : ![null, undefined, 'TCP', 6].includes(raw.protocol)
          ? 'without the protocol TCP'
          : undefined
  if (fault !== undefined) {
    complain(place, 'NP2018', { on: 'key', message: `"http" cannot stand ${fault}` })
  }
  return [`HTTP ${httpWords(raw.http)}`]
}

function httpWords({ methods, paths }: RawHttp): string {
  const words = [
    ...[...(methods ?? [])].sort(),
    ...(paths ?? [])
      .map(({ exact, prefix }) => (exact == null ? `${prefix ?? ''}*` : exact))
      .sort(),
  ]
  return words.join(' ')
}

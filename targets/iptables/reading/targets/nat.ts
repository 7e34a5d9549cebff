// Targets that translate addresses, and those that keep packets from being tracked.
import type { Family } from '../../../../src/algebra/address.ts'
import type { Deed, NatPlace } from '../../../../src/ruleset/types.ts'
import {
  firstValue,
  type OptionUse,
  optionsOf,
  type RuleParts,
  type TargetExtension,
  textOf,
} from '../extension.ts'
import { all, readAddresses, readAddressRange, readPortRange } from '../values.ts'

function readDestination(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  const places = uses.flatMap((use) => {
    if (use.name !== 'to-destination') return []
    const place = placeIn(firstValue(use), rule.family)
    if (place === undefined) rule.fault(use, `"${firstValue(use)}" is no place to send packets to`)
    return [place]
  })
  const to = all(places)
  return [{ kind: 'dnat', to: to === undefined || to.length === 0 ? null : to }]
}

/** `address[-address][:port[-port[/base]]]`; addresses of IPv6 stand in brackets before ports. */
function placeIn(text: string, family: Family): NatPlace | undefined {
  const hasPorts = family === 4 || text.startsWith('[') || /^:\d+(?:[-/]|$)/.test(text)
  const { where, what } = hasPorts ? cut(text) : { where: text, what: '' }
  const bare = where.replace(/[[\]]/g, '')
  const addresses = bare === '' ? null : readAddressRange(bare, family)
  const ports = what === '' ? null : readPortRange(what.split('/')[0] ?? '', '-')
  return addresses === undefined || ports === undefined ? undefined : { family, addresses, ports }
}

function cut(text: string): { readonly where: string; readonly what: string } {
  const colon = text.startsWith('[') ? text.indexOf(':', text.lastIndexOf(']')) : text.indexOf(':')
  return colon < 0
    ? { where: text, what: '' }
    : { where: text.slice(0, colon), what: text.slice(colon + 1) }
}

function readRedirect(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  const use = uses.find(({ name }) => name === 'to-ports')
  if (use === undefined) return [{ kind: 'redirect', ports: null }]
  const ports = readPortRange(firstValue(use), '-')
  if (ports !== undefined) return [{ kind: 'redirect', ports }]
  rule.fault(use, `"${firstValue(use)}" is no port or range of ports`)
  return [{ kind: 'dnat', to: null }]
}

/** A block for a block, of sources behind the routing; which of its addresses depends on the packet's. */
function readNetMap(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  if (rule.chain === 'POSTROUTING' || rule.chain === 'INPUT') return [{ kind: 'snat' }]
  const use = uses.find(({ name }) => name === 'to')
  const [addresses] = (use && readAddresses(firstValue(use), rule.family)) ?? []
  if (addresses === undefined) {
    if (use !== undefined) rule.fault(use, `"${firstValue(use)}" is no block of addresses`)
    return [{ kind: 'dnat', to: null }]
  }
  return [{ kind: 'dnat', to: [{ family: rule.family, addresses, ports: null }] }]
}

function readTracking(uses: readonly OptionUse[]): readonly Deed[] {
  return uses.some(({ name }) => name === 'notrack')
    ? [{ kind: 'notrack' }]
    : [{ kind: 'none', name: textOf('CT', uses) }]
}

const sourceTarget = (name: string, options: string): TargetExtension => ({
  name,
  options: optionsOf(options),
  read: () => [{ kind: 'snat' }],
})

/** A range of destinations, as old kernels have it. */
function readBalance(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  return readDestination(
    uses.map((use) => ({ ...use, name: 'to-destination' })),
    rule,
  )
}

/** Prefixes for prefixes without connections: the new destination is not followed. */
function readPrefix(uses: readonly OptionUse[], rule: RuleParts): readonly Deed[] {
  return [rule.unknownDeed('DNPT', textOf('DNPT', uses), true), { kind: 'dnat', to: null }]
}

/** Targets of the nat table and of tracking. */
export const natTargets: readonly TargetExtension[] = [
  {
    name: 'DNAT',
    options: optionsOf('to-destination=1 random persistent'),
    read: readDestination,
  },
  { name: 'REDIRECT', options: optionsOf('to-ports=1 random'), read: readRedirect },
  { name: 'NETMAP', options: optionsOf('to=1'), read: readNetMap },
  { name: 'BALANCE', options: optionsOf('to-destination=1'), read: readBalance },
  sourceTarget('SNAT', 'to-source=1 random random-fully persistent'),
  sourceTarget('MASQUERADE', 'to-ports=1 random random-fully'),
  { name: 'DNPT', options: optionsOf('src-pfx=1 dst-pfx=1'), read: readPrefix },
  {
    name: 'CT',
    options: optionsOf(
      'notrack helper=1 timeout=1 ctevents=1 expevents=1 zone=1 zone-orig=1 zone-reply=1',
    ),
    read: readTracking,
  },
  { name: 'NOTRACK', options: optionsOf(''), read: () => [{ kind: 'notrack' }] },
]

// source or destination of a rule → tests of one end of a flow. All that is said of it must hold; a
// selector means the endpoints of every namespace.
import {
  bitsOf,
  blockOf,
  type Cidr,
  parseAddress,
  parseCidr,
  printCidr,
} from '../../src/algebra/address.ts'
import type { Peer } from '../../src/ir/types.ts'
import { complain, each, into, type Place } from '../../src/schema/place.ts'
import { peersOf } from '../calico/reading/entity.ts'
import { readPods } from '../calico/reading/selectors.ts'
import type { SelectorTree } from '../calico/reading/selectorText.ts'
import type { Profiles } from './profiles.ts'
import type { RawEntity } from './schema.ts'
import { readSelector, readTag } from './selectors.ts'

/** A block as written, and where. */
export interface WrittenNet {
  readonly item: string
  readonly at: Place
}

/** The tests of which one must hold; "anyone" alone where the entity says nothing of endpoints. */
export function readEntity(raw: RawEntity, profiles: Profiles, place: Place): readonly Peer[] {
  const chosen = trees(raw, ['selector', 'tag'], profiles, place)
  const barred = trees(raw, ['notSelector', 'notTag'], profiles, place)
  const nets = netsOf(raw, ['net', 'nets'], place)
  const except = netsOf(raw, ['notNet', 'notNets'], place)
  const podsOf = (tree: SelectorTree): readonly Peer[] =>
    readPods(tree, place).map((match): Peer => ({ kind: 'pods', ...match }))
  const none: SelectorTree[] = barred.map((of) => ({ kind: 'not', of }))
  return peersOf({
    nets: nets.length === 0 ? null : nets.flatMap(readNet),
    except: except.flatMap(readNet),
    // Both tests are of endpoints, so that what is barred can be taken out of what is chosen.
    chosen: chosen.length === 0 ? null : podsOf({ kind: 'and', of: [...chosen, ...none] }),
    excluded: chosen.length > 0 || barred.length === 0 ? [] : podsOf({ kind: 'or', of: barred }),
  })
}

type SelectorKey = 'selector' | 'notSelector'
type TagKey = 'tag' | 'notTag'

function trees(
  raw: RawEntity,
  [selector, tag]: readonly [SelectorKey, TagKey],
  profiles: Profiles,
  place: Place,
): readonly SelectorTree[] {
  return [
    readSelector(raw[selector], profiles, into(place, selector)),
    readTag(raw[tag], profiles, into(place, tag)),
  ].flatMap((tree) => tree ?? [])
}

type NetKey = 'net' | 'nets' | 'notNet' | 'notNets'

/** The blocks of an entity under some keys. */
export function netsOf(
  raw: RawEntity,
  keys: readonly NetKey[],
  place: Place,
): readonly WrittenNet[] {
  return keys.flatMap((key) => {
    const written = raw[key]
    const at = into(place, key)
    return typeof written === 'string' ? [{ item: written, at }] : each(at, written)
  })
}

/** A block, or an address; bits beyond the mask are dropped, as Calico did. */
function readNet({ item, at }: WrittenNet): readonly Cidr[] {
  const address = parseAddress(item)
  if (address !== undefined) return [blockOf(address, bitsOf(address.family))]
  const read = parseCidr(item)
  if (read === undefined) {
    complain(at, 'NP2010', { message: `"${item}" is neither a CIDR nor an address` })
    return []
  }
  if (read.hostBits) {
    const message = `CIDR "${item}" has bits set beyond its prefix, which Calico dropped`
    complain(at, 'NP3001', { message, help: `write "${printCidr(read.cidr)}"` })
  }
  return [read.cidr]
}

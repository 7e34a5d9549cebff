// Protocols that have ports, by the names that Kubernetes gives them.
import { type Protocol, protocols } from '../ir/types.ts'
import { complain, type Place } from './place.ts'
import { suggest } from './suggest.ts'

/** The protocol of a name, upper case as the API server wants it; undefined after reporting. */
export function readProtocol(text: string, place: Place): Protocol | undefined {
  const known = protocols.find((protocol) => protocol === text)
  if (known === undefined) {
    const near = suggest(text, protocols)
    const help =
      near === undefined ? `known protocols: ${protocols.join(', ')}` : `did you mean "${near}"?`
    complain(place, 'NP2014', { message: `protocol "${text}" is not known`, help })
  }
  return known
}

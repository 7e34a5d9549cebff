// ObjectMeta as the API server checks it.
import { checkLabels } from './labelSelector.ts'
import { keyFault, labelFault, subdomainFault } from './names.ts'
import { complain, into, type Place } from './place.ts'
import type { RawMetadata } from './shapes.ts'

/** The name of a namespaced or cluster-wide object; undefined after reporting that it has none. */
export function readName(metadata: RawMetadata, place: Place): string | undefined {
  checkLabels(metadata.labels, into(place, 'labels'))
  for (const key of Object.keys(metadata.annotations ?? {})) {
    const fault = keyFault(key.toLowerCase())
    const message = `annotation key "${key}" is not valid: ${fault}`
    if (fault !== undefined)
      complain(into(place, 'annotations', key), 'NP2006', { on: 'key', message })
  }
  const { name } = metadata
  if (name == null || name === '') {
    const generated = metadata.generateName != null
    const at = generated ? into(place, 'generateName') : name === '' ? into(place, 'name') : place
    complain(at, 'NP2016', {
      on: 'key',
      message: generated ? 'the policy has only a "generateName"' : 'the policy has no name',
      help: 'give it a "metadata.name": the output is named after it',
    })
    return undefined
  }
  const fault = subdomainFault(name)
  if (fault !== undefined) {
    complain(into(place, 'name'), 'NP2005', {
      message: `policy name "${name}" is not valid: ${fault}`,
    })
  }
  return name
}

/** The namespace that the object names, or else the default. */
export function readNamespace(
  { namespace }: RawMetadata,
  defaultNamespace: string,
  place: Place,
): string {
  if (namespace == null || namespace === '') return defaultNamespace
  const fault = labelFault(namespace)
  if (fault !== undefined) {
    complain(place, 'NP2005', { message: `namespace "${namespace}" is not valid: ${fault}` })
  }
  return namespace
}

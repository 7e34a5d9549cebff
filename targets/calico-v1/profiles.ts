// Profiles: rules, labels and tags that an endpoint gets by being in one. Those that the Kubernetes
// integration made stand for namespaces; what others are about is no pod.
import { byCodeUnit } from '../../src/algebra/order.ts'
import { complain, into, type Place } from '../../src/schema/place.ts'
import type { RawProfile } from './schema.ts'

/** One profile, and what its members inherit. */
export interface Profile {
  readonly name: string
  /** The namespace whose pods are its members; null for endpoints that are no pods. */
  readonly namespace: string | null
  readonly tags: readonly string[]
  readonly labels: ReadonlyMap<string, string>
}

/** The profiles of an input. */
export interface Profiles {
  /** Names of the namespaces whose pods carry a tag, sorted. */
  readonly tagged: (tag: string) => readonly string[]
  /** Names of the namespaces whose pods inherit the label with a value that passes the test, sorted. */
  readonly labelled: (label: string, test: (value: string) => boolean) => readonly string[]
}

/** How profiles of namespaces are named: by the policy controller, and without etcd since Calico 2.1. */
const namespacePrefixes = ['k8s_ns.', 'ns.projectcalico.org/']
/** The integration's profile carries its own name as a tag. */
const taggedPrefix = 'k8s_ns.'

/** Reads what members of a profile inherit; warns of a profile that is about no pod. */
export function readProfile(raw: RawProfile, name: string, place: Place): Profile {
  const prefix = namespacePrefixes.find((one) => name.startsWith(one))
  if (prefix === undefined) {
    complain(into(place, 'metadata', 'name'), 'NP3005', {
      message: `the profile "${name}" is of no namespace: nothing in Kubernetes makes endpoints with it`,
      help: 'its rules, tags and labels are not carried; profiles of namespaces are named "k8s_ns.<namespace>"',
    })
  }
  return {
    name,
    namespace: prefix === undefined ? null : name.slice(prefix.length),
    tags: raw.metadata.tags ?? [],
    labels: new Map(Object.entries(raw.metadata.labels ?? {})),
  }
}

/** The profiles of an input as one thing that tags and labels are looked up in. */
export function profilesOf(profiles: readonly Profile[]): Profiles {
  const where = (holds: (profile: Profile) => boolean): readonly string[] => {
    const names = profiles.flatMap((one) =>
      one.namespace !== null && holds(one) ? [one.namespace] : [],
    )
    return [...new Set(names)].sort(byCodeUnit)
  }
  return {
    tagged: (tag) => {
      // A profile in the input has the tags that it lists, and no others.
      const isImplied = tag.startsWith(taggedPrefix) && profiles.every(({ name }) => name !== tag)
      const listed = where(({ tags }) => tags.includes(tag))
      return isImplied
        ? [...new Set([...listed, tag.slice(taggedPrefix.length)])].sort(byCodeUnit)
        : listed
    },
    labelled: (label, test) =>
      where(({ labels }) => {
        const value = labels.get(label)
        return value !== undefined && test(value)
      }),
  }
}

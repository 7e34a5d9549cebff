// Finding what is about the same pods without looking at everything: most policies name one namespace.
import { namespaceNameLabel } from '../ir/selector.ts'
import { type LabelBox, valuesOf } from './labels.ts'

/** Things by the namespaces of their subjects. */
export interface NamespaceIndex<T> {
  readonly add: (thing: T) => void
  /** What may have a pod in common with the boxes, in the order in which it was added. */
  readonly near: (boxes: readonly LabelBox[]) => readonly T[]
  readonly all: () => readonly T[]
}

/** An empty index. */
export function makeNamespaceIndex<T>(
  subjectsOf: (thing: T) => readonly LabelBox[],
): NamespaceIndex<T> {
  const things: T[] = []
  const anywhere = new Set<number>()
  const byName = new Map<string, Set<number>>()
  const under = (name: string): Set<number> => {
    const found = byName.get(name) ?? new Set<number>()
    byName.set(name, found)
    return found
  }
  return {
    add: (thing) => {
      const at = things.push(thing) - 1
      for (const box of subjectsOf(thing)) {
        const names = namespacesOf(box)
        if (names === null) anywhere.add(at)
        else for (const name of names) under(name).add(at)
      }
    },
    near: (boxes) => {
      const names = boxes.map(namespacesOf)
      if (names.includes(null)) return things
      const found = new Set(anywhere)
      for (const name of names.flatMap((one) => one ?? [])) {
        for (const at of byName.get(name) ?? []) found.add(at)
      }
      return [...found].sort((a, b) => a - b).flatMap((at) => things[at] ?? [])
    },
    all: () => things,
  }
}

function namespacesOf(box: LabelBox): readonly string[] | null {
  return valuesOf(box, 'namespaces', namespaceNameLabel)
}

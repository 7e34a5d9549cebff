// Objects of one kind and one name: the later would replace the earlier, so that one of them is lost.
import { groupBy } from '../algebra/order.ts'
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Span } from '../source/source.ts'

/** An object by its name, and where the name stands. */
export interface NamedObject {
  readonly name: string
  /** null for what has no namespace. */
  readonly namespace: string | null
  readonly at: Span
}

/** Reports (NP2015) each object of a name that another one has; `what` is their word, in the plural. */
export function reportTwins(
  what: string,
  objects: readonly NamedObject[],
  reporter: Reporter,
): void {
  const keyOf = ({ name, namespace }: NamedObject): string => JSON.stringify([namespace, name])
  for (const [first, ...others] of groupBy(objects, keyOf).values()) {
    for (const { name, namespace, at } of others) {
      const where = namespace === null ? '' : ` in namespace "${namespace}"`
      const also = first === undefined ? [] : [{ span: first.at, text: 'first' }]
      const message = `there are two ${what} "${name}"${where}`
      reporter.report('NP2015', { message, at, label: 'second', also })
    }
  }
}

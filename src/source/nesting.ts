// How deep documents may nest. No Kubernetes object comes near; the parsers recurse, and a hostile
// text must not end their stack.
import type { Reporter } from '../diagnostics/diagnostic.ts'
import type { Source } from './source.ts'

/** Levels of mappings and sequences that a document may have. */
export const nestingLimit = 200

/** Reports that the text at an offset is nested deeper than the limit. */
export function reportNesting(source: Source, offset: number, reporter: Reporter): void {
  reporter.report('NP1016', {
    message: `the document nests more than ${nestingLimit} levels deep`,
    at: { source, start: offset, end: offset + 1 },
  })
}

// Scalars whose meaning depends on the version of YAML.
import type { Place } from './place.ts'

/** Warns of scalars that Kubernetes, with its YAML 1.1 reader, takes differently than YAML 1.2. */
export function reportAmbiguities({ document, reporter }: Place): void {
  const { source, root } = document
  for (const { start, end, text, value } of document.ambiguities) {
    if (start < root.start || end > root.end) continue
    const message = `plain "${text}" is read as ${JSON.stringify(value)}, as YAML 1.1 has it`
    // In quotes a number would become a text of digits, which is hardly ever meant either.
    const help = typeof value === 'number' ? `write ${value}, or quote the text` : undefined
    reporter.report('NP1010', { message, at: { source, start, end }, help })
  }
}

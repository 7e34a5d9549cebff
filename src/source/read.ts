// Text → located documents, whichever of YAML and JSON it is.
import { makeReporter, type Reporter } from '../diagnostics/diagnostic.ts'
import { looksLikeJson, readJson } from './json.ts'
import type { LocatedDocument } from './located.ts'
import type { Source } from './source.ts'
import { readYaml } from './yaml.ts'

/** Longest text, in UTF-16 units, that is read a second time as a YAML flow mapping. */
const flowRetryLimit = 1_000_000

/**
 * Reads the documents of a source. What cannot be read is reported (NP1…) and left out; never
 * throws on any text.
 */
export function readDocuments(source: Source, reporter: Reporter): readonly LocatedDocument[] {
  const binary = source.text.search(/[\0\uFFFE\uFFFF]/)
  if (binary >= 0) {
    reporter.report('NP1007', { message: 'the file is not text', file: source.name })
    return []
  }
  const trial = makeReporter()
  const documents = readEither(source, trial)
  if (trial.errors > 0 && reportTemplate(source, reporter)) return []
  reporter.adopt(trial.diagnostics)
  return documents
}

function readEither(source: Source, reporter: Reporter): readonly LocatedDocument[] {
  if (!looksLikeJson(source.text)) return readYaml(source, reporter)
  const asJson = makeReporter()
  const documents = readJson(source, asJson)
  if (asJson.errors === 0 || source.text.length > flowRetryLimit) {
    reporter.adopt(asJson.diagnostics)
    return asJson.errors === 0 ? documents : []
  }
  // A YAML flow mapping also begins with a brace.
  const asYaml = makeReporter()
  const flow = readYaml(source, asYaml)
  reporter.adopt((asYaml.errors === 0 ? asYaml : asJson).diagnostics)
  return asYaml.errors === 0 ? flow : []
}

function reportTemplate(source: Source, reporter: Reporter): boolean {
  const start = source.text.search(/\{\{-?\s*[\w.$"(]/)
  if (start < 0) return false
  const at = { source, start, end: start + 2 }
  reporter.report('NP1015', { message: 'the text is a template that was not rendered', at })
  return true
}

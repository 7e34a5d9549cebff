// What Cilium refuses in a label selector. It writes a key's source into the key (`k8s:a` becomes
// `k8s.a`, `a` becomes `any.a`) and then applies the rules of Kubernetes for label selectors.

type Data = Readonly<Record<string, unknown>>

/** A sentence for each fault of a selector. */
export function selectorFaults(selector: Data): readonly string[] {
  const { matchLabels = {}, matchExpressions = [], ...unknown } = selector
  const labels = isData(matchLabels) ? Object.entries(matchLabels) : []
  const expressions = Array.isArray(matchExpressions) ? matchExpressions.filter(isData) : []
  return [
    ...Object.keys(unknown).map((key) => `a selector has the unknown field ${key}`),
    ...(isData(matchLabels) ? [] : ['matchLabels is no object']),
    ...(Array.isArray(matchExpressions) && matchExpressions.length === expressions.length
      ? []
      : ['matchExpressions is no list of objects']),
    ...labels.flatMap(([key, value]) => [...keyFaults(key), ...valueFaults(value)]),
    ...expressions.flatMap(expressionFaults),
  ]
}

const takesValues: Readonly<Record<string, boolean>> = {
  In: true,
  NotIn: true,
  Exists: false,
  DoesNotExist: false,
}

function expressionFaults(expression: Data): readonly string[] {
  const { key, operator, values, ...unknown } = expression
  const needed = takesValues[String(operator)]
  const given = Array.isArray(values) ? values : []
  return [
    ...Object.keys(unknown).map((name) => `an expression has the unknown field ${name}`),
    ...(needed === undefined ? [`operator ${operator}`] : []),
    ...(needed === undefined || needed === given.length > 0
      ? []
      : [`${given.length} values with ${operator}`]),
    ...keyFaults(key),
    ...given.flatMap(valueFaults),
  ]
}

const name = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

function keyFaults(key: unknown): readonly string[] {
  const text = String(key)
  const full = text.includes(':') ? text.replace(':', '.') : `any.${text}`
  const parts = full.split('/')
  const [last = '', prefix] = [...parts].reverse()
  const isName = last.length <= 63 && name.test(last)
  const isPrefix = prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix))
  return isName && isPrefix && parts.length <= 2 ? [] : [`label key ${text}`]
}

function valueFaults(value: unknown): readonly string[] {
  const isValue =
    typeof value === 'string' && (value === '' || (value.length <= 63 && name.test(value)))
  return isValue ? [] : [`label value ${JSON.stringify(value)}`]
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

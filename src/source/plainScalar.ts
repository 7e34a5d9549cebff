// What a plain (unquoted) YAML scalar means to Kubernetes. Its tools turn YAML into JSON with a YAML
// 1.1 reader for Go: `yes`, `on` and `y` are booleans, `0777` is octal, `1_000` is a thousand, while
// base-60 numbers and dates stay text.

type Plain = string | number | boolean | null

/** A scalar's value; `core` is what a YAML 1.2 reader makes of the same text. */
export interface PlainScalar {
  readonly value: Plain
  readonly core: Plain
}

const words: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...spellings('true', true),
  ...spellings('false', false),
  ...spellings('null', null),
  ['~', null],
  ['', null],
])

/** Words that only YAML 1.1 takes for booleans. */
const oldBooleans: ReadonlyMap<string, boolean> = new Map<string, boolean>([
  ...spellings('yes', true),
  ...spellings('on', true),
  ['y', true],
  ['Y', true],
  ...spellings('no', false),
  ...spellings('off', false),
  ['n', false],
  ['N', false],
])

const decimal = /^[-+]?(0|[1-9][0-9]*)$/
const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
const radixes: readonly {
  readonly form: RegExp
  readonly radix: number
  readonly core: boolean
}[] = [
  { form: /^([-+]?)0x([0-9a-fA-F]+)$/, radix: 16, core: true },
  { form: /^([-+]?)0o([0-7]+)$/, radix: 8, core: true },
  { form: /^([-+]?)0b([01]+)$/, radix: 2, core: false },
  { form: /^([-+]?)0([0-7]+)$/, radix: 8, core: false },
]

/** Reads a plain scalar as Kubernetes does. Infinities and NaN stay text: JSON has none. */
export function readPlainScalar(text: string): PlainScalar {
  const word = words.get(text)
  if (word !== undefined) return same(word)
  const old = oldBooleans.get(text)
  if (old !== undefined) return { value: old, core: text }
  return /^[-+.0-9]/.test(text) ? readNumber(text) : same(text)
}

function readNumber(text: string): PlainScalar {
  if (decimal.test(text)) return same(Number(text))
  const digits = /^[-+]?[0-9]/.test(text) ? text.replaceAll('_', '') : text
  for (const { form, radix, core } of radixes) {
    const [, sign, body] = form.exec(digits) ?? []
    if (body === undefined) continue
    const value = Number.parseInt(`${sign}${body}`, radix)
    return { value, core: core && digits === text ? value : coreNumber(text) }
  }
  if (decimal.test(digits) || float.test(digits)) {
    return { value: Number(digits), core: coreNumber(text) }
  }
  return same(text)
}

function coreNumber(text: string): Plain {
  return float.test(text) ? Number(text) : text
}

function same(value: Plain): PlainScalar {
  return { value, core: value }
}

function spellings<T>(word: string, value: T): [string, T][] {
  const capital = `${word.charAt(0).toUpperCase()}${word.slice(1)}`
  return [word, capital, word.toUpperCase()].map((spelling) => [spelling, value])
}

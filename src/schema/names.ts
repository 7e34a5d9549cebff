// The forms of names and labels that the API server accepts (apimachinery, util/validation).

const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
const labelForm = new RegExp(`^${label}$`)
const subdomainForm = new RegExp(`^${label}(?:\\.${label})*$`)
const qualifiedForm = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/

/** What is wrong with a name, or undefined when it is fine. */
export type NameCheck = (text: string) => string | undefined

/** RFC 1123 subdomain, at most 253 characters: names of objects. */
export const subdomainFault: NameCheck = (text) => {
  if (text.length > 253) return `it has ${text.length} characters, more than 253`
  return subdomainForm.test(text) ? undefined : formFault(text, /[^-a-z0-9.]/u)
}

/** RFC 1123 label, at most 63 characters: namespaces. */
export const labelFault: NameCheck = (text) => {
  if (text.length > 63) return `it has ${text.length} characters, more than 63`
  return labelForm.test(text) ? undefined : formFault(text, /[^-a-z0-9]/u)
}

/** Label and annotation keys: an optional subdomain, `/`, and a name of at most 63 characters. */
export const keyFault: NameCheck = (text) => {
  const parts = text.split('/')
  const name = parts.at(-1) ?? ''
  if (parts.length > 2) return 'it has more than one "/"'
  if (parts.length === 2) {
    const fault = subdomainFault(parts[0] ?? '')
    if (fault !== undefined) return `of the prefix before "/": ${fault}`
  }
  if (name.length > 63) return `its name has ${name.length} characters, more than 63`
  return qualifiedForm.test(name) ? undefined : formFault(name, /[^-A-Za-z0-9_.]/u)
}

/** Label values: as the name part of a key, or empty. */
export const valueFault: NameCheck = (text) => {
  if (text.length > 63) return `it has ${text.length} characters, more than 63`
  return text === '' || qualifiedForm.test(text) ? undefined : formFault(text, /[^-A-Za-z0-9_.]/u)
}

/** The first character that has no place in it, or else an end that is no letter and no digit. */
function formFault(text: string, foreign: RegExp): string {
  const [found] = foreign.exec(text) ?? []
  if (found !== undefined) return `it holds ${JSON.stringify(found)}`
  return text === '' ? 'it is empty' : 'a part of it starts or ends with neither letter nor digit'
}

/** Port names (IANA service names, RFC 6335): at most 15 characters, at least one letter. */
export const portNameFault: NameCheck = (text) => {
  if (text === '') return 'it is empty'
  if (text.length > 15) return `it has ${text.length} characters, more than 15`
  if (!/^[-a-z0-9]+$/.test(text)) return 'it must consist of lower-case letters, digits and "-"'
  if (!/[a-z]/.test(text)) return 'it has no letter'
  if (text.includes('--')) return 'it has two "-" in a row'
  return /^-|-$/.test(text) ? 'it starts or ends with "-"' : undefined
}

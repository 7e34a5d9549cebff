// Anyone's rule sets of nftables → the neutral rule set, from what `nft list ruleset` prints, with `-j` or
// without, and from files for `nft -f` as far as they declare what is there.
import type { Reporter } from '../../../src/diagnostics/diagnostic.ts'
import type { Source } from '../../../src/source/source.ts'
import { lower, type NftDump } from './lower.ts'
import { readJson } from './readJson.ts'
import { readText } from './readText.ts'

export type { NftDump } from './lower.ts'

/**
 * Reads a text of nft. What cannot be read is reported as NP8001, a text that is cut off as NP8002, what is
 * not modelled as NP8004, tables that are passed over as NP8006; the rest is read all the same.
 */
export function readNftDump(source: Source, reporter: Reporter): NftDump {
  return lower(readText(source, reporter), reporter)
}

/** Reads the JSON of nft; reports as `readNftDump` does. Places are those of objects in the JSON. */
export function readNftJson(source: Source, reporter: Reporter): NftDump {
  return lower(readJson(source, reporter), reporter)
}

/** Whether a text is meant as commands for nft: its first words are those of one. */
export function looksLikeNftText(text: string): boolean {
  return firstCommand.test(text)
}

const firstCommand = new RegExp(
  [
    String.raw`^(?:\s|#[^\n]*\n)*(?:`,
    String.raw`table\s+[\w"$]|define\s+\w+\s*=|include\s+"|flush\s+ruleset\b|`,
    String.raw`(?:add|create|insert|delete|destroy|flush)\s+`,
    String.raw`(?:table|chain|rule|set|map|element|counter|quota|limit|flowtable)\s`,
    // Sets of ipset may have these names.
    String.raw`(?!\s*(?:hash|bitmap|list):))`,
  ].join(''),
)

/** Whether a text is meant as what `nft -j` prints. */
export function looksLikeNftJson(text: string): boolean {
  return /^(?:\s|#[^\n]*\n)*\{\s*"nftables"\s*:/.test(text)
}
